"""`bonescint delivery`: a record of what left the hospital, for recalls (R31, R36)."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.commands.delivery_forms import add_forms
from bonescint.commands.delivery_preceding import add_preceding, record_preceding
from bonescint.commands.delivery_receipt import add_receiving
from bonescint.commands.delivery_show import add_showing
from bonescint.commands.delivery_verify import add_verify
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.deliveries import DeliveryContents
    from bonescint.custody.volumes import Build
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts

_DEFAULT = (Path("results/dicom"), Path("results/delivery"))
_NAMED = 5  # files in a message


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("delivery", help="record and list deliveries / 提供の記録と一覧")
    actions = parser.add_subparsers(dest="action", required=True)

    recording = actions.add_parser("record", help="record a delivery / 提供を記録する")
    recording.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="what was delivered (default: the volumes that were built) / "
        "提供したもの (既定: 作成したディスク)",
    )
    recording.add_argument("--medium", default="", metavar="TEXT", help="such as CD-R 1 / 媒体")
    recording.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="date / 提供日")
    recording.add_argument(
        "--partner", metavar="TEXT", help="default: delivery.partner in config.yaml / 提供先"
    )
    recording.add_argument(
        "--responsible",
        metavar="ROLE",
        help="role on the partner's side, no name / 提供先の責任者 (職名)",
    )
    recording.add_argument("--items", metavar="TEXT", help="what data / 提供した項目")
    recording.add_argument(
        "--obtained", metavar="TEXT", help="how the hospital got them / 取得の経緯"
    )
    recording.add_argument("--means", metavar="TEXT", help="how handed over / 提供の方法")
    recording.add_argument(
        "--handed-over", metavar="ROLE", help="by whom, a role / 渡した人 (職名)"
    )
    recording.add_argument(
        "--withdrawn",
        nargs="?",
        const="",
        metavar="SHA-256",
        help="volumes that were withdrawn after they were handed over; if there are several, how "
        "the hash on the label begins / 渡した後に取り下げられたディスク",
    )
    add_preceding(recording)
    recording.add_argument(
        "--despite",
        metavar="REASON",
        default="",
        help="record although the content is not what was verified / 内容が異なっても記録する理由",
    )
    configuration.add_option(recording, record_delivery)

    add_showing(actions)
    add_verify(actions)
    add_forms(actions)
    add_receiving(actions)


def record_delivery(options: argparse.Namespace) -> int:
    """Record a delivery in the ledger, recall its patients who have declined, and return 0.

    Raises
    ------
    InputError
        If the record would be wrong; nothing is recorded then.
    """
    from bonescint.commands.opt_out import print_notices
    from bonescint.commands.opt_out_lists import certain_list
    from bonescint.config_words import exam_name
    from bonescint.custody.deliveries import MARK, put_on_record
    from bonescint.custody.recalls import FOLDER, recall
    from bonescint.custody.requests import stopped_codes
    from bonescint.delivery.conditions import conditions_of
    from bonescint.delivery.gate import reason_after_end, refusals
    from bonescint.identity.opt_outs import in_force
    from bonescint.text.dates import table_date
    from bonescint.text.filled import filled_for

    if options.preceding or options.ids:
        return record_preceding(options)
    config, text = configuration.with_words(options, "custody")
    language = text.language
    day = table_date(options.date)
    if not day:
        raise InputError(text("delivery.bad_date"))
    ledger = configuration.opened_ledger(config)
    listed = certain_list(config, ledger)
    found, build, left = _handed_over(options, ledger, text)
    today = date.today()
    study, settings = config["study"], config["delivery"]
    partner = filled_for(settings["partner"], study["synthetic"])
    details = _details(options, found, partner, exam_name(study, language), text)
    # volumes were compared with the verified files when they were built
    faults = [] if build else _faults(found, None if options.paths else left, language)
    if faults and not study["synthetic"] and not options.despite.strip():
        raise InputError([*faults, text("delivery.differs")])
    notes = {
        "after_period_end": reason_after_end(study, settings, day),
        "despite": options.despite if faults else "",
    }
    details |= {"date": str(day)}
    record = (MARK, notes, build.numbered, build.digests, conditions_of(config, day))
    delivery = put_on_record(ledger, found, details, language, today, *record)
    notices = recall(ledger, {*in_force(ledger), *listed}, FOLDER, study, language, today)

    n_files, n_codes = len(delivery.files), len(delivery.codes)
    print(text("delivery.recorded", delivery=delivery.id, codes=n_codes, files=n_files))
    _print_doubts(found, left, stopped_codes(ledger).intersection(delivery.codes), text)
    for reason in (*faults, *refusals(study, settings, day, language)):
        print(text("delivery.gate", reason=reason))
    print_notices(notices, text)
    return 0


def _handed_over(
    options: argparse.Namespace, ledger: "Ledger", text: "Texts"
) -> "tuple[DeliveryContents, Build, set[str]]":
    """Return what is delivered (the volumes, unless paths are given), and who was left out."""
    from bonescint.custody.deliveries import delivery_contents, recorded
    from bonescint.custody.volumes import FOLDER, Build, checked_contents, read_build
    from bonescint.custody.withdrawn import withdrawn_build
    from bonescint.delivery.incomplete import left_out

    paths = options.paths
    if options.withdrawn is not None:
        if paths:
            raise InputError(text("delivery.withdrawn_or_path"))
        build, found = withdrawn_build(ledger, options.withdrawn, text.language)
        return found, build, left_out() & found.imaged
    build = Build(FOLDER, [], []) if paths else read_build()
    if build:
        found = checked_contents(build, recorded(ledger), text.language)
    else:
        found = delivery_contents(paths or [p for p in _DEFAULT if p.exists()], text.language)
    left = left_out() & (found.imaged | found.tabled)
    if left and not paths:
        # the study's folder does not tell whether these cases were handed over
        codes = ", ".join(sorted(left))
        raise InputError(text("delivery.left_out", n=len(left), codes=codes))
    return found, build, left


def _details(
    options: argparse.Namespace,
    found: "DeliveryContents",
    partner: str,
    exam: str,
    text: "Texts",
) -> dict[str, str]:
    """Return the record's fields; those that nobody gave have their usual values."""
    from bonescint.custody.deliveries import DETAILS

    kinds = [k for k, codes in (("images", found.imaged), ("sheet", found.tabled)) if codes]
    defaults = {
        "partner": partner,
        "responsible": text("delivery.responsible"),
        "items": text("separator").join(text(f"delivery.{kind}", exam=exam) for kind in kinds),
        "obtained": text("delivery.obtained"),
        "means": text("delivery.means"),
    }
    return {name: getattr(options, name) or defaults.get(name, "") for name in DETAILS}


def _faults(found: "DeliveryContents", left: set[str] | None, language: str) -> list[str]:
    """Return how a delivery differs from what was verified.

    It must hold the whole study except the cases `left` out; with None it may hold any part of it.
    """
    from bonescint.delivery.contents import codes_wanted, content_faults, reports_of

    reports = reports_of()
    codes = None if left is None else codes_wanted(reports, left)
    return list(content_faults(found, reports, codes, language))


def _print_doubts(
    found: "DeliveryContents", left: set[str], stopped: set[str], text: "Texts"
) -> None:
    """Say in which files no code could be looked for, and which cases are not as they should be."""
    from bonescint.resources import Texts

    if stopped:
        words = Texts("built", text.language)
        print(words("stopped_given", n=len(stopped), codes=", ".join(sorted(stopped))))
    if left:
        print(text("delivery.left_out_given", n=len(left), codes=", ".join(sorted(left))))
    if found.closed:
        print(text("delivery.closed", n=len(found.closed), files=", ".join(found.closed[:_NAMED])))
