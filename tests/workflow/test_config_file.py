"""A configuration that is no YAML: a bare snakemake says where, and no traceback."""

from pathlib import Path

import pytest

from bonescint.resources import ROOT
from tests.workflow.runner import snakemake

CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CONFIG.encode("cp932"), "config.yaml line 1: the file is not UTF-8 (it looks like cp932)"),
        # all other faults: tests/unit/text/test_yamlfile.py
        (
            CONFIG.replace("language: ", "language：").encode(),
            "config.yaml 4 行 9 文字目: 全角のコロン",
        ),
    ],
)
def test_a_bare_snakemake_says_where(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "config.yaml").write_bytes(content)
    printed = snakemake(tmp_path, fails=True)
    assert said in printed
    assert "Traceback" not in printed


def test_an_overlay_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "more.yaml").write_text("language: en\nlanguage: ja\n")
    printed = snakemake(tmp_path, "-n", "--configfile", "more.yaml", fails=True)
    assert "more.yaml line 2 column 1" in printed
