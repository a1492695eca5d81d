"""No findings leave while a hit is undecided."""

from pathlib import Path

import pytest

from bonescint.delivery.review import digest, joined, known_people, scan_text, undecided
from bonescint.errors import InputError

KNOWN = known_people(
    ["GOSEI^HANAKO=合成^花子=ごうせい^はなこ"], ["00012345", "12345"], ["模擬 太郎"]
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("第5胸椎に異常集積を認め、転移を疑う。", ()),
        ("L1-L3, 4-6 ribs, SUV 12.5, 10 mm", ()),
        ("合成花子様の骨シンチ", ("name",)),
        ("合成 花子 様", ("name",)),
        ("合成様", ("name",)),
        ("Hanako Gosei", ("name",)),
        ("gosei hanako", ("name",)),
        ("ゴウセイ さん", ("name",)),
        ("ｺﾞｳｾｲ", ("name",)),
        ("ID １２３４５", ("patient_id",)),
        ("前回 (2018年5月) と比べ著変なし", ("date",)),
        ("2019/6/3 の検査", ("date",)),
        ("令和元年の検査", ("date",)),
        ("20190603", ("date",)),
        ("TEL 027-000-1234", ("telephone",)),
        ("模擬医師に報告", ("staff",)),
    ],
)
def test_scan(text: str, kinds: tuple[str, ...]) -> None:
    assert scan_text(text, KNOWN) == kinds


def row(text: str) -> dict[str, str]:
    return {"code": "BS-AAAAA", "sha256": digest(text), "kinds": "date+name"}


def decide(path: Path, text: str, decision: str) -> Path:
    path.write_text(
        "item\tsha256\tdecision\treviewer\tdate\n"
        f"findings:BS-AAAAA\t{digest(text)}\t{decision}\tR\t2026-01-01\n"
    )
    return path


def test_a_hit_blocks_until_it_is_released(tmp_path: Path) -> None:
    (said,) = undecided([row("x")], None, "en")
    assert "findings:BS-AAAAA" in said
    assert digest("x") in said
    decisions = tmp_path / "decisions.tsv"
    assert not list(undecided([row("x")], decide(decisions, "x", "release"), "en"))
    assert list(undecided([row("x")], decide(decisions, "x", "block"), "en"))
    # a block anywhere wins over a release
    first = decide(decisions, "x", "release").read_text(encoding="utf-8")
    second = decide(decisions, "x", "block").read_text(encoding="utf-8").splitlines()[1]
    decisions.write_text(first + second + "\n", encoding="utf-8")
    assert list(undecided([row("x")], decisions, "en"))
    # another text asks again
    assert list(undecided([row("y")], decide(decisions, "x", "release"), "en"))


def test_a_broken_decision_is_named(tmp_path: Path) -> None:
    decisions = decide(tmp_path / "decisions.tsv", "x", "ok")
    with pytest.raises(InputError, match="row 2"):
        list(undecided([row("x")], decisions, "en"))
    decisions.write_text("item,sha256\n")
    with pytest.raises(InputError, match="item, sha256, decision"):
        list(undecided([row("x")], decisions, "en"))


def test_findings_of_several_readers_are_numbered() -> None:
    assert joined({"a": "x"}, "en") == "x"
    assert joined({"a": "x", "b": "y"}, "en") == "Reader 1: x\nReader 2: y"
