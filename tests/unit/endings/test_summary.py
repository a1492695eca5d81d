"""The last words of a good run."""

from pathlib import Path

import pytest

from bonescint.deid.decisions import Decision
from bonescint.endings.outcome import RunOutcome
from bonescint.endings.summary import good_lines, waiting_counts
from bonescint.files import read_rows, write_rows
from bonescint.resources import Texts

RULES = ("write_report", "verify_purge", "all")
IMAGES = [
    ("BS-1", "a", "written", ""),
    ("BS-1", "b", "written", ""),
    ("BS-2", "", "refused", "burned-in-suspected"),
]


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table("results/cohort/opt_out.csv", entries_held=0, patients_in_doubt=0)
    flow = [
        ("found", "in", "", "9", ""), ("found", "out", "not_dicom", "1", ""),
        ("readable", "in", "", "8", "5"), ("readable", "out", "opt_out", "4", "2"),
        ("cohort", "in", "", "4", "3"), ("anonymized", "in", "", "2", "2"),
        ("referenced", "in", "", "", "2"), ("analysed:x", "out", "missing", "", "1"),
    ]  # fmt: skip
    columns = ["step", "kind", "reason", "files", "patients"]
    rows = [dict(zip(columns, line, strict=True)) | {"MDP": "1", "HMDP": "2"} for line in flow]
    write_rows("results/metrics/flow.csv", [*columns, "MDP", "HMDP"], rows)
    columns = ["code", "sha256", "status", "reason", "file"]
    images = [dict(zip(columns, (*line, "x.dcm"), strict=True)) for line in IMAGES]
    write_rows("results/anonymization/00.csv", columns, images)
    table("results/w.warnings.csv", source="source.cases", key="case.old")
    for path in ("results/purge.json", "results/study.xlsx", "results/report.html"):
        Path(path).touch()


def table(path: str, **row: object) -> None:
    write_rows(path, list(row), [row])


def outcome(*decided: Decision, language: str = "en") -> RunOutcome:
    paths = ("results/purge.json", "results/cohort/opt_out.csv", "results/cohort/open_ends.csv")
    return RunOutcome(*map(Path, paths), ["results/w.warnings.csv"], list(decided), language)


def said(rules: tuple[str, ...] = RULES, *decided: Decision, language: str = "en") -> list[str]:
    made = {rule: rule not in ("all", "deliver", "review", "study") for rule in rules}
    return list(good_lines(outcome(*decided, language=language), made, ["A reminder."]))


def test_the_summary() -> None:
    assert [" ".join(line.split()) for line in said()] == [
        "bonescint: the run has reached its end.",
        "Files 9 found, 8 readable, 2 coded images",
        "Cases 3 (MDP 1, HMDP 2), 2 with a reference standard",
        "Left out files: Not DICOM 1, Opted out 4 (patients 2)",
        "Warnings Cases 1 (sheet Warnings of results/study.xlsx)",
        "Waits images 2, refused images 1",
        "Results results/study.xlsx, results/report.html",
        "Note A reminder.",
        "Next run snakemake review, then bonescint review, and decide what waits.",
    ]


def test_warnings_name_software_and_readers_as_the_tables_do() -> None:
    table("results/w.warnings.csv", source="reader2", key="reading.missing")
    made = {rule: True for rule in RULES if rule not in ("all", "deliver", "review", "study")}
    named = outcome()._replace(called={"reader2": "Reader 2"})
    warnings = [line for line in good_lines(named, made, []) if "Warnings" in line]
    assert "Reader 2 1" in warnings[0]


def test_of_more_cases_the_chosen_are_told_apart() -> None:
    flow = list(read_rows("results/metrics/flow.csv"))
    flow.append(flow[3] | {"step": "chosen", "reason": "", "kind": "in", "patients": "2"})
    write_rows("results/metrics/flow.csv", list(flow[0]), flow)
    assert [" ".join(line.split()) for line in said()][2:4] == [
        "Cases 3 (MDP 1, HMDP 2)",
        "Chosen 2 (MDP 1, HMDP 2), 2 with a reference standard",
    ]


def test_columns_are_of_one_width_in_japanese() -> None:
    from rich.cells import cell_len

    text = Texts("endings", "ja")
    lines = said(language="ja")[1:]
    for line in lines:
        label = line.split()[0]
        before = line[: line.index(line[2 + len(label) :].lstrip())]
        assert cell_len(before) == 2 + cell_len(text("label.warnings")) * 2 + 2


def test_nothing_to_do_in_a_line_beside_what_waits() -> None:
    lines = said(("verify_purge", "all", "study"))
    assert lines[0].startswith("bonescint: everything was up to date.")
    assert len(lines) == 3


def test_a_part_of_the_study_has_no_summary() -> None:
    Path("results/purge.json").unlink()
    lines = said(("import_software",))
    assert "have not been searched for patients who declined" in lines[0]
    # and warnings that a person must read
    assert len(lines) == 3 and lines[1].lstrip().startswith("Note")


def test_only_undecided_items_wait() -> None:
    table("private/findings.csv", code="BS-1", sha256="f", kinds="name", findings="x")
    table("results/hospital/incomplete.csv", code="BS-2", sha256="e", decision="")
    table("results/cohort/open_ends.csv", delivery="D-001", missing="receipt", since="2026-01-01")
    assert waiting_counts(outcome()) == {
        "image": 2, "refused": 1, "finding": 1, "blank": 1, "receipt": 1,
    }  # fmt: skip
    decided = [
        Decision("coded", "a", "release", "R1"),
        Decision("findings:BS-1", "f", "block", "R1"),
        Decision("blank:BS-2", "e", "leave-out", "R1"),
    ]
    assert waiting_counts(outcome(*decided)) == {"image": 1, "refused": 1, "receipt": 1}


def test_nothing_waits_of_who_is_in_no_delivery() -> None:
    table("private/findings.csv", code="BS-1", sha256="f", kinds="name", findings="x")
    table("results/hospital/incomplete.csv", code="BS-1", sha256="e", decision="")
    assert {"image", "finding", "blank"} <= waiting_counts(outcome()).keys()
    table("results/hospital/planned.csv", code="BS-1", state="stopped")
    assert waiting_counts(outcome()) == {"refused": 1}
    Path("results/hospital/planned.csv").unlink()
    table("results/cohort/selection.csv", code="BS-1", state="reserve")
    assert waiting_counts(outcome()) == {"refused": 1}


def test_the_one_next_step() -> None:
    def step(*rules: str) -> str:
        return said((*RULES, *rules))[-1]

    assert "bonescint review" in step() and "run snakemake review" not in step("review")
    assert "bonescint delivery record" in step("deliver")
    assert any("results/delivery/" in line for line in said((*RULES, "deliver"))[:-1])
    table("results/cohort/open_ends.csv", delivery="D-001", missing="recall", since="2026-01-01")
    assert "recalls/" in step("deliver")
    table("results/cohort/opt_out.csv", entries_held=3, patients_in_doubt=0)
    assert "bonescint opt-out confirm" in step()
    Path("results/cohort/open_ends.csv").unlink()
    table("results/cohort/opt_out.csv", entries_held=0, patients_in_doubt=2)
    assert "bonescint opt-out doubts" in step()
    table("results/cohort/opt_out.csv", entries_held=0, patients_in_doubt=0)
    Path("results/anonymization/00.csv").unlink()
    assert "snakemake deliver" in step()
