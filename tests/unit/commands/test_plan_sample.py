"""`bonescint plan-sample`: the cases of the next study, in words, and on what they rest."""

import re
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.resources import SYNTHETIC
from bonescint.stats.estimate import Estimate, write_estimates
from bonescint.stats.paired_power import Correlations
from bonescint.stats.sample_size import next_study
from tests.unit.study_config import configure

Capture = pytest.CaptureFixture[str]
GIVEN = ["--value", "0.9", "--difference", "0.1", "--correlation", "0.8", "0.5"]


def say(capsys: Capture, *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["plan-sample", *arguments]) == code
    said = capsys.readouterr()
    assert bool(said.err) == bool(code) and "{" not in said.out + said.err
    return said.err if code else said.out


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study(language: str = "en", status: str = "ok") -> None:
    configure(language=language)
    Path("results/metrics").mkdir(parents=True)
    rows = [
        Estimate(
            subject="vsbone3", comparator="vsbone2", measure=f"correlation_{name}", metric=metric,
            n=n, estimate=found, ci_low=found - 0.2, ci_high=found + 0.05, level=0.95,
            status=status,
        )
        for metric, less in (("hotspots", 0.1), ("bsi", 0.0))
        for name, n, found in (("positive", 26, 0.9 - less), ("negative", 21, 0.7 - less))
    ]  # fmt: skip
    primary = Estimate(subject="vsbone3", comparator="vsbone2", metric="bsi", note="primary")
    write_estimates(Path("results/metrics/precision.csv"), [*rows, primary])


def numbers(said: str) -> list[list[int]]:
    found = re.findall(r"(\d+) with metastasis, (\d+) without \((\d+) in all\)", said)
    return [[int(n) for n in one] for one in found]


@pytest.mark.parametrize("measure", ["auc", "sensitivity", "specificity"])
@pytest.mark.parametrize("margin", [None, 0.15])
def test_cases_are_those_of_the_statistics(capsys: Capture, measure: str, margin: float) -> None:
    more = ["--equivalence", str(margin)] if margin else []
    said = say(
        capsys, *GIVEN, "--measure", measure, "--ratio", "2", "--language", "en", *more
    )  # fmt: skip
    expected = next_study(measure, 0.9, 0.1, margin, Correlations(0.8, 0.5), 2, 0.8, 0.95)
    assert expected and numbers(said)[0] == [*expected, sum(expected)]
    assert ("McNemar" in said) == (measure != "auc" and not margin)
    assert ("Obuchowski" in said) == (measure == "auc" and not margin)
    assert ("two one-sided tests" in said) == bool(margin)
    assert "difference observed in this study would mislead" in said
    assert "(as given)" in said and SYNTHETIC not in said


def test_no_difference_at_all_may_be_supposed_of_an_equivalence(capsys: Capture) -> None:
    given = ["--value", "0.9", "--equivalence", "0.1", "--correlation", "0.8", "0.5"]
    assert say(capsys, *given, "--difference", "0") == say(capsys, *given)


def test_cases_that_cannot_be_analysed_are_added(capsys: Capture) -> None:
    (plain, _), (more, _) = (
        numbers(say(capsys, *GIVEN, "--language", "en", "--failures", share))
        for share in ("0", "0.5")
    )
    assert more[:2] == [2 * n for n in plain[:2]]


def test_in_a_study_its_own_correlation_is_taken(capsys: Capture) -> None:
    study()
    said = say(capsys, "--value", "0.9", "--difference", "0.1")
    assert said.startswith(SYNTHETIC)
    best, lowest, _ = numbers(said)
    for shown, both in ((best, (0.9, 0.7)), (lowest, (0.7, 0.5))):
        found = next_study("auc", 0.9, 0.1, None, Correlations(*both), 1, 0.8, 0.95)
        assert found and shown[:2] == [*found]
    # of the primary hypothesis, though another one stands before it
    assert "VSBONE 3.0 (simulated) and VSBONE 2.0 (simulated), bsi, 26 and 21 cases" in said
    assert "hotspots" in say(capsys, "--value", ".9", "--difference", ".1", "--metric", "hotspots")


def test_japanese_is_the_default_and_the_studys_language_is_taken(capsys: Capture) -> None:
    assert "必要な例数: 転移あり" in say(capsys, *GIVEN)
    study("en")
    assert "Needed: " in say(capsys, *GIVEN)
    assert "必要な例数" in say(capsys, *GIVEN, "--language", "ja")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--value", "0.9", "--correlation", "0.5"], "--difference"),
        (["--value", "1.2", "--difference", "0.1", "--correlation", "0.5"], "--value: "),
        (["--value", "0.9", "--difference", "0.9", "--correlation", "0.5"], "--difference: "),
        ([*GIVEN, "--equivalence", "0.1"], "true difference is less than the margin"),
        ([*GIVEN, "--failures", "1"], "--failures: "),
        ([*GIVEN, "--ratio", "0"], "--ratio: "),
        ([*GIVEN, "--confidence", "0.4"], "--confidence: "),
        (["--value", "0.9", "--difference", "0.1", "--correlation", "1"], "--correlation: "),
        ([*GIVEN[:4], "--correlation", "0.1", "0.2", "0.3"], "--correlation: "),
        ([*GIVEN[:2], "--difference", "1e-7", *GIVEN[4:]], "not enough"),
        (GIVEN[:4], "results/metrics/precision.csv"),
    ],
)
def test_an_impossible_plan_is_said(capsys: Capture, arguments: list[str], said: str) -> None:
    assert said in say(capsys, *arguments, "--language", "en", code=1)


def test_every_fault_at_once(capsys: Capture) -> None:
    wrong = ["--value", "2", "--difference", "3", "--ratio", "-1", "--correlation", "5"]
    assert len(say(capsys, *wrong, code=1).splitlines()) == 5


def test_a_study_whose_correlation_is_unknown(capsys: Capture) -> None:
    study(status="constant")
    asked = ["--value", "0.9", "--difference", "0.1"]
    assert "could not be estimated" in say(capsys, *asked, code=1)
    said = say(capsys, *asked, "--metric", "volume", code=1)
    assert "Known: hotspots, bsi" in said
