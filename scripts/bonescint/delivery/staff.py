"""The hospital's list of staff, whose names are looked for in the findings (R27)."""

from pathlib import Path

from bonescint.text.csvfile import typed_lines
from bonescint.text.folding import fold_header

_COMMENT = ("#", "＃", "//")
_HEADINGS = frozenset(
    {"氏名", "名前", "職員", "職員名", "職員氏名", "職員一覧", "name", "names", "staff"}
)


def listed_staff(path: Path) -> list[str]:
    """Return the names in a list of staff, one a line, without comments, heading and other lines.

    Raises
    ------
    InputError
        As for `bonescint.text.csvfile.typed_lines`.
    """
    lines = (line for line in typed_lines(path) if not line.startswith(_COMMENT))
    return [
        line for line in lines if any(map(str.isalpha, line)) and fold_header(line) not in _HEADINGS
    ]
