"""Of every table the rows of the chosen cases, as they were."""

from pathlib import Path

from scripts.reference.restrict_tables import restrict_tables

from bonescint.declared import columns
from bonescint.files import write_rows


def test_rows_of_other_cases_go_and_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    whole = {
        "cases": columns("cases"),
        "reference": columns("reference"),
        "measurements": columns("measurements"),
        "reader1": columns("readings"),
    }
    (tmp_path / "a").mkdir()
    for name, header in whole.items():
        rows = [{"code": code, header[1]: f"=x{n}"} for n, code in enumerate("ABA")]
        write_rows(tmp_path / "a" / f"{name}.csv", header, rows)
    selection = [{"code": "A", "state": "chosen"}, {"code": "B", "state": "reserve"}]
    write_rows(tmp_path / "selection.csv", columns("selection"), selection)

    def paths(name: str) -> tuple[Path, Path]:
        return tmp_path / "a" / f"{name}.csv", tmp_path / f"{name}.csv"

    restrict_tables(
        selection=tmp_path / "selection.csv",
        tables={name: paths(name) for name in ("cases", "reference", "measurements")},
        readings=[paths("reader1")],
    )
    for name in whole:
        kept = (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        given = (tmp_path / "a" / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        assert kept == [line for line in given if not line.startswith("B,")]
