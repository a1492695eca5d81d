"""Nothing leaves while a gate is closed, and all that is unmet is said at once."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bonescint.custody.period import period_is_over
from bonescint.delivery.gate import disc_refusals, is_asked, reason_after_end, refusals
from bonescint.resources import ROOT

APPROVAL = {"committee": "C", "number": "1", "date": "2024-04-01"}
REAL = {
    "synthetic": False,
    "period_end": "2025-12-31",
    "approval": APPROVAL,
    "privacy_manager": "head of the department",
}
TODAY = date(2025, 6, 1)
SHIPPED = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def delivery(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "staff.txt").write_text("架空 一郎\n", encoding="cp932")
    return {
        "partner": "P",
        "after_period_end": None,
        "staff_names": str(tmp_path / "staff.txt"),
    }


@pytest.mark.parametrize(
    ("study", "reason", "refused"),
    [
        ({}, None, 0),
        ({"period_end": "2024-12-31"}, None, 1),
        ({"period_end": "2024-12-31"}, "extension approved", 0),
        ({"approval": {}}, None, 3),
        ({"approval": APPROVAL | {"date": "2026-01-01"}}, None, 1),
        ({"approval": {}, "synthetic": True}, None, 0),
    ],
)
def test_gate(
    delivery: dict[str, Any], study: dict[str, Any], reason: str | None, refused: int
) -> None:
    said = list(refusals(REAL | study, delivery | {"after_period_end": reason}, TODAY, "en"))
    assert len(said) == refused


@pytest.mark.parametrize(
    ("study", "change", "says"),
    [
        ({}, {"partner": None}, "delivery.partner"),
        ({"privacy_manager": None}, {}, "study.privacy_manager"),
        ({"privacy_manager": ""}, {}, "R33"),
        ({"privacy_manager": " \u3000 "}, {}, "R33"),
        ({"privacy_manager": "未定"}, {}, "R33"),
        ({"privacy_manager": "個人情報管理責任者 (simulated)"}, {}, "R33"),
        ({"approval": APPROVAL | {"number": "T.B.D."}}, {}, "study.approval.number"),
        ({}, {"partner": "\u3000"}, "delivery.partner"),
        ({}, {"partner": "(未定)"}, "delivery.partner"),
        ({}, {"partner": "---"}, "delivery.partner"),
        ({}, {"partner": "共同研究機関 (simulated)"}, "delivery.partner"),
        ({"privacy_manager": "管理者（Ｓｉｍｕｌａｔｅｄ）"}, {}, "R33"),
        ({}, {"staff_names": None}, "delivery.staff_names"),
        ({}, {"staff_names": "nowhere.txt"}, "nowhere.txt"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_real_study_needs_each_of_them(
    delivery: dict[str, Any],
    study: dict[str, Any],
    change: dict[str, Any],
    says: str,
    language: str,
) -> None:
    (said,) = refusals(REAL | study, delivery | change, TODAY, language)
    assert says in said
    simulated = REAL | study | {"synthetic": True}
    assert list(refusals(simulated, delivery | change, TODAY, language)) == []


@pytest.mark.parametrize("lines", [" \n\n", "# 職員の氏名\n\n＃ 架空\n", "氏名\n----\n", "1\n2\n"])
def test_an_empty_list_of_names_counts_as_missing(delivery: dict[str, Any], lines: str) -> None:
    Path(delivery["staff_names"]).write_text(lines, encoding="utf-8")
    (said,) = refusals(REAL, delivery, TODAY, "en")
    assert "R27" in said


def test_the_shipped_configuration_delivers_no_real_study() -> None:
    """A study that only says its data are real is told everything, the demonstration's text too."""
    later = date(2026, 1, 5)
    assert list(refusals(SHIPPED["study"], SHIPPED["delivery"], later, "ja")) == []
    real = SHIPPED["study"] | {"synthetic": False}
    said = list(refusals(real, SHIPPED["delivery"], later, "ja"))
    assert len(said) == 8
    assert SHIPPED["delivery"]["after_period_end"] in said[1]


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ("延長の承認 (2026-01-10)", True),
        ("合成データによる実演", False),
        ("合成 データによる実演です。", False),
        ("A SYNTHETIC demonstration", False),
        ("合成ﾃﾞｰﾀによる実演", False),
        ("合成・デ－タ", False),
        ("simulation: ｓｉｍｕｌａｔｉｏｎ", False),
        ("実演のため", False),
        ("-", False),
        ("未定", False),
        ("  ", False),
        (None, False),
    ],
)
def test_whose_reason_counts_after_the_end(reason: str | None, counts: bool) -> None:
    later, settings = date(2026, 1, 1), {"after_period_end": reason}
    assert bool(reason_after_end(REAL, settings, later)) == counts
    # none is used before
    assert reason_after_end(REAL, settings, date(2025, 12, 31)) == ""
    simulated, said = REAL | {"synthetic": True}, (reason or "").strip()
    assert bool(reason_after_end(simulated, settings, later)) == (said not in ("", "-", "未定"))


def test_the_last_day_belongs_to_the_study() -> None:
    assert not period_is_over(REAL, date(2025, 12, 31))
    assert period_is_over(REAL, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("targets", "asked"),
    [
        ([], False),
        (["all", "results/study.xlsx"], False),
        (["deliver"], True),
        (["write_partner_sheet"], True),
        (["--until=deliver"], True),
        (["--until", "write_partner_sheet"], True),
        (["--config=x", "all"], False),
        (["all", "results/delivery/partner_sheet.xlsx"], True),
        (["./results//delivery/partner_sheet.xlsx"], True),
        (["results/delivery_notes.txt"], False),
    ],
)
def test_when_a_delivery_is_asked_for(targets: list[str], asked: bool) -> None:
    assert is_asked(targets) == asked


def test_a_delivery_is_asked_for_by_its_whole_path() -> None:
    assert is_asked([str(Path.cwd() / "results/delivery/partner_sheet.xlsx")])


PASSPHRASE = "k7mp-3xwd-9rtz-hq4c-wn2e"  # noqa: S105


@pytest.mark.parametrize(
    ("written", "mode", "says"),
    [
        (PASSPHRASE, 0o600, ""),
        (PASSPHRASE, 0o640, "chmod 600"),
        ("Zw9q", 0o600, "20"),
        (None, 0, "passphrase.txt"),
    ],
)
@pytest.mark.parametrize("form", [{}, {"form": "encrypted"}])
def test_an_encrypted_disc_needs_a_passphrase_that_jobs_can_use(
    tmp_path: Path, written: str | None, mode: int, says: str, form: dict[str, str]
) -> None:
    path = tmp_path / "passphrase.txt"
    if written:
        path.write_text(written)
        path.chmod(mode)
    disc = form | {"passphrase_file": str(path)}
    said = list(disc_refusals({"disc": disc}))
    assert bool(said) == bool(says)
    assert says in "".join(said)
    assert written is None or written not in "".join(said)
    assert list(disc_refusals({"disc": disc | {"form": "plain"}})) == []


def test_a_disc_is_encrypted_unless_the_configuration_says_otherwise() -> None:
    for delivery in ({}, {"disc": None}, {"disc": {"medium": "CD-R"}}):
        assert len(list(disc_refusals(delivery))) == 1
