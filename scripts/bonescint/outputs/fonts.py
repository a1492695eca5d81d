"""The figures' font: how it is found, and kept in memory while figures are drawn."""

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
    """Return the names of the figures' fonts, and register them with matplotlib."""
    font = str(japanese_font())
    font_manager.fontManager.addfont(font)
    # matplotlib's own font is the fallback, because IPAex has no ≥
    return [font_manager.FontProperties(fname=font).get_name(), "DejaVu Sans"]


@contextmanager
def in_memory() -> Iterator[None]:
    """Inside the block, read each font only once, for figures in SVG and PNG.

    FreeType reads a file in half a million small pieces, which takes a tenth of the figures' time.
    A PDF embeds the font by its path, which is not known inside the block.
    """
    held: Any = ModuleType(ft2font.__name__)
    vars(held).update(vars(ft2font))
    read = cache(lambda path: Path(path).read_bytes())

    def opened(path: Any, **options: Any) -> ft2font.FT2Font:
        # without options, matplotlib only asks the font for its names, and needs its path
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
    """Make matplotlib open its fonts again."""
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined] # noqa: SLF001
