"""`bonescint passphrase`: the passphrase of the disc, into a file that its owner alone reads."""

import argparse
import sys
from pathlib import Path

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import both


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "passphrase",
        help="write the passphrase of an encrypted disc to a file / 暗号化したディスクの"
        "パスフレーズをファイルに保存する",
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a new file / 新しいファイル (private/ など)"
    )
    parser.add_argument(
        "--generate",
        action="store_true",
        help="make one and show it once / 自動で作り、一度だけ表示する",
    )
    configuration.add_option(parser, keep_passphrase)


def keep_passphrase(options: argparse.Namespace) -> int:
    """Ask for the passphrase twice or make one, keep it, and return 0.

    Raises
    ------
    InputError
        If the place or the passphrase is refused; no file is left then.
    """
    from bonescint.delivery.disc.layout import ARCHIVE
    from bonescint.delivery.disc.passphrase import (
        check_strength,
        generated_passphrase,
        write_passphrase_file,
    )
    from bonescint.identity.passphrase import ask_passphrase

    config = configuration.load(options)
    check_place(options.file, Path(config["inputs"]["dicom"]))
    if options.generate:
        if not sys.stdout.isatty():
            raise InputError(both("passphrase", "no_screen"))
        passphrase = generated_passphrase()
    else:
        passphrase = ask_passphrase(ARCHIVE, confirm=True, least=0)  # check_strength is stricter
        if wrong := check_strength(passphrase):
            raise InputError(wrong)
    write_passphrase_file(options.file, passphrase)
    if options.generate:
        print(both("passphrase", "generated"), passphrase, sep="\n\n    ", end="\n\n")
    print(both("passphrase", "written", file=options.file))
    return 0


def check_place(path: Path, images: Path) -> None:
    """Refuse a file that exists, or one below the coded side or the folder of raw images."""
    from bonescint.config import CODED_SIDE

    if path.exists() or path.is_symlink():
        raise InputError(both("passphrase", "exists", file=path))
    real = path.resolve()
    for folder in (*map(Path, CODED_SIDE), images):
        if real.is_relative_to(folder.resolve()):
            raise InputError(both("passphrase", "place", file=path, folder=folder))
    if not path.parent.is_dir():
        raise InputError(both("passphrase", "no_folder", file=path))
