"""A refused exam with others beside it is told by its code, without dates."""

from pathlib import Path

from scripts.anonymize.list_other_exams import list_other_exams

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import create_ledger
from bonescint.warning_words import warnings_in_words

# path: subject, study date, study, what became of it
IMAGES = {
    "a": ("1", "20190603", "s1", "refused"),
    "b": ("1", "20190603", "s1", "written"),
    "c": ("1", "2019.07.01", "s2", "later_exam"),
    "d": ("1", "20190801", "s3", "later_exam"),
    "e": ("1", "20190901", "s4", "tracer_unknown"),
    # nothing to choose, nothing refused, the chosen one refused
    "f": ("2", "20190604", "s5", "refused"),
    "g": ("3", "20190605", "s6", "written"),
    "h": ("3", "20190702", "s7", "later_exam"),
    "i": ("4", "20190606", "s8", "other_exam"),
    "j": ("4", "20190703", "s9", "refused"),
}


def run(
    folder: Path, images: dict[str, tuple[str, ...]]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    rows = [
        {"path": path, "subject": subject, "patient_id": f"00{subject}"}
        | {"study_date": day, "study_instance_uid": uid, "reason": end}
        for path, (subject, day, uid, end) in images.items()
    ]
    cohort = [row for row in rows if row["reason"] in ("written", "refused")]
    tables = {
        "consented": rows,
        "cohort": cohort,
        "excluded": [row for row in rows if row not in cohort],
        "refused": [row for row in cohort if row["reason"] == "refused"],
    }
    for name, content in tables.items():
        write_rows(folder / f"{name}.csv", list(rows[0]), content)
    ledger = {"path": folder / "ledger.age", "key": folder / "ledger.key"}
    ids = {row["subject"]: row["patient_id"] for row in cohort}
    codes = create_ledger(**ledger).assign(sorted(ids), ids)
    list_other_exams(
        **{name: folder / f"{name}.csv" for name in ("consented", "cohort", "excluded")},
        refused=[folder / "refused.csv"],
        ledger=ledger,  # type: ignore[arg-type]
        exams=folder / "exams.csv",
        warnings=folder / "warnings.csv",
    )
    told = warnings_in_words(read_rows(folder / "warnings.csv"), "en")
    subject = {code: subject for subject, code in codes.items()}
    return list(read_rows(folder / "exams.csv")), [r | {"where": subject[r["where"]]} for r in told]


def test_a_refused_exam_with_others_beside_it(tmp_path: Path) -> None:
    exams, warnings = run(tmp_path, IMAGES)
    assert tuple(exams[0]) == columns("other_exams")
    assert [tuple(row.values()) for row in exams] == [
        ("001", "2019-06-03", "1", "2", "1"),
        ("001", "2019-07-01", "0", "1", "0"),
        ("001", "2019-08-01", "0", "1", "0"),
        ("004", "2019-06-06", "0", "1", "0"),
        ("004", "2019-07-03", "1", "1", "1"),
    ]
    said = {row["where"]: row["message"] for row in warnings}
    assert sorted(said) == ["1", "4"]
    assert said["1"].startswith("1 of the 2 images") and "has 2 other exams" in said["1"]
    assert said["4"].startswith("1 of the 1 images") and "has 1 other exams" in said["4"]
    coded = (tmp_path / "warnings.csv").read_text(encoding="utf-8-sig")
    assert not [day for _, day, _, _ in IMAGES.values() if day in coded or "2019-0" in coded]


def test_where_nothing_is_refused_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert run(tmp_path, {path: IMAGES[path] for path in "fgh"}) == ([], [])
