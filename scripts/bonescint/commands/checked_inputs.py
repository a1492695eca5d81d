"""Every input of a run, checked one by one with the functions that the run uses."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands.checked_lists import StudyLedger, check_list
from bonescint.commands.checked_tables import COHORT, check_import, cohort_cases, odd_rows
from bonescint.commands.decision_import import DECISIONS
from bonescint.commands.input_tables import LISTS, InputTable, find_table
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.archive.stream import Report
    from bonescint.identity.ledger import Ledger
    from bonescint.tables.cases import Cases
    from bonescint.tables.exports import Export
    from bonescint.tables.readings import ReadingReport


@dataclass(slots=True)
class CheckedInput:
    """What the check of one input found."""

    where: str  # the key's path in config.yaml, or the file
    rows: int | None = None  # None if they were not counted
    # how many cases of the cohort it has, and out of how many
    matched: tuple[int, int] | None = None
    # sentences, as the next two; an error stops the run
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # what else to know, such as what could not be checked yet
    notes: list[str] = field(default_factory=list)


class StudyInputs:
    """The inputs of a study, each checked when it is asked for.

    The configuration has the right form; its ``ledger`` holds the arguments of `open_ledger`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        from bonescint.config import inputs

        self._config = config
        self._language = str(config["language"])
        self._text = Texts("check", self._language)
        self._paths = inputs(config)
        self.ledger = StudyLedger(config["ledger"])

    @cached_property
    def _cases(self) -> "Cases":
        return cohort_cases(self.ledger.open(), self._language)

    def steps(self, report: "Report") -> list[Callable[[], Iterator[CheckedInput]]]:
        """Return the checks, in the order of the data; each yields an input or two."""
        from bonescint.config_values import entries_of

        checks: list[Callable[[], Iterator[CheckedInput]]] = [self._ledger]
        checks.append(partial(self._folder, report))
        checks += [partial(self._list, kind) for kind in LISTS]
        for area in ("software", "readers"):
            checks += [partial(self._table, area, key) for key in entries_of(self._config, area)]
        return [*checks, self._repeats, self._selection, self._tags, self._lines, self._decisions]

    def _given(self, where: str) -> tuple[CheckedInput, Path | None]:
        """Return an input and its file, None if it cannot be looked at."""
        from bonescint.config import DEMO, unusable
        from bonescint.text.given_paths import open_elsewhere, wrong_kinds

        found, path = CheckedInput(where), self._paths[where]
        if path.startswith(DEMO) and not Path(path).exists():
            found.notes.append(self._text("demo", path=path))
            return found, None
        words = Texts("config", self._language)
        found.errors += unusable(where, path, words)
        found.errors += wrong_kinds({where: path}, self._language)
        if open_elsewhere(path):
            found.warnings.append(Texts("paths", self._language)("open", file=Path(path).name))
        return found, None if found.errors else Path(path)

    def _ledger(self) -> Iterator[CheckedInput]:
        from bonescint.config import CODED_IMAGES
        from bonescint.identity.passphrase import given_passphrase
        from bonescint.resources import both

        found = CheckedInput("ledger")
        settings = self._config["ledger"]
        try:
            if (book := self.ledger.open()) is not None:
                found.rows = len(book)
                found.warnings += self._backups(book)
            elif self.ledger.problems:
                found.errors += self.ledger.problems
            elif any(CODED_IMAGES.glob("*/BS-*")):
                # in the words of the run: codes are in use, so a ledger existed and is lost
                values = {"file": settings["path"], "folder": CODED_IMAGES}
                found.errors.append(both("identity", "lost", **values))
            else:
                given_passphrase(settings.get("passphrase_file"))
                found.notes.append(self._text("no_ledger"))
        except InputError as error:
            found.errors += error.problems
        if COHORT.is_file() and self.ledger.open() is None:
            found.notes.append(self._text("no_cases"))
        yield found

    def _backups(self, book: "Ledger") -> Iterator[str]:
        from bonescint.custody.backups import behind, last_backup

        text, last = Texts("backup", self._language), last_backup(book, "ledger")
        if self._config["study"]["synthetic"]:
            return
        if n := behind(book):
            yield text("check.behind", date=last.at, n=n) if last else text("remind.none")
        if len(book) and not last_backup(book, "key"):
            yield text("remind.no_key")

    def _folder(self, report: "Report") -> Iterator[CheckedInput]:
        from bonescint.commands.checked_folder import check_folder

        found, path = self._given("inputs.dicom")
        if path:
            folder = check_folder(path, self._config, report)
            found.rows, found.errors, found.warnings = folder.files, folder.errors, folder.warnings
            found.notes += folder.notes
        yield found

    def _list(self, kind: str) -> Iterator[CheckedInput]:
        if (where := f"inputs.{kind}") not in self._paths:
            return
        found, path = self._given(where)
        if path:
            try:
                listed = check_list(path, kind, self._config, self.ledger)
                found.rows = listed.n
                found.warnings += [*listed.problems, *listed.struck]
                found.notes += [n for n in listed.unchecked if n not in self.ledger.problems]
                if (cases := self._cases.by_subject) and listed.subjects:
                    found.matched = len(listed.subjects & cases.keys()), len(cases)
            except InputError as error:
                found.errors += error.problems
        yield found

    def _table(self, area: str, key: str) -> Iterator[CheckedInput]:
        table = find_table(self._config, f"{area}.{key}", Texts("table_commands", self._language))
        found, path = self._given(table.file_key)
        second, file = None, None
        if table.second:
            field_of = table.file_key.rpartition(".")[2]
            second, file = self._given(f"{area}.{key}.second_{field_of}")
        if path:
            self._import(table, path, found, file, second)
        yield from filter(None, (found, second))

    def _import(
        self,
        table: InputTable,
        path: Path,
        found: CheckedInput,
        file: Path | None,
        second: CheckedInput | None,
    ) -> None:
        from bonescint.tables.faults import TableErrors

        both = [found, second] if file and second else [found]
        try:
            given = check_import(
                path, str(file) if file else None, table, self._cases, self._config
            )
            for one, n in zip(both, given.read, strict=True):
                one.rows = n
            self._imported(given, path, found)
        except TableErrors as error:
            for faults in error.tables:
                one = second if faults.second and second else found
                one.rows = len(faults.table.rows)
                one.errors += TableErrors([faults]).problems
        except InputError as error:
            found.errors += error.problems

    def _imported(self, given: "Export | ReadingReport", path: Path, found: CheckedInput) -> None:
        """Say how a table that the run would take matches the cohort, and what is odd in it."""
        if not found.rows:
            words = Texts("table_commands", self._language)
            found.warnings.append(words("no_rows", file=path.name))
        found.warnings += odd_rows(given, self._language)
        if self._cases.by_subject:
            here = sum(row["status"] != "missing" for row in given.rows)
            found.matched = here, len(given.rows)

    def _repeats(self) -> Iterator[CheckedInput]:
        """Check the further tables of the same cases."""
        from bonescint.config_values import entries_of
        from bonescint.tables.exports import read_export
        from bonescint.tables.readings import read_report
        from bonescint.tables.repeats import repeats

        cases, language = self._cases, self._language
        entries = [entries_of(self._config, area) for area in ("software", "readers")]
        for area, name, key, settings in repeats(*entries).values():
            found, path = self._given(key)
            if path:
                given: Export | ReadingReport
                try:
                    if area == "software":
                        given = read_export(path, cases, name, settings, language)
                    else:
                        given = read_report(path, cases, name, settings, language, again=True)
                    found.rows = given.read[0]
                    self._imported(given, path, found)
                except InputError as error:
                    found.errors += error.problems
            yield found

    def _selection(self) -> Iterator[CheckedInput]:
        """Check the list of the cases to choose from, and that a choice may stay (R3, R4)."""
        from bonescint.identity.choices import choice_to_keep, listed_subjects, rule_asked
        from bonescint.tables.selection_list import read_selection
        from bonescint.warning_words import warnings_in_words

        selection = self._config["cohort"].get("selection")
        listed: dict[str, int] = {}
        found = CheckedInput("cohort.selection")
        if "cohort.selection.list" in self._paths:
            found, path = self._given("cohort.selection.list")
            odd: list[dict[str, str]] = []

            def read(_: Path) -> dict[str, int]:
                listed.update(read_selection(selection["list"], self._language, odd))
                return listed

            self._counted(found, path, read)
            found.warnings += [row["message"] for row in warnings_in_words(odd, self._language)]
        if (book := self.ledger.open()) is not None and not found.errors:
            try:
                rule = rule_asked(selection, listed_subjects(listed, book), book)
                choice_to_keep(book, rule, self._language)
            except InputError as error:
                found.errors += error.problems
        if selection or found.errors:
            yield found

    def _tags(self) -> Iterator[CheckedInput]:
        """Check the hospital's tag table as the run will apply it (R18)."""
        from bonescint.deid.policy import load_policies, table_rows
        from bonescint.resources import locate

        settings = self._config["deidentification"]
        path, found = locate(settings["tag_table"]), CheckedInput("deidentification.tag_table")
        if path.is_file():
            fixed = [settings[f"{name}_description"] for name in ("study", "series")]

            def read(table: Path) -> list[Any]:
                load_policies(table, *fixed)
                return table_rows(table)

            self._counted(found, path, read)
        yield found

    def _lines(self) -> Iterator[CheckedInput]:
        """Check the files with an entry a line: vocabulary, staff, cases of the montage."""
        from bonescint.deid.own_vocabulary import read_terms
        from bonescint.delivery.staff import listed_staff
        from bonescint.identity.codes import listed_codes

        readers: dict[str, Callable[[Path], Any]] = {
            "deidentification.vocabulary": read_terms,
            "delivery.staff_names": listed_staff,
            "figures.montage.cases": listed_codes,
        }
        for where, read in readers.items():
            if where in self._paths:
                found, path = self._given(where)
                yield self._counted(found, path, read)

    def _decisions(self) -> Iterator[CheckedInput]:
        from bonescint.config import reviewers
        from bonescint.deid.decisions import read_decisions

        if DECISIONS.exists():
            found, agree = CheckedInput(str(DECISIONS)), reviewers(self._config)
            yield self._counted(found, DECISIONS, lambda path: read_decisions(path, agree))

    def _counted(
        self, found: CheckedInput, path: Path | None, read: Callable[[Path], Any]
    ) -> CheckedInput:
        try:
            found.rows = len(read(path)) if path else None
        except InputError as error:
            found.errors += error.problems
        except OSError as error:
            values = {"where": found.where, "path": path, "why": os.strerror(error.errno or 0)}
            found.errors.append(Texts("config", self._language)("no_access", **values))
        return found
