"""`bonescint new`: the folder of a study of one's own."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts, both

# in the order in which a person at a terminal is asked; each is an option too
_ASKED = (
    "language", "id", "title", "preceding_study", "period_end", "exam_from", "exam_to", "sex",
    "targets", "software", "readers", "partner",
)  # fmt: skip
_READERS = 3
_MOST_READERS = 20


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "new", help="make the folder of a study of your own / 新しい研究のフォルダを作る"
    )
    parser.add_argument(
        "folder", metavar="FOLDER", help="a new or an empty folder / 新しいフォルダか空のフォルダ"
    )
    for name in _ASKED:
        parser.add_argument(
            f"--{name.replace('_', '-')}", metavar="VALUE", help=both("new", f"ask.{name}")
        )
    parser.add_argument(
        "--synthetic", action="store_true", help="the data are simulated / 合成データ"
    )
    parser.add_argument(
        "--no-questions",
        action="store_true",
        help="ask nothing: what is missing is filled in later / 質問しない (後で記入する)",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="the simulated demonstration, ready to run / 合成データによる実演 (すぐに実行できる)",
    )
    parser.set_defaults(run=make_study)


def make_study(options: argparse.Namespace) -> int:
    """Write the folder, whole or not at all, and return 0.

    Raises
    ------
    InputError
        If an answer cannot be used, or the folder is in the way or cannot be written.
    """
    from bonescint.commands.new_study import place_of_study, write_demonstration, write_study
    from bonescint.filesystems import keeps_modes
    from bonescint.identity.passphrase import no_modes

    folder = place_of_study(options.folder)
    if options.demo:
        _refuse_answers(options)
    asks = sys.stdin.isatty() and not (options.no_questions or options.demo)
    answers = _answers(options, asks)
    text = Texts("new", answers["language"])
    if options.demo:
        write_demonstration(folder, text)
        left = []
    else:
        left = write_study(folder, answers, text)
    print(text("made", folder=folder))
    if not keeps_modes(folder):
        said = no_modes(folder / "private", text.language)
        print(said + Texts("drives", text.language)("study"), file=sys.stderr)
    if left:
        print(text("left", keys=", ".join(left)))
    print(text("next_demo" if options.demo else "next", folder=options.folder))
    return 0


def _refuse_answers(options: argparse.Namespace) -> None:
    """Raise if an answer is given that the demonstration has already (it has no language)."""
    given = [f"--{name.replace('_', '-')}" for name in _ASKED[1:] if getattr(options, name)]
    if given:
        raise InputError(both("new", "demo_has", options=", ".join(given)))


def _answers(options: argparse.Namespace, asks: bool) -> dict[str, Any]:
    """Return the answers, None for what is not known; a person is asked for what is missing."""
    answers: dict[str, Any] = {"language": "ja", "synthetic": options.synthetic}
    problems: list[str] = []
    # mistakes on the command line are reported before the first question
    for name in _ASKED:
        given = getattr(options, name)
        try:
            answers[name] = _read(name, given, answers) if given else _unanswered(name)
        except InputError as error:
            problems += [f"--{name.replace('_', '-')}: {problem}" for problem in error.problems]
    if problems:
        raise InputError(problems)
    missing = [name for name in _ASKED if not getattr(options, name)]
    if asks and missing:
        print(both("new", "asking"))
        for name in missing:
            answers[name] = _ask(name, answers)
    return answers


def _unanswered(name: str) -> Any:
    return {"language": "ja", "software": [], "readers": _READERS}.get(name)


def _ask(name: str, answers: Mapping[str, Any]) -> Any:
    """Return what a person answers, asked again as long as it cannot be used."""
    text = Texts("new", answers["language"])
    said = both("new", "ask.language") if name == "language" else text(f"ask.{name}")
    while True:
        try:
            typed = input(f"{said}: ").strip()
        except EOFError:
            typed = ""
        try:
            return _read(name, typed, answers) if typed else _unanswered(name)
        except InputError as error:
            print(*error.problems, sep="\n")


def _read(name: str, typed: str, answers: Mapping[str, Any]) -> Any:
    """Return the value that a person means, or raise with what is accepted."""
    from bonescint.config_words import NONE
    from bonescint.text.folding import half_width

    plain = half_width(typed).casefold()
    text = Texts("new", answers["language"])
    match name:
        case "language" | "sex":
            words = {"language": ("ja", "en"), "sex": ("F", "M", "any")}[name]
            for word in words:
                if plain == word.casefold():
                    return word
            raise InputError(text("one_of", value=typed, known=" | ".join(words)))
        case "period_end" | "exam_from" | "exam_to":
            return _day(name, typed, answers)
        case "targets":
            numbers = [part.strip() for part in plain.split(",")]
            if len(numbers) != 4 or not all(map(str.isdecimal, numbers)):
                raise InputError(text("no_targets", value=typed))
            return [int(number) for number in numbers]
        case "readers":
            if not plain.isdecimal() or not 1 <= int(plain) <= _MOST_READERS:
                raise InputError(text("no_number", value=typed, most=_MOST_READERS))
            return int(plain)
        case "software":
            return _software(plain, text)
        case "preceding_study" if plain in (NONE, "なし"):
            return NONE
    if not all(character.isprintable() or character == "\u3000" for character in typed):
        raise InputError(text("unseen"))
    return typed.strip()


def _day(name: str, typed: str, answers: Mapping[str, Any]) -> str:
    from bonescint.text.dates import table_date

    language = answers["language"]
    day = table_date(typed)
    if day is None:
        raise InputError(Texts("new", language)("no_date", value=typed))
    known = {**answers, name: day.isoformat()}
    first, last = known.get("exam_from"), known.get("exam_to")
    if first and last and first > last:
        raise InputError(Texts("config", language)("window"))
    return day.isoformat()


def _software(plain: str, text: Texts) -> list[str]:
    from bonescint.commands.new_study import known_software

    names = [name for part in plain.replace("、", ",").split(",") if (name := part.strip())]
    known = list(known_software())
    if unknown := [name for name in names if name not in known]:
        raise InputError(text("no_software", value=", ".join(unknown), known=", ".join(known)))
    return list(dict.fromkeys(names))
