"""The choice of cases and its record change only when a case leaves."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripts.cohort.choose_cases import choose_cases

from bonescint.declared import columns
from bonescint.deid.decisions import COLUMNS
from bonescint.delivery.incomplete import incomplete, partner_rows
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import Ledger, open_ledger
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import write_table

TARGETS = {"MDP": 2, "HMDP": 2, "with_findings": 2, "without_findings": 2}
SEED = {"random": 7}


class Study:
    """Eight women a tracer, every other one with findings, and what is asked of them."""

    def __init__(self, folder: Path, ledger: dict[str, str]) -> None:
        self.folder, self.ledger = folder, ledger
        self.subjects = [f"1{n:02}" for n in range(16)]
        codes = self.book().assign(self.subjects)
        self.codes = [codes[subject] for subject in self.subjects]
        self.images = dict.fromkeys(self.codes, 2)
        self.findings = {code: str(n % 2) for n, code in enumerate(self.codes)}
        self.texts = dict.fromkeys(self.codes, "text")
        self.targets = TARGETS

    def book(self) -> Ledger:
        return open_ledger(**self.ledger)

    def choose(self, selection: object = SEED) -> list[str]:
        """Run the script and return the codes of the chosen cases."""
        here = self.folder
        cases = [
            {"code": code, "tracer": "MDP" if n < 8 else "HMDP", "instances": self.images[code]}
            | {"study_date": "2019-06-03", "age": "70", "sex": "F", "height_cm": "150"}
            | {"weight_kg": "50"}
            for n, code in enumerate(self.codes)
            if code in self.images
        ]
        write_rows(here / "cases.csv", columns("cases"), sorted(cases, key=lambda c: c["code"]))
        rows = [{"code": code, "metastasis": yes} for code, yes in self.findings.items()]
        write_rows(here / "reference.csv", columns("reference"), rows)
        texts = [{"code": code, "findings": text} for code, text in self.texts.items()]
        write_rows(here / "findings.csv", columns("findings"), texts)
        choose_cases(
            cases=here / "cases.csv",
            reference=here / "reference.csv",
            findings=here / "findings.csv",
            ledger=self.ledger,
            selection=selection,
            targets=self.targets,
            decisions=here / "decisions.tsv",
            language="en",
            table=here / "selection.csv",
            receipt=here / "selection.json",
            warnings=here / "warnings.csv",
        )
        return [row["code"] for row in self.rows() if row["state"] == "chosen"]

    def rows(self) -> list[dict[str, str]]:
        return list(read_rows(self.folder / "selection.csv"))

    def reasons(self) -> dict[str, str]:
        return {row["code"]: row["reason"] for row in self.rows() if row["state"] == "left"}

    def said(self) -> str:
        rows = warnings_in_words(read_rows(self.folder / "warnings.csv"), "en")
        return "\n".join(f"{row['where']} {row['message']}" for row in rows)

    def receipt(self) -> dict[str, Any]:
        return json.loads((self.folder / "selection.json").read_text(encoding="utf-8"))

    def recorded(self) -> list[dict[str, Any]]:
        return self.book().entries("selection")

    def leave_out(self, code: str) -> None:
        """Record the decision that a case with a blank field is not delivered."""
        tables = (self.folder / f"{name}.csv" for name in ("cases", "reference", "findings"))
        (blank,) = [one for one in incomplete(partner_rows(*tables), None) if one.code == code]
        row = (f"blank:{code}", blank.sha256, "leave-out", "role", "2026-01-15")
        lines = ["\t".join(COLUMNS), "\t".join(row)]
        (self.folder / "decisions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def study(tmp_path: Path, ledger_files: dict[str, str]) -> Study:
    return Study(tmp_path, ledger_files)


def test_margins_are_met_and_the_choice_is_on_record(study: Study) -> None:
    chosen = study.choose()
    rows = [row for row in study.rows() if row["state"] == "chosen"]
    assert Counter(row[m] for row in rows for m in ("tracer", "findings")) == TARGETS
    assert sorted(int(row["place"]) for row in study.rows()) == list(range(1, 17))
    (entry,) = study.recorded()
    assert (entry["rule"], entry["seed"], sorted(entry["codes"])) == ("random", 7, chosen)
    assert study.receipt() | {"recorded": ""} == {
        "rule": "random", "seed": 7, "again": "", "recorded": "",
        "chosen": 4, "reserve": 12, "left": 0,
    }  # fmt: skip
    assert "4 of 16 coded cases are chosen; 12 wait in reserve" in study.said()
    # a second run adds nothing and says the same
    before = (study.folder / "warnings.csv").read_bytes()
    assert study.choose() == chosen and len(study.recorded()) == 1
    assert (study.folder / "warnings.csv").read_bytes() == before


def test_all_are_in_the_study_by_default(study: Study) -> None:
    assert study.choose("all") == sorted(study.codes)
    assert study.recorded() == [] and study.receipt()["recorded"] == ""
    assert "8 coded cases where 2 were planned" in study.said()
    study.targets = dict.fromkeys(TARGETS, 8)
    study.choose("all")
    assert study.said() == ""


def opts_out(study: Study, code: str) -> None:
    del study.images[code]


def loses_its_images(study: Study, code: str) -> None:
    study.images[code] = 0


def is_left_out(study: Study, code: str) -> None:
    study.texts[code] = ""
    study.choose()
    study.leave_out(code)


@pytest.mark.parametrize("leaves", [opts_out, loses_its_images, is_left_out])
def test_a_case_that_leaves_is_replaced_by_the_next(
    study: Study, leaves: Callable[[Study, str], None]
) -> None:
    first = study.choose()
    gone = first[0]
    cell = {row["code"]: (row["tracer"], row["findings"]) for row in study.rows()}
    leaves(study, gone)
    second = study.choose()
    (new,) = set(second) - set(first)
    assert set(first) - set(second) == {gone}
    assert cell[new] == cell[gone]
    assert [len(entry["codes"]) for entry in study.recorded()] == [4, 4]
    assert "1 of the chosen cases were gone and 1 were taken from the reserve" in study.said()
    reason = {opts_out: None, loses_its_images: "no_images", is_left_out: "left_out"}[leaves]
    assert study.reasons().get(gone) == reason
    # the ledger has it: the next run gives the same
    before = (study.folder / "warnings.csv").read_bytes()
    assert study.choose() == second
    assert (study.folder / "warnings.csv").read_bytes() == before
    # a patient who comes back waits behind the replacement
    study.images[gone], study.texts[gone] = 2, "text"
    assert study.choose() == second
    assert {row["code"]: row["state"] for row in study.rows()}[gone] == "reserve"


def test_a_changed_reading_keeps_the_case(study: Study) -> None:
    first = study.choose()
    one = next(code for code in first if study.findings[code] == "1")
    study.findings[one] = "0"
    assert study.choose() == first
    assert f'{one} The findings were "With findings" when this case was chosen' in study.said()
    assert "1 cases could be chosen where 2 were planned" in study.said()
    assert "3 chosen cases where 2 were planned" in study.said()
    study.findings[one] = ""  # not decided any more
    assert study.choose() == first
    assert 'are "not decided" now' in study.said()
    assert len(study.recorded()) == 1


def test_an_undecided_case_cannot_be_chosen(study: Study) -> None:
    study.findings |= dict.fromkeys(study.codes[:8], "")
    study.choose()
    assert set(study.reasons().values()) == {"undecided"}
    assert "8 cases cannot be chosen" in study.said()
    assert "MDP 0 cases could be chosen where 2 were planned (0 in reserve)" in study.said()


def test_another_rule_is_refused_until_a_reason_is_given(study: Study) -> None:
    first = study.choose()
    for rule in ({"random": 8}, "all", {"list": str(write_list(study, *study.subjects))}):
        with pytest.raises(InputError, match=r'chosen by "random: 7".*selection.again'):
            study.choose(rule)
    assert len(study.recorded()) == 1
    study.choose({"random": 8, "again": "all images are there"})
    assert [entry["again"] for entry in study.recorded()] == ["", "all images are there"]
    assert "gone" not in study.said()  # a new choice is no replacement
    # the reason may go or stay; it holds for this choice only
    study.choose({"random": 8})
    with pytest.raises(InputError, match='chosen by "random: 8"'):
        study.choose({"random": 7, "again": "all images are there"})
    assert study.choose({"random": 7, "again": "back"}) == first
    assert study.choose({"all": True, "again": "all of them"}) == sorted(study.codes)
    assert study.choose("all") == sorted(study.codes)
    assert study.receipt()["again"] == "all of them"


def write_list(study: Study, *entries: str, header: str = "患者ID") -> Path:
    return write_table(study.folder / "list.csv", [[header], *([entry] for entry in entries)])


def test_the_order_of_a_list(study: Study) -> None:
    order = study.subjects[::-1][:15]  # the first woman is not on it
    rule = {"list": str(write_list(study, *order, "999"))}
    chosen = study.choose(rule)
    assert set(chosen) == {study.codes[n] for n in (15, 14, 7, 6)}
    place = {row["code"]: row["place"] for row in study.rows()}
    assert [place[study.codes[n]] for n in (15, 14, 1, 0)] == ["1", "2", "15", ""]
    assert study.reasons() == {study.codes[0]: "not_listed"}
    assert "1 rows of the list match no coded case (rows: 17)" in study.said()
    write_list(study, *order[::-1], "999")
    with pytest.raises(InputError, match="Since then the patients of the list"):
        study.choose(rule)


def test_the_same_list_by_code_is_the_same_list(study: Study) -> None:
    chosen = study.choose({"list": str(write_list(study, *study.subjects))})
    path = write_list(study, *(code.lower() for code in study.codes), header="符号")
    assert study.choose({"list": {"file": str(path), "key": "code"}}) == chosen
    path = write_list(study, *study.codes, "999", header="符号")
    with pytest.raises(InputError, match="no code"):
        study.choose({"list": {"file": str(path), "key": "code"}})


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((), "list is empty"),
        (("100", "0100"), "same patient as in row 2"),
        (("100", ""), "blank|empty"),
        (("1E+11",), "damaged by Excel"),
    ],
)
def test_faults_of_a_list(study: Study, entries: tuple[str, ...], message: str) -> None:
    path = write_table(study.folder / "l.csv", [["patient_id", "n"], *([e, "1"] for e in entries)])
    with pytest.raises(InputError, match=message) as mistake:
        study.choose({"list": str(path)})
    assert "0100" not in str(mistake.value)
    assert not (study.folder / "selection.csv").exists() and study.recorded() == []


def test_nobody_is_left(study: Study) -> None:
    study.images, study.findings = {}, {}
    assert study.choose() == []
    assert study.recorded()[0]["codes"] == []
