"""`bonescint archive`: the study as one encrypted file for ten years (R30, R32)."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    import pyrage

    from bonescint.custody.archive.write import Written
    from bonescint.resources import Texts

_MB = 1_000_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "archive",
        help="the study as one encrypted file / 研究全体を 1 つの暗号化ファイルに保管する",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="to write / 作るファイル: NAME.tar.age"
    )
    what.add_argument(
        "--verify", type=Path, metavar="FILE", help="compare with its manifest / 目録と照合する"
    )
    what.add_argument(
        "--restore",
        nargs=2,
        type=Path,
        metavar=("FILE", "DEST"),
        help="unpack into a new or empty folder / 新しいフォルダに復元する",
    )
    parser.add_argument("--with-dicom", action="store_true", help="raw DICOM too / 生 DICOM も")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="to verify or restore where no configuration is / 設定のない場所での照合・復元用の鍵",
    )
    parser.add_argument("--language", choices=("ja", "en"), help="default: the configuration's")
    configuration.add_option(parser, archive)


def archive(options: argparse.Namespace) -> int:
    """Write, verify or restore; return 0, or 1 if an archive differs from its manifest.

    Raises
    ------
    InputError
        If it cannot be done. Nothing incomplete is left that looks complete.
    """
    from bonescint.custody.archive.contents import raw_name
    from bonescint.custody.seal import refuse_sealed
    from bonescint.identity.key import open_identity
    from bonescint.identity.ledger import open_ledger
    from bonescint.resources import Texts

    if options.key and (options.verify or options.restore):
        # in ten years only the file and its key may be left, without a config.yaml
        text = Texts("archive", options.language or "ja")
        return _read(options, open_identity(options.key, ask=True), None, text)
    config = configuration.load(options)
    text = Texts("archive", options.language or str(config["language"]))
    ledger = config["ledger"]
    if options.file:
        refuse_sealed(text.language)
        if not Path(ledger["path"]).exists():
            raise InputError(text("no_ledger", file=ledger["path"]))
        with _at_rest(text):
            book = open_ledger(**ledger, ask=True)
            written = _write(options, config, book.identity, text)
            # on record, so that `opt-out add` and `where` can name the archives of a patient
            book.append([{"kind": "archive", "name": options.file.name, "sha256": written.sha256}])
        return 0
    identity = open_identity(ledger["key"], ledger.get("passphrase_file"), ask=True)
    return _read(options, identity, raw_name(config), text)


@contextmanager
def _at_rest(text: "Texts") -> Iterator[None]:
    """Refuse while a run is under way, and let no run begin: an archive shows one moment."""
    import fcntl

    from bonescint.runlock import RUN

    folder = Path(".snakemake")
    if not folder.is_dir():
        yield
        return
    with (folder / RUN).open("a+") as run:
        try:
            fcntl.flock(run, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(text("running")) from None
        except OSError:
            pass  # a share without locks
        yield


def _write(
    options: argparse.Namespace,
    config: Mapping[str, Any],
    identity: "pyrage.x25519.Identity",
    text: "Texts",
) -> "Written":
    from datetime import date

    from bonescint.commands.progress import progress
    from bonescint.custody.archive.contents import contents
    from bonescint.custody.archive.write import cover_of, write_archive

    file: Path = options.file
    today = date.today()
    found = contents(config, options.config, options.with_dicom)
    try:
        with progress(text) as report:
            written = write_archive(
                file,
                found,
                identity,
                _in_both(lambda words: words("readme", **_study(config), date=today)),
                lambda w: _cover(config, file, identity, options.with_dicom, w, today),
                text,
                report,
            )
    except OSError as error:
        raise InputError(text("not_written", reason=os.strerror(error.errno or 0))) from None
    sizes = {"size": written.size // _MB, "archive": written.archive_size // _MB}
    print(text("done", file=file.name, files=written.files, cover=cover_of(file).name, **sizes))
    print(text("sha256", sha256=written.sha256))
    if found.absent:
        print(text("absent", keys=", ".join(found.absent)), file=sys.stderr)
    if written.links:
        print(text("links", files=_names(written.links, found.raw, text)), file=sys.stderr)
    print(text("then", file=file.name))
    return written


def _read(
    options: argparse.Namespace, identity: "pyrage.x25519.Identity", raw: str | None, text: "Texts"
) -> int:
    from bonescint.commands.progress import progress
    from bonescint.custody.archive.read import manifest_differences, restore, verify_archive

    file: Path = options.verify or options.restore[0]
    # progress counts the tar, which has a few per cent fewer bytes than the file
    total = file.stat().st_size // _MB if file.exists() else None

    stage = "check" if options.verify else "restore"
    with progress(text) as report:

        def advance(done: int) -> None:
            report(stage, done // _MB, total)

        if options.verify:
            found = verify_archive(file, identity, text, advance)
        else:
            try:
                found = restore(file, options.restore[1], identity, raw, text, advance)
            except OSError as error:
                reason = os.strerror(error.errno or 0)
                raise InputError(text("not_restored_io", reason=reason)) from None
    if not found.good:
        lines = manifest_differences(found, raw, text)
        print(*lines, text("bad", file=file.name, n=len(lines)), sep="\n")
        return 1
    key = "good" if options.verify else "restored"
    print(text(key, file=file.name, files=found.files, size=found.size // _MB))
    if found.links:
        print(text("links_out", files=_names(found.links, raw, text)), file=sys.stderr)
    return 0


def _names(names: list[str], raw: str | None, text: "Texts") -> str:
    from bonescint.custody.archive.contents import shown

    return ", ".join(dict.fromkeys(shown(name, raw, text) for name in names))


def _cover(
    config: Mapping[str, Any],
    file: Path,
    identity: "pyrage.x25519.Identity",
    with_dicom: bool,
    written: "Written",
    today: "date",
) -> bytes:
    """Return the text beside the archive. It holds no identifier and no path of the machine."""
    import shlex

    from bonescint.custody.retention import retention

    clock = retention(config["study"], today)

    def words(text: "Texts") -> str:
        key = "until_open" if clock.keep_until is None else "until"
        until = text(key, date=clock.keep_until, years=clock.years)
        return text(
            "cover",
            **_study(config),
            name=file.name,
            quoted=shlex.quote(file.name),
            date=today,
            size=written.archive_size,
            files=written.files,
            sha256=written.sha256,
            raw=text("raw_yes" if with_dicom else "raw_no"),
            until=until,
            key=Path(config["ledger"]["key"]).name,
            recipient=identity.to_public(),
        )

    # with BOM and line ends for Windows
    return ("\ufeff" + _in_both(words)).replace("\n", "\r\n").encode()


def _study(config: Mapping[str, Any]) -> dict[str, str]:
    from bonescint.resources import SYNTHETIC

    study = config["study"]
    return {"study": study["id"], "mark": SYNTHETIC if study["synthetic"] else ""}


def _in_both(words: "Callable[[Texts], str]") -> str:
    from bonescint.resources import Texts

    return f"\n{'-' * 72}\n\n".join(words(Texts("archive", language)) for language in ("ja", "en"))
