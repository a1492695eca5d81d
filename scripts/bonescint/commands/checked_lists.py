"""The hospital's lists as the run will take them, for the commands that check before it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger

# a run deletes the index itself, and this table leaves out patients who declined: they are in the
# ledger
_IMAGES = Path("private/consented.csv")


class CheckedList(NamedTuple):
    """A list in which the run would find no error."""

    n: int  # its entries
    # what is incomplete or odd about opt-outs; they exclude the patient all the same
    problems: list[str]
    struck: list[str]  # what is odd about the table or its rows, which are read all the same
    unchecked: list[str]  # what could not be checked yet
    # normalised IDs of the patients whom participants and chosen exams name
    subjects: frozenset[str] = frozenset()


class StudyLedger:
    """The ledger of a study as a check needs it: opened once, and never made."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._opened: Ledger | None = None
        self._is_asked = False
        self.problems: list[str] = []

    def open(self) -> "Ledger | None":
        """Return the ledger; None if there is none yet, or if it has `problems`."""
        from bonescint.identity.ledger import is_new, open_ledger

        if not self._is_asked:
            self._is_asked = True
            try:
                if not is_new(**self._settings):
                    self._opened = open_ledger(**self._settings, ask=True)
            except InputError as error:
                self.problems = error.problems
        return self._opened


def check_list(
    file: Path, kind: str, config: Mapping[str, Any], ledger: StudyLedger | None = None
) -> CheckedList:
    """Check a list as the run does.

    Parameters
    ----------
    file, kind
        The list, and which of `LISTS` it is.
    config, ledger
        The checked configuration; the study's ledger, None = as configured.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.cohort.selection import exam_days
    from bonescint.config import list_layout
    from bonescint.config_values import tracers
    from bonescint.files import read_rows
    from bonescint.tables.lists import read_exam_dates, read_participants, read_tracer_calendar
    from bonescint.warning_words import warnings_in_words

    language = str(config["language"])
    odd: list[dict[str, str]] = []
    unchecked: list[str] = []
    subjects: frozenset[str] = frozenset()
    layout = list_layout(config, kind)
    match kind:
        case "participants":
            study = str(config["study"]["preceding_study"])
            subjects = frozenset(read_participants(file, study, language, odd, layout))
            n = len(subjects)
        case "tracer_calendar":
            n = len(read_tracer_calendar(file, language, odd, layout, tracers(config)))
        case "exam_dates":
            window = config["cohort"]["exam_from"], config["cohort"]["exam_to"]
            days = exam_days(read_rows(_IMAGES)) if _IMAGES.is_file() else None
            subjects = frozenset(read_exam_dates(file, window, language, odd, days, layout))
            n = len(subjects)
            if days is None:
                unchecked.append(Texts("table_commands", language)("no_images", path=_IMAGES))
        case _:
            ledger = ledger or StudyLedger(config["ledger"])
            return _check_opt_out(file, config, language, ledger)
    struck = [
        f"{row['source']} {row['where']}: {row['message']}"
        for row in warnings_in_words(odd, language)
    ]
    return CheckedList(n, [], struck, unchecked, subjects)


def _check_opt_out(
    file: Path, config: Mapping[str, Any], language: str, ledger: StudyLedger
) -> CheckedList:
    from bonescint.config import list_layout, opt_out_settings, patient_id_pattern
    from bonescint.tables.lists import read_opt_out
    from bonescint.tables.opt_out_ids import refuse_no_ids
    from bonescint.warning_words import warning_texts
    from bonescint.warnings import Phrase

    ids_only, layout = opt_out_settings(config)["ids_only"], list_layout(config, "opt_out")
    entries = read_opt_out(file, language, ids_only, layout)
    known, unchecked = _known(ledger, Texts("table_commands", language))
    refuse_no_ids(entries, known, file, language, patient_id_pattern(config))
    texts = warning_texts(language)
    struck = [
        f"{file.name} {entry.row}: {Phrase('row.struck').in_words(*texts)}"
        for entry in entries
        if entry.struck
    ]
    problems = [
        f"{file.name} {entry.row}: {problem.in_words(*texts)}"
        for entry in entries
        for problem in entry.problems
    ]
    return CheckedList(len(entries), problems, struck, unchecked)


def _known(ledger: StudyLedger, text: Texts) -> tuple[set[str], list[str]]:
    """Return the IDs that images and ledger name, and what is not known of them."""
    from bonescint.identity.people import read_people
    from bonescint.tables.opt_out_ids import ids_of_ledger

    known: set[str] = set()
    unchecked: list[str] = []
    if _IMAGES.is_file():
        people = read_people(_IMAGES)
        known = set(people.headers.values()).union(*people.pairs)
    else:
        unchecked.append(text("no_images", path=_IMAGES))
    if (book := ledger.open()) is None:
        unchecked += [*ledger.problems, text("no_ledger")]
    else:
        known |= ids_of_ledger(book)
    return known - {""}, unchecked
