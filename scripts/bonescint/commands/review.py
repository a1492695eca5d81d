"""`bonescint review`: decisions of persons, imported and exported as files (R22, R23, R27)."""

import argparse
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.commands.review_page import open_page
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.commands.decision_import import ImageShape, ItemRow
    from bonescint.resources import Texts


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "review",
        help="open the page on which a person decides; decisions in and out as files / "
        "人が確認して決める画面を開く。判断の取り込みと書き出し",
    )
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="only say where the page lies / 開かずに場所だけを表示する",
    )
    configuration.add_option(parser, open_page)
    _add_actions(parser.add_subparsers(dest="action"))


def _add_actions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``import``, ``export`` and ``status`` to the command's actions."""
    taken = actions.add_parser(
        "import",
        help="check and take the decisions that the page saved, or an Excel list / "
        "画面で保存した判断、または Excel の一覧を取り込む",
    )
    taken.add_argument("file", type=Path, metavar="FILE")
    given = actions.add_parser(
        "export", help="write the list as Excel, to be filled in / 一覧を Excel に書き出す"
    )
    given.add_argument("file", type=Path, metavar="FILE.xlsx")
    for parser in (taken, given):
        parser.add_argument(
            "--reviewer",
            metavar="CODE",
            help="who decides, such as R1, for an Excel list / Excel の一覧の判断者の符号 (例 R1)",
        )
    for parser, run in ((taken, import_decisions), (given, export_decisions)):
        configuration.add_option(parser, run)
    words = "what waits, and where two persons do not agree / 判断待ちと不一致を表示する"
    configuration.add_command(actions, "status", show_standing, words)


def import_decisions(options: argparse.Namespace) -> int:
    """Take all decisions of a file or none, say what became of them, and return 0.

    Raises
    ------
    InputError
        If the file cannot be taken, or a run is under way.
    """
    from bonescint.commands.decision_files import read_decisions_file
    from bonescint.commands.decision_import import (
        checked,
        merge,
        read_items,
        standing_lines,
        withdrawn,
    )
    from bonescint.config import inputs, reviewers
    from bonescint.resources import Texts
    from bonescint.runlock import alone

    config, text = configuration.with_words(options, "decisions")
    # jobs read the decisions: they must not change during a run
    with alone(Path(".snakemake"), Texts("incidents", text.language)):
        file = read_decisions_file(options.file, text, date.today(), options.reviewer)
        _refuse_known(file.reviewer, config, text)
        items, items_sha256 = read_items(text)
        study, raw = str(config["study"]["id"]), Path(inputs(config)["inputs.dicom"])
        decisions = checked(file, items, items_sha256, study, partial(_shape_of, raw), text)
        done = merge(decisions, withdrawn(decisions, items))
    values = {"n": len(decisions), "reviewer": file.reviewer, "saved": file.saved}
    print(text("taken", **values, added=done.added, known=done.known))
    for new, old in done.changed:
        before = ", ".join(" ".join(filter(None, one.outcome)) for one in old)
        after = " ".join(filter(None, new.outcome))
        what = f"{new.item} {new.sha256[:12]}…"
        print("  " + text("replaced", what=what, before=before, after=after))
    print(*standing_lines(items, reviewers(config), text), text("next"), sep="\n")
    return 0


def export_decisions(options: argparse.Namespace) -> int:
    """Write the list of items as Excel and return 0.

    Raises
    ------
    InputError
        If there is no list, or the file is there already or may not lie there.
    """
    from bonescint.commands.decision_files import write_decisions_book
    from bonescint.commands.decision_import import choices_of, read_items
    from bonescint.commands.listing import refuse_place

    config, text = configuration.with_words(options, "decisions")
    if options.file.suffix.lower() != ".xlsx":
        raise InputError(text("ending", file=options.file))
    refuse_place(options.file, text)
    items, items_sha256 = read_items(text)
    choices = {(row["item"], row["sha256"]): words for row in items if (words := choices_of(row))}
    head = {
        "study": str(config["study"]["id"]),
        "items_sha256": items_sha256,
        "reviewer": options.reviewer or "",
    }
    n = write_decisions_book(options.file, items, choices, head, text)
    print(text("given", n=n, file=options.file))
    return 0


def show_standing(options: argparse.Namespace) -> int:
    """Print where the decisions stand and return 0.

    Raises
    ------
    InputError
        If there is no list, or the decisions cannot be read.
    """
    from bonescint.commands.decision_import import read_items, standing_lines
    from bonescint.config import reviewers

    config, text = configuration.with_words(options, "decisions")
    items, _ = read_items(text)
    print(*standing_lines(items, reviewers(config), text), sep="\n")
    return 0


def _shape_of(raw: Path, row: "ItemRow") -> "ImageShape | None":
    """Return frames, columns and rows of an item's image, None if that cannot be read."""
    from pydicom import dcmread

    from bonescint.config import CODED_IMAGES
    from bonescint.dicom.quiet import quiet_pydicom

    with quiet_pydicom():
        try:
            folder = CODED_IMAGES if row["kind"] == "image" else raw
            ds = dcmread(folder / row["path"], stop_before_pixels=True, force=True)
            return int(ds.get("NumberOfFrames") or 1), int(ds.Columns), int(ds.Rows)
        except Exception:
            # the de-identification reports what is wrong with the file
            return None


def _refuse_known(reviewer: str, config: dict[str, Any], text: "Texts") -> None:
    """Refuse a reviewer's code that is a name in the list of staff, or a patient ID."""
    from bonescint.config import patient_id_pattern
    from bonescint.delivery.review import known_people
    from bonescint.delivery.staff import listed_staff
    from bonescint.names.ids import ANY_ID, is_patient_id, normalise
    from bonescint.names.matcher import PROSE

    pattern = patient_id_pattern(config)
    telling = len(reviewer) >= 4 and pattern != ANY_ID
    if telling and is_patient_id(normalise(reviewer), pattern):
        raise InputError(text("reviewer"))
    staff = config["delivery"].get("staff_names")
    if staff and Path(staff).is_file():
        known = known_people([], [], listed_staff(Path(staff)))["staff"]
        letters = "".join(c if c.isalpha() else " " for c in reviewer)
        if known.is_named_in(PROSE.read(letters)):
            raise InputError(text("reviewer"))
