import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.dicom.elements import Elements
from bonescint.dicom.tracer import find_tracer
from bonescint.dicom.vocabulary import known_tracers, tracer_codes, tracer_terms
from bonescint.text.folding import fold_term
from tests.unit.dicom.samples import code, genie, item, nm_header

STRINGS = [
    # abbreviations, glued to the nuclide or not, in any width
    ("99mTc-HMDP", {"HMDP"}),
    ("99mTc-MDP", {"MDP"}),
    ("Tc99m HDP", {"HMDP"}),
    ("Tc99mMDP", {"MDP"}),
    ("TcHMDP", {"HMDP"}),
    ("⁹⁹ᵐTc-MDP", {"MDP"}),
    ("ＨＭＤＰ", {"HMDP"}),
    ("H-MDP", {"HMDP"}),
    ("HM-DP", {"HMDP"}),
    ("Bone_MDP_WB", {"MDP"}),
    ("tc-99m mdp", {"MDP"}),
    ("HMDP/MDP", {"HMDP", "MDP"}),
    # Japanese: the longer name holds the shorter one; half-width kana; brand names
    ("ヒドロキシメチレンジホスホン酸テクネチウム(99mTc)", {"HMDP"}),
    ("ﾋﾄﾞﾛｷｼﾒﾁﾚﾝｼﾞﾎｽﾎﾝ酸ﾃｸﾈﾁｳﾑ", {"HMDP"}),
    ("メチレンジホスホン酸テクネチウム(99mTc)注射液", {"MDP"}),
    ("ﾒﾁﾚﾝｼﾞﾎｽﾎﾝ酸", {"MDP"}),
    ("クリアボーン注", {"HMDP"}),
    ("ｸﾘｱﾎﾞｰﾝｷｯﾄ", {"HMDP"}),
    ("クリアボ－ン", {"HMDP"}),
    ("テクネMDP注射液", {"MDP"}),
    ("ﾃｸﾈMDP", {"MDP"}),
    ("骨シンチ(HMDP)", {"HMDP"}),
    ("ピロリン酸", {"other"}),
    ("テクネピロリン酸", {"other"}),
    ("オキシドロン酸", {"HMDP"}),
    # English and German chemistry
    ("hydroxymethylene diphosphonate", {"HMDP"}),
    ("hydroxy-methylene-diphosphonate", {"HMDP"}),
    ("Tc-99m methylene diphosphonate", {"MDP"}),
    ("Technetium Tc 99m Oxidronate", {"HMDP"}),
    ("Technetium Tc99m medronate", {"MDP"}),
    ("Hydroxymethylendiphosphonat", {"HMDP"}),
    ("Methylendiphosphonat-Kit", {"MDP"}),
    ("Tc-99m DPD", {"other"}),
    ("Tc99m-PYP", {"other"}),
    ("EHDP", {"other"}),
    # nothing said, or a longer word that is not listed: never guessed
    ("Tc99m", set()),
    ("99m Technetium", set()),
    ("Whole Body Bone", set()),
    ("XMDP", set()),
    ("MDPI", set()),
    ("ジクロロメチレンジホスホン酸", set()),
    ("", set()),
]


@pytest.mark.parametrize(("text", "tracers"), STRINGS)
def test_names_are_read_in_every_spelling(text: str, tracers: set[str]) -> None:
    assert {found.meaning for found in tracer_terms().find(text)} == tracers


LONG = ["HMDP", "ヒドロキシメチレンジホスホン酸", "hydroxymethylene diphosphonate"]


@given(st.sampled_from(LONG), st.text(max_size=8), st.text(max_size=8))
def test_the_longer_name_is_never_read_as_the_shorter_one(name: str, left: str, right: str) -> None:
    around = {one.meaning for one in tracer_terms().find(f"{left} | {right}")}
    found = {one.meaning for one in tracer_terms().find(left + name + right)}
    assert "MDP" not in found - around


@given(st.sampled_from(LONG), st.sampled_from(["", "99mTc-", "Tc99m ", "bone (", "骨/"]))
def test_width_and_case_make_no_difference(name: str, before: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in before + name)
    for text in (before + name, wide, fold_term(before + name), (before + name).upper()):
        assert [found.meaning for found in tracer_terms().find(text)] == ["HMDP"]


@given(st.text())
def test_any_text_is_survived_and_read_the_same_twice(text: str) -> None:
    assert tracer_terms().find(text) == tracer_terms().find(text)


