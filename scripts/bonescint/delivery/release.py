"""Only images that a person has looked at and released are delivered."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from bonescint.deid.decisions import CODED, Decision, read_decisions, released
from bonescint.files import read_rows
from bonescint.resources import Texts

_NAMED = 10  # files in a message


def unreleased(
    reports: Iterable[Path], decided: list[Decision], left_out: Collection[str] = ()
) -> list[str]:
    """Return the coded files, in order, that nobody has released or that somebody has blocked.

    Parameters
    ----------
    reports
        results/anonymization/{batch}.csv of every batch.
    decided
        From `bonescint.deid.decisions.read_decisions`: item ``coded`` with the hash of the coded
        file. So an image that is made anew must be looked at again.
    left_out
        Codes of the cases that are not delivered.
    """
    free = released(decided)
    return [
        row["file"]
        for report in reports
        for row in read_rows(report)
        if row["status"] == "written"
        and row["code"] not in left_out
        and (CODED, row["sha256"]) not in free
    ]


def waiting_images(
    reports: Iterable[Path],
    decisions: Path | None,
    language: str,
    left_out: Collection[str] = (),
    reviewers: int = 1,
) -> Iterator[str]:
    """Yield one sentence on the images that wait for a release; nothing if all are released.

    Parameters
    ----------
    reports, left_out
        As for `unreleased`.
    decisions
        private/review/decisions.tsv, None if there is none.

    Raises
    ------
    InputError
        If the decisions' file is not such a table.
    """
    files = unreleased(reports, read_decisions(decisions, reviewers) if decisions else [], left_out)
    if files:
        text = Texts("delivery", language)
        named = text("separator").join(files[:_NAMED]) + (" …" if len(files) > _NAMED else "")
        yield text("images_wait", n=len(files), files=named)
