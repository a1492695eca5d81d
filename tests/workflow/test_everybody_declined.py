"""One tracer's patients, all but one, everybody declines; then everybody takes part again (R12)."""

import csv
import re
import zipfile
from pathlib import Path

import pytest

from bonescint.files import read_rows
from bonescint.identity.ledger import open_ledger
from bonescint.identity.opt_outs import in_force, withdraw
from bonescint.names.ids import normalise
from bonescint.questions import known
from bonescint.warning_words import warnings_in_words
from tests.workflow.leaks import identifiers, leaks
from tests.workflow.runner import configure, snakemake

pytestmark = pytest.mark.whole

# the first gives no estimate; the second is not asked without stored values
ESTIMATES = [one for one in known() if one not in ("hypotheses", "repeatability")]
NOBODY = "対象者がいません"


def decline(study: Path, people: list[dict[str, str]]) -> None:
    """Put everybody on the hospital's list."""
    lines = [f"{person['patient_id']},2024-01-10,本人,,," for person in people]
    header = "患者ID,申出日,申出者,理由,続柄,備考"
    (study / "opt_out.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8-sig")


def rows(study: Path, name: str) -> list[dict[str, str]]:
    return list(read_rows(study / "results" / f"{name}.csv"))


def summary_sheet(study: Path) -> str:
    with zipfile.ZipFile(study / "results" / "study.xlsx") as book:
        shared = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    strings = [re.sub("<[^>]+>", "", s) for s in re.findall(r"<si>.*?</si>", shared, re.S)]
    return "\n".join(strings[int(n)] for n in re.findall(r't="s"><v>(\d+)</v>', sheet))


@pytest.mark.slow
def test_fewer_and_fewer_and_everybody_again(
    study: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (study / "demo" / "truth.csv").open(encoding="utf-8-sig", newline="") as stream:
        people = list(csv.DictReader(stream))
    configure(study, lambda c: c["inputs"].update(opt_out="opt_out.csv"))
    former = {row["code"]: row["tracer"] for row in rows(study, "cases")}

    decline(study, [p for p in people if p["tracer"] == "MDP"])
    snakemake(study)
    # this list replaces the demonstration's, whose patients stay out all the same
    assert {r["code"]: r["tracer"] for r in rows(study, "cases")} == {
        code: tracer for code, tracer in former.items() if tracer == "HMDP"
    }
    states = {
        (r["subject"], r["measure"]): r["status"]
        for name in ("accuracy", "cutoffs")
        for r in rows(study, f"metrics/{name}")
    }
    assert states["bonenavi", "auc"] == "no data"
    assert states["vsbone2", "sensitivity"] == "ok"
    assert {r["status"] for r in rows(study, "metrics/software_comparison")} == {"no data"}
    assert NOBODY not in (study / "results" / "report.html").read_text(encoding="utf-8")

    ledger = open_ledger(study / "private" / "ledger.age", study / "private" / "ledger.key")
    last = next(
        p for p in people if former.get(ledger.code_of(normalise(p["patient_id"])) or "") == "HMDP"
    )
    decline(study, [p for p in people if p is not last])
    snakemake(study)
    assert [r["code"] for r in rows(study, "cases")] == [
        ledger.code_of(normalise(last["patient_id"]))
    ]
    for question, measure, status in (
        ("version_diagnosis", "auc_difference", "one class"),
        ("version_measurement", "bias", "too few"),
    ):
        found = rows(study, f"metrics/{question}")
        assert {r["status"] for r in found if r["measure"] == measure} == {status}

    decline(study, people)
    snakemake(study)
    assert rows(study, "cases") == rows(study, "reference") == rows(study, "measurements") == []
    for name in ESTIMATES:
        table = rows(study, f"metrics/{name}")
        assert table
        # the size of a group is known, and what is supposed for the plan needs nobody
        sizes = [row for row in table if row["measure"] == "group_size"]
        assert {row["estimate"] for row in sizes} <= {"0"}
        table = [r for r in table if r not in sizes and "supposed_value" not in r["note"]]
        assert "ok" not in {row["status"] for row in table}, name
        assert {row["estimate"] + row["ci_low"] + row["p_value"] for row in table} == {""}
    assert list((study / "results" / "dicom").rglob("*.dcm")) == []
    # it is said before anything that could be taken for a result
    page = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert page.index(NOBODY) < page.index("<nav")
    assert summary_sheet(study).index(NOBODY) < summary_sheet(study).index("診断能")
    said = warnings_in_words(rows(study, "cohort/cases.warnings"), "ja")
    assert any(NOBODY in row["message"] for row in said)
    everybody = identifiers(study) | set(former)
    # Snakemake's own logs name the folders of cases that it removes
    assert leaks(study, everybody, ("results", "logs", ".snakemake")) == []

    # the list alone brings nobody back: an opt-out is in force until it is withdrawn
    (study / "opt_out.csv").write_bytes((study / "demo" / "opt_out.csv").read_bytes())
    monkeypatch.chdir(study)
    ledger = open_ledger(
        Path("private/ledger.age"), Path("private/ledger.key"), head=Path("private/ledger.head")
    )
    withdraw(ledger, list(in_force(ledger)))
    snakemake(study)
    for name in ("cases", "reference", "measurements", *(f"metrics/{name}" for name in ESTIMATES)):
        path = Path("results") / f"{name}.csv"
        assert (study / path).read_bytes() == (finished / path).read_bytes(), name
    for folder in ("figures", "dicom"):
        for path in (finished / "results" / folder).rglob("*.*"):
            if path.is_file() and path.name != ".snakemake_timestamp":
                assert (study / path.relative_to(finished)).read_bytes() == path.read_bytes()
