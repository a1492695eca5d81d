"""The flow goes on from the cohort to the cases analysed, and its counts add up."""

from pathlib import Path

from scripts.reference.summarise_flow import summarise_flow

from bonescint.files import read_rows, write_rows

FLOW = ["step", "kind", "reason", "files", "patients", "MDP", "HMDP"]
IMAGES = [
    ("A", "MDP", "written", ""),
    ("A", "MDP", "refused", "burned-in-text"),  # one of two images: the patient stays
    ("B", "HMDP", "refused", "burned-in-text"),
    ("C", "HMDP", "written", ""),
]
REFERENCE = [("A", "MDP", "decided"), ("B", "HMDP", "decided"), ("C", "HMDP", "tie")]
RESULTS = {
    "bonenavi": [("A", "MDP", "analysed")],
    "vsbone2": [("B", "HMDP", "failed"), ("C", "HMDP", "analysed")],
}


def summarise(
    folder: Path,
    images: list,
    reference: list,
    results: dict,
    selection: Path | None = None,
    has_readers: bool = True,
) -> list[dict[str, str]]:
    (start := folder / "flow.csv").write_text(",".join(FLOW) + "\ncohort,in,,4,3,1,2\n")
    kinds = ("code", "tracer", "status")
    images = [dict(zip((*kinds, "reason"), row, strict=True)) for row in images]
    write_rows(folder / "00.csv", [*kinds, "reason"], images)
    rows = [dict(zip(kinds, row, strict=True)) for row in reference]
    write_rows(folder / "reference.csv", kinds, rows)
    for name, found in results.items():
        rows = [dict(zip(kinds, row, strict=True)) for row in found]
        write_rows(folder / f"{name}.csv", kinds, rows)
    summarise_flow(
        flow=start,
        anonymization=[folder / "00.csv"],
        reference=folder / "reference.csv",
        software={name: folder / f"{name}.csv" for name in results},
        table=folder / "out.csv",
        selection=selection,
        has_readers=has_readers,
    )
    return list(read_rows(folder / "out.csv"))


def test_every_step_after_the_cohort(tmp_path: Path) -> None:
    rows = summarise(tmp_path, IMAGES, REFERENCE, RESULTS)
    assert [list(row.values()) for row in rows] == [
        ["cohort", "in", "", "4", "3", "1", "2"],
        ["anonymized", "out", "burned-in-text", "2", "1", "0", "1"],
        ["anonymized", "in", "", "2", "2", "1", "1"],
        ["referenced", "out", "tie", "", "1", "0", "1"],
        ["referenced", "in", "", "", "2", "1", "1"],
        ["analysed:bonenavi", "in", "", "", "1", "1", "0"],
        # C has no reference, so what the software says of it does not count
        ["analysed:vsbone2", "out", "failed", "", "1", "0", "1"],
        ["analysed:vsbone2", "in", "", "", "0", "0", "0"],
    ]


def test_without_readers_all_coded_cases_are_analysed(tmp_path: Path) -> None:
    unread = [(code, tracer, "no_reading") for code, tracer, _ in REFERENCE]
    rows = summarise(tmp_path, IMAGES, unread, RESULTS, has_readers=False)
    assert [(row["step"], row["kind"], row["patients"]) for row in rows[3:]] == [
        ("analysed:bonenavi", "in", "1"),
        ("analysed:vsbone2", "out", "1"),
        ("analysed:vsbone2", "in", "1"),
    ]


def test_nobody_left(tmp_path: Path) -> None:
    rows = summarise(tmp_path, [], [], {"vsbone2": []})
    assert [row["step"] for row in rows] == [
        "cohort",
        "anonymized",
        "referenced",
        "analysed:vsbone2",
    ]
    assert {row["patients"] for row in rows[1:]} == {"0"}


def test_a_choice_is_a_step(tmp_path: Path) -> None:
    states = [
        ("A", "MDP", "chosen", ""),
        ("B", "HMDP", "left", "no_images"),
        ("C", "HMDP", "reserve", ""),
    ]
    names = ("code", "tracer", "state", "reason")
    rows = [dict(zip(names, row, strict=True)) for row in states]
    write_rows(tmp_path / "selection.csv", names, rows)
    found = summarise(tmp_path, IMAGES, REFERENCE[:1], {}, selection=tmp_path / "selection.csv")
    assert [list(row.values()) for row in found if row["step"] == "chosen"] == [
        ["chosen", "out", "no_images", "", "1", "0", "1"],
        ["chosen", "out", "reserve", "", "1", "0", "1"],
        ["chosen", "in", "", "", "1", "1", "0"],
    ]
