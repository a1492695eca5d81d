"""`bonescint where`: every place that holds a patient, to answer or to check (R36)."""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.traces.search import Person, Place, Trace
    from bonescint.identity.ledger import Ledger

Sighting = tuple[str, str, str, str, str]  # code, sort of place, its name, where in it, found as
_COLUMNS = ("code", "sort", "name", "place", "found")
_CODED = (Path("results"),)
_IDENTIFIED = (Path("private"), Path("logs"), Path(".snakemake"))
# tables that name raw files, each with a column `subject`
_OF_FILES = (Path("private/consented.csv"), Path("private/excluded.csv"))


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "where", help="every file and delivery with a patient / 患者のデータの所在をすべて示す"
    )
    parser.add_argument("codes", nargs="*", metavar="CODE", help="patient codes / 患者符号")
    parser.add_argument(
        "--id",
        metavar="ID",
        help="patient ID: the identified side too (raw images, inputs, private/, logs/); - asks "
        "for it / 患者 ID で、識別情報のある側も調べる (- は尋ねる)",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the list / 一覧を書き出す")
    configuration.add_option(parser, where)


def where(options: argparse.Namespace) -> int:
    """Print every place that holds the patients and return 0, also when nothing is held.

    Raises
    ------
    InputError
        If no patient is named, a code or ID is not valid, or the list cannot be written.
    """
    from bonescint.commands.listing import aligned, export
    from bonescint.commands.requester import asked_id
    from bonescint.custody.traces.search import Person

    config, text = configuration.with_words(options, "traces")
    asked = [_code(code, text) for code in options.codes]
    if not asked and options.id is None:
        raise InputError(text("where.whom"))
    ledger = _ledger(config, text)
    rows: list[Sighting] = []
    for code in dict.fromkeys(asked):
        if ledger and ledger.subject_of(code) is None:
            print(text("where.unknown_code", code=code), file=sys.stderr)
        rows += _of_files(Person(code, frozenset(), frozenset()), _CODED, config, text)
        rows += _on_volumes(code, text)
        rows += _outside(ledger, code, text)
    if options.id is not None:
        typed = asked_id(text.language) if options.id == "-" else options.id
        rows += _of_id(typed, ledger, config, text)
    header = [text(f"where.{column}") for column in _COLUMNS]
    if options.csv:
        export(options.csv, header, rows, config["language"])
    if not rows:
        print(text("where.nothing"))
        return 0
    print(aligned(header, rows))
    sorts = {row[1]: sum(other[1] == row[1] for other in rows) for row in rows}
    print(text("separator").join(text("where.sum", sort=s, n=n) for s, n in sorts.items()))
    if any(row[2] == str(Path("results/cases.csv")) for row in rows):
        print(text("where.aggregates"))
    if any(text("kind.name") in row[4] for row in rows):
        print(text("where.namesakes"))
    return 0


def _code(typed: str, text: Texts) -> str:
    from bonescint.identity.codes import typed_code

    if not (code := typed_code(typed)):
        raise InputError(text("where.no_code", typed=len(typed)))
    return code


def _ledger(config: Mapping[str, Any], text: Texts) -> "Ledger | None":

    try:
        return configuration.opened_ledger(config)
    except InputError as error:
        print(*error.problems, text("where.no_ledger"), sep="\n", file=sys.stderr)
        return None


def _of_files(
    person: "Person", roots: Iterable[Path], config: Mapping[str, Any], text: Texts
) -> Iterator[Sighting]:
    """Yield a row for each file, notices of recalls and forms included."""
    from bonescint.custody.recalls import FOLDER
    from bonescint.custody.traces.search import search
    from bonescint.custody.volumes import read_build
    from bonescint.delivery.forms import FOLDER as FORMS

    skip = [Path(path) for path in config["ledger"].values() if isinstance(path, str)]
    skip += read_build().images
    files: dict[Path, list[Trace]] = {}
    for trace in search([*roots, FOLDER, FORMS], [person], skip):
        files.setdefault(trace.path, []).append(trace)
    for path, traces in files.items():
        kinds = sorted({trace.kind for trace in traces})
        found = text("separator").join(text(f"kind.{kind}") for kind in kinds)
        sort = "folder" if path.is_dir() else "file"
        where = _places([trace.place for trace in traces], text)
        yield person.code or "", text(f"sort.{sort}"), str(path), where, found


def _places(places: Iterable["Place"], text: Texts) -> str:
    """Return the places in a file in few words: the rows of a sheet, the elements of a header."""
    rows: dict[tuple[str, str], list[str]] = {}
    for place in dict.fromkeys(places):
        if place.key == "header":
            rows.setdefault((place.key, ""), []).append(place.where)
        else:
            rows.setdefault((place.key, place.where), []).append(str(place.row))
    return text("separator").join(
        text(f"place.{key}", where=where or ", ".join(found), row=", ".join(found))
        for (key, where), found in rows.items()
    )


def _on_volumes(code: str, text: Texts) -> Iterator[Sighting]:
    """Yield the disc images that hold the patient.

    Their list of contents is read, because an encrypted image cannot be searched.
    """
    from bonescint.custody.volumes import read_build

    words = Texts("built", text.language)
    build = read_build()
    numbers = {row["volume"] for row in build.contents if row["code"] == code}
    for row in build.volumes:
        if row["volume"] in numbers:
            place = words("volume", volume=row["volume"], of=row["of"], delivery=build.delivery)
            path = str(build.folder / row["file"])
            yield code, text("sort.volume"), path, place, text("kind.code")


def _outside(ledger: "Ledger | None", code: str, text: Texts) -> Iterator[Sighting]:
    """Yield deliveries and archives."""
    from bonescint.custody.deliveries import archives_with, recorded
    from bonescint.custody.receipts import confirmed_recalls, receipts_of

    receipts = receipts_of(ledger) if ledger else {}
    confirmed = confirmed_recalls(ledger) if ledger else {}
    for delivery in recorded(ledger) if ledger else ():
        if code in delivery.codes:
            day = delivery.recalled.get(code)
            found = [text("where.recalled", date=day) if day else text("kind.code")]
            if back := confirmed.get(delivery.id, {}).get(code):
                found.append(text("where.confirmed", date=back))
            what = text("where.delivery", date=delivery.date, medium=delivery.medium,
                        partner=delivery.partner)  # fmt: skip
            if received := receipts.get(delivery.id):
                what += text("separator") + text("where.received", date=received[-1]["date"])
            yield code, text("sort.delivery"), delivery.id, what, text("separator").join(found)
    if ledger and (subject := ledger.subject_of(code)):
        yield from _preceding(ledger, subject, code, text)
    for name, day in archives_with(ledger, code) if ledger else ():
        yield code, text("sort.archive"), name, day, text("kind.code")


def _preceding(ledger: "Ledger", subject: str, code: str, text: Texts) -> Iterator[Sighting]:
    """Yield the deliveries under the preceding study, whose codes were others."""
    from bonescint.custody.preceding import preceding_deliveries

    for delivery in preceding_deliveries(ledger):
        if subject in delivery.subjects:
            what = text("where.delivery", date=delivery.date, medium=delivery.medium,
                        partner=delivery.partner)  # fmt: skip
            yield code, text("sort.preceding"), delivery.id, what, text("kind.id")


def _of_id(
    typed: str, ledger: "Ledger | None", config: Mapping[str, Any], text: Texts
) -> Iterator[Sighting]:
    """Yield every place of a person on the identified side: by ID, code and names."""
    from bonescint import config as study
    from bonescint.custody.traces.search import Person
    from bonescint.names.ids import normalise

    subject = normalise(typed)
    if not subject:
        raise InputError(text("where.no_id"))
    code = ledger.code_of(subject) if ledger else None
    if ledger and not code:
        print(text("where.no_code_of_id"), file=sys.stderr)
    raw, names = [], set()
    for row in _index_rows(subject):
        raw.append(row["path"])
        names |= {row.get("patient_name") or ""} - {""}
    person = Person(code, frozenset({typed, subject}), frozenset(names))
    inputs = study.inputs(config)
    dicom = Path(inputs.pop("inputs.dicom"))
    for path in dict.fromkeys(raw):
        yield code or "", text("sort.raw"), str(dicom / path), "", text("kind.id")
    tables = [Path(path) for path in inputs.values()]
    yield from _of_files(person, [*tables, *_CODED, *_IDENTIFIED], config, text)
    for given in ledger.codes_of(subject) if ledger else ():
        if given != code:  # a retired code
            yield from _of_files(Person(given, frozenset(), frozenset()), _CODED, config, text)
        yield from _on_volumes(given, text)
        yield from _outside(ledger, given, text)
    if ledger and not code:
        yield from _preceding(ledger, subject, "", text)
    if not raw:
        print(text("where.no_raw", folder=dicom), file=sys.stderr)


def _index_rows(subject: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a patient in the tables of raw files; the others are not parsed."""
    from bonescint.files import as_written
    from bonescint.identity.people import read_lines

    for table in _OF_FILES:
        if table.exists():
            lines = read_lines(table)
            columns = next(lines).split(",")
            for line in lines:
                if subject in line:
                    cells = map(as_written, next(csv.reader([line])))
                    row = dict(zip(columns, cells, strict=False))
                    if row["subject"] == subject:
                        yield row
