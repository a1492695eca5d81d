import io
from contextlib import nullcontext
from pathlib import Path

import pytest
from matplotlib import font_manager, ft2font

from bonescint.outputs import fonts
from bonescint.outputs.style import house_style, new_figure, save
from bonescint.resources import japanese_font


def drawn(folder: Path) -> list[bytes]:
    """Return a figure with the glyphs of both fonts, as SVG and PNG."""
    folder.mkdir()
    paths = folder / "one.svg", folder / "one.png"
    with house_style():
        save(new_figure(3, 2, "感度 ≥ 0.5", synthetic=False), *paths)
    return [path.read_bytes() for path in paths]


def test_a_font_in_memory_writes_the_same_bytes(tmp_path: Path) -> None:
    plain = drawn(tmp_path / "plain")
    with fonts.in_memory():
        assert drawn(tmp_path / "held") == plain
    assert drawn(tmp_path / "again") == plain


def test_a_font_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.suffix == ".ttf":
            opened.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with fonts.in_memory():
        drawn(tmp_path / "a")
        drawn(tmp_path / "b")
        held = font_manager.get_font(str(japanese_font()))
        assert isinstance(held.fname, io.BytesIO)
    assert opened.count(japanese_font().resolve()) == 1
    assert len(opened) == len({*opened})


@pytest.mark.parametrize("fault", [None, RuntimeError("drawing fails")])
def test_afterwards_fonts_have_paths_again(fault: Exception | None) -> None:
    with pytest.raises(RuntimeError) if fault else nullcontext(), fonts.in_memory():
        if fault:
            raise fault
    assert font_manager.get_font(str(japanese_font())).fname == str(japanese_font().resolve())
    assert vars(font_manager)["ft2font"] is ft2font
