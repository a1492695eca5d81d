"""The one exception for mistakes that a user can correct."""

from collections.abc import Iterable


class InputError(Exception):
    """Something in the user's input or configuration must be corrected before the run can go on.

    Parameters
    ----------
    problems
        One sentence each: what is wrong, where (file, sheet, row, column, tag), what to do. It
        never contains an identifier, because it goes to the terminal, the logs and `.snakemake/`.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))