def drug(name: str = "", *codes: object) -> object:
    return item(Radiopharmaceutical=name, RadiopharmaceuticalCodeSequence=list(codes))


def header(*drugs: object, **values: object) -> Elements:
    return Elements(nm_header(RadiopharmaceuticalInformationSequence=list(drugs), **values))


def test_the_code_comes_first_and_is_quoted() -> None:
    verdict = find_tracer(
        header(drug("HMDP", code("SCT", "53951001", "oxidronate")), StudyDescription="HMDP")
    )
    assert verdict == ("HMDP", "RadiopharmaceuticalCodeSequence SCT 53951001")


@pytest.mark.parametrize("scheme", ["SRT", "99SDM", "SNM3"])
def test_former_code_schemes_count(scheme: str) -> None:
    assert tracer_codes()[scheme, "C-B1213"] == "HMDP"
    assert find_tracer(header(drug("", code(scheme, "C-B1218", "")))).value == "MDP"


def test_a_code_counts_in_its_own_scheme_only() -> None:
    assert find_tracer(header(drug("", code("99ABC", "53951001", "")))).value == "unknown"


def test_a_sites_own_code_is_read_by_its_text() -> None:
    assert find_tracer(header(drug("", code("99SDM", "X1", "99mTc-HMDP")))).value == "HMDP"


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ({"ProtocolName": "WB MDP"}, "ProtocolName (0018,1030) MDP"),
        ({"StudyDescription": "骨シンチ テクネMDP"}, "StudyDescription (0008,1030) MDP"),
        ({"SeriesDescription": "MDP"}, "SeriesDescription (0008,103e) MDP"),
        ({"RequestedProcedureDescription": "MDP"}, "RequestedProcedureDescription (0032,1060) MDP"),
    ],
)
def test_descriptions_are_evidence_of_which_only_the_term_is_quoted(
    values: dict[str, str], evidence: str
) -> None:
    assert find_tracer(header(drug("Tc99m"), **values)) == ("MDP", evidence)


def test_private_names_count_but_the_private_patient_name_does_not() -> None:
    dataset = genie("WB HMDP")
    assert find_tracer(Elements(dataset)).evidence == "GEMS_GENIE_1 (0011,xx12) HMDP"
    named = nm_header()
    named.add_new(0x00090010, "LO", "GEMS_GENIE_1")
    named.add_new(0x00091040, "LO", "MDP,HANAKO")
    assert find_tracer(Elements(named)).value == "unknown"


def test_a_contradiction_is_a_conflict_whatever_its_rank() -> None:
    verdict = find_tracer(header(drug("MDP"), StudyDescription="Bone HMDP"))
    assert verdict.value == "conflict"
    assert "Radiopharmaceutical (0018,0031) MDP" in verdict.evidence
    assert "StudyDescription (0008,1030) HMDP" in verdict.evidence
    assert find_tracer(header(drug("MDP"), drug("HMDP"))).value == "conflict"
    assert find_tracer(header(drug("", code("SCT", "53951001", "medronate")))).value == "conflict"


def test_a_text_naming_both_agrees_with_either_and_decides_nothing() -> None:
    assert find_tracer(header(drug("MDP"), StudyDescription="HMDP/MDP")).value == "MDP"
    assert find_tracer(header(drug(), StudyDescription="HMDP/MDP")).value == "conflict"
    assert find_tracer(header(drug("DPD"), StudyDescription="HMDP/MDP")).value == "conflict"


def test_silence_is_unknown_and_another_agent_is_other() -> None:
    assert find_tracer(header(drug("Tc99m"))) == ("unknown", "")
    assert find_tracer(header(drug("99mTc-PYP"))).value == "other"


def test_a_study_names_its_tracers_and_any_other_is_other() -> None:
    fdg = header(drug("", code("SCT", "35321007", "")))
    assert find_tracer(fdg).value == "other"
    assert find_tracer(fdg, ("FDG",)).value == "FDG"
    assert find_tracer(header(drug("18F-FDG")), ("FDG", "NaF")).value == "FDG"
    assert find_tracer(header(drug("99mTc-HMDP")), ("FDG",)).value == "other"
    # two agents that are none of the study's are no conflict
    assert find_tracer(header(drug("FDG"), drug("DMSA"))).value == "other"
    assert find_tracer(header(drug("FDG"), drug("DMSA")), ("DMSA",)).value == "conflict"
    assert known_tracers()[:2] == ("MDP", "HMDP") and {"FDG", "DMSA"} < set(known_tracers())
