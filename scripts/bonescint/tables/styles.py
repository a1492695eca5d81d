"""Read the styles of a workbook's cells: number format, and whether they are struck out."""

import zipfile
from typing import Any

from bonescint.tables.numberformats import JAPANESE


def read_styles(archive: zipfile.ZipFile, part: str) -> list[tuple[str, bool]]:
    """Return number format and strike-through of each cell style, by its number.

    openpyxl's styles are not used, because it renumbers the formats. A format without a code would
    get the code of another one. `part` is the name of the part with the styles, empty if there is
    none.
    """
    from openpyxl.styles.numbers import BUILTIN_FORMATS
    from openpyxl.xml.functions import fromstring  # type: ignore[attr-defined]

    default = [("General", False)]
    if not part:
        return default
    root: Any = fromstring(archive.read(part))
    formats = root.findall("{*}numFmts/{*}numFmt")
    codes = {int(one.get("numFmtId")): one.get("formatCode") for one in formats}
    struck = [_is_struck(font) for font in root.findall("{*}fonts/{*}font")]
    styles = []
    for style in root.findall("{*}cellXfs/{*}xf"):
        form, font = int(style.get("numFmtId", 0)), int(style.get("fontId", 0))
        # Excel shows a plain number if its format has no code
        code = codes.get(form) or JAPANESE.get(form) or BUILTIN_FORMATS.get(form, "General")
        styles.append((code, font < len(struck) and struck[font]))
    return styles or default


def _is_struck(font: Any) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false", "off")
