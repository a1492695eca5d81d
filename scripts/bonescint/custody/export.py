"""The correspondence table on paper: an encrypted PDF for the locked shelf (R16)."""

import io
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.config import CODED_SIDE
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import SYNTHETIC, Texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 40  # of one block of columns
LONGEST_PASSPHRASE = 127  # bytes, ISO 32000-2
_PAGE = (210 / 25.4, 297 / 25.4)  # inches, A4 upright
_LEFT, _RIGHT, _TOP, _PITCH = 15 / 210, 195 / 210, 268 / 297, 6.0 / 297  # of the page
_SIZE = 9  # points
_CHARACTER = 0.602 * _SIZE / 72 / _PAGE[0]  # DejaVu Sans Mono's advance, of the page
_CODE = 10  # characters, including the gap after the code
_GAP = 3


def check_target(path: Path, language: str) -> None:
    """Refuse a file that exists or would lie on the coded side, before any question is asked."""
    text = Texts("ledger", language)
    if path.exists() or path.is_symlink():
        raise InputError(text("export.exists", file=path))
    real = path.resolve()
    if any(real.is_relative_to(Path(folder).resolve()) for folder in CODED_SIDE):
        raise InputError(text("export.place", file=path))
    if not path.parent.is_dir():
        raise InputError(text("no_folder", file=path))


def check_passphrase(passphrase: str, language: str) -> None:
    """Refuse a passphrase that is not half-width ASCII: some PDF readers would not accept it.

    Readers normalise other characters in different ways before they derive the key.

    Raises
    ------
    InputError
        If it is not 1 to 127 printable ASCII characters.
    """
    if not (
        passphrase.isascii()
        and passphrase.isprintable()
        and 0 < len(passphrase) <= LONGEST_PASSPHRASE
    ):
        raise InputError(Texts("ledger", language)("export.passphrase", most=LONGEST_PASSPHRASE))


def export_pdf(
    path: Path,
    codes: Mapping[str, str],
    declined: Collection[str],
    study: Mapping[str, Any],
    passphrase: str,
    language: str,
    today: date,
) -> int:
    """Write code and patient ID of everybody to an AES-256 PDF, and return the number of pages.

    The plain table exists in memory only; the file is mode 0600.

    Parameters
    ----------
    path, passphrase
        A new file, and what opens it.
    codes
        Patient ID as in the images -> code.
    declined
        Patient IDs, as in the images, of those whose opt-out is in force. They are marked.
    study, language, today
        Of the configuration, of the headings; the date printed.

    Raises
    ------
    InputError
        If `check_target` or `check_passphrase` refuses, or the file cannot be written.
    """
    check_target(path, language)
    check_passphrase(passphrase, language)
    rows = sorted((code, subject, subject in declined) for subject, code in codes.items())
    plain, pages = _draw(rows, study, language, today)
    data = _encrypted(plain, passphrase)
    try:
        with replacing(path, "wb", private=True) as stream:
            stream.write(data)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(
            Texts("ledger", language)("not_written", file=path, reason=reason)
        ) from None
    return pages


def _encrypted(plain: io.BytesIO, passphrase: str) -> bytes:
    import pikepdf

    # with an empty owner password everybody could open the file
    lock = pikepdf.Encryption(user=passphrase, owner=passphrase, R=6)
    sealed = io.BytesIO()
    with pikepdf.open(plain) as pdf:
        pdf.save(sealed, encryption=lock)
    return sealed.getvalue()


def _draw(
    rows: Sequence[tuple[str, str, bool]], study: Mapping[str, Any], language: str, today: date
) -> tuple[io.BytesIO, int]:
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    from bonescint.outputs.style import house_style
    from bonescint.text.width import text_width

    text = Texts("ledger", language)
    mark = f"  {text('export.declined')}" if any(row[2] for row in rows) else ""
    widest = max((text_width(row[1]) for row in rows), default=0)
    width = (_CODE + widest + text_width(mark) + _GAP) * _CHARACTER
    blocks = max(1, min(3, int((_RIGHT - _LEFT + _GAP * _CHARACTER) / width)))
    per_page = blocks * ROWS
    pages = max(1, -(-len(rows) // per_page))
    plain = io.BytesIO()
    # no author, program or time (R35); fonts are embedded, so that the PDF prints anywhere
    nothing = {"Creator": None, "Producer": None, "CreationDate": None}
    with (
        house_style(),
        mpl.rc_context({"pdf.fonttype": 42, "font.size": _SIZE}),
        PdfPages(plain, metadata=nothing) as pdf,
    ):
        # a monospaced font for codes and IDs, with the Japanese font of house_style as fallback
        mono = ["DejaVu Sans Mono", *mpl.rcParams["font.family"]]
        for page in range(pages):
            figure = Figure(figsize=_PAGE)
            _frame(figure, text, study, today, len(rows), f"{page + 1}/{pages}")
            shown = rows[page * per_page : (page + 1) * per_page]
            for n, (code, subject, is_declined) in enumerate(shown):
                block, row = divmod(n, ROWS)
                x = _LEFT + block * (_RIGHT - _LEFT + _GAP * _CHARACTER) / blocks
                if row == 0:
                    for offset, key in ((0, "export.code"), (_CODE, "export.subject")):
                        at = x + offset * _CHARACTER
                        figure.text(at, _TOP, text(key), va="bottom", color="#444444", fontsize=8)
                # a wider gap after every fifth row makes the table easier to read
                y = _TOP - (row + 1) * _PITCH - row // 5 * _PITCH / 8
                line = f"{code:{_CODE}}{subject}{mark if is_declined else ''}"
                figure.text(x, y, line, family=mono, parse_math=False)
            pdf.savefig(figure)
    plain.seek(0)
    return plain, pages


def _frame(
    figure: "Figure", text: Texts, study: Mapping[str, Any], today: date, n: int, page: str
) -> None:
    """Write the text around the table: which study, which day, and what to do with the page."""
    line = 1 / 297
    figure.text(_LEFT, 1 - 14 * line, text("export.title"), fontsize=14)
    about = text("export.about", study=study["id"], date=today, n=n)
    figure.text(_LEFT, 1 - 20 * line, about)
    figure.text(_RIGHT, 1 - 14 * line, page, ha="right", fontsize=11)
    if study["synthetic"]:
        figure.text(_RIGHT, 1 - 20 * line, SYNTHETIC, ha="right", color="#D55E00")
    for n_line, key in enumerate(("export.keep", "export.as_in_images")):
        figure.text(_LEFT, (12 - 5 * n_line) * line, text(key), fontsize=8)
