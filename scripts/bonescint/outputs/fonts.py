"""The figures' font: found, and held in memory while figures are drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from matplotlib import font_manager, ft2font

from bonescint.resources import japanese_font


def family() -> list[str]:
    """Return the names of the fonts in which figures are written, and make them known."""
    font = str(japanese_font())
    font_manager.fontManager.addfont(font)
    # matplotlib's own font behind it: IPAex has no ≥
    return [font_manager.FontProperties(fname=font).get_name(), "DejaVu Sans"]


@contextmanager
def in_memory() -> Iterator[None]:
    """Read each font once for the length of the block, for figures in SVG and PNG.

    FreeType reads a file in half a million small pieces, which is a tenth of the time that figures
    take. A PDF embeds the font by its path, which is not known meanwhile.
    """
    held: Any = ModuleType(ft2font.__name__)
    vars(held).update(vars(ft2font))
    read = cache(lambda path: Path(path).read_bytes())

    def opened(path: Any, **options: Any) -> ft2font.FT2Font:
        # without options a font is only asked for its names, and its path is wanted
        return ft2font.FT2Font(io.BytesIO(read(path)) if options else path, **options)

    held.FT2Font = opened
    _forget()
    font_manager.ft2font = held  # type: ignore[attr-defined] # it has no other place for it
    try:
        yield
    finally:
        font_manager.ft2font = ft2font  # type: ignore[attr-defined]
        _forget()


def _forget() -> None:
    """Have fonts opened anew."""
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined] # noqa: SLF001
