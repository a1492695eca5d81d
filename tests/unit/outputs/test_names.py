"""What readers, families of tests and cut-offs are called in the outputs."""

from bonescint.outputs.estimates import as_read, estimate_in_words
from bonescint.outputs.labels import Labels
from bonescint.resources import Texts
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE

FAMILIES = {
    "a": {"version_diagnosis": ["auc_difference"]},
    "b": {"version_measurement": ["hodges_lehmann"], "label": {"ja": "測定", "en": "Values"}},
}
ROW = dict.fromkeys(ESTIMATE.split(","), "") | {"status": "ok"}


def labels(language: str, families: dict[str, dict[str, object]] = FAMILIES) -> Labels:
    words = {"reader.reader1": "Reader 1"}
    texts = Texts("report", language)
    return Labels(texts, SOFTWARE, True, study=words, families=families)  # type: ignore[arg-type]


def test_a_family_is_called_by_its_label_or_by_what_it_tests() -> None:
    said = labels("en")
    assert said.family("a") == "Old version against new: diagnosis"
    assert (said.family("b"), labels("ja").family("b"), said.family("c")) == ("Values", "測定", "c")
    row = ROW | {"note": "family=b", "p_adjusted": "0.2"}
    assert estimate_in_words(row, said)["family"] == "Values"


def test_two_families_of_one_question_are_told_apart_by_their_measures() -> None:
    two = FAMILIES | {"c": {"version_diagnosis": ["nri"]}}
    said = labels("en", two)
    assert said.family("a") == "Old version against new: diagnosis (Difference in AUC)"
    assert said.family("c") != said.family("a")


def test_a_reader_is_no_key() -> None:
    row = ROW | {"subject": "reader1", "comparator": "vsbone3", "note": "reader=reader1"}
    read = as_read(row, labels("en"))
    assert (read["subject"], read["comparator"]) == ("Reader 1", SOFTWARE["vsbone3"]["label"])
    assert "reader1" not in read["note"]


def test_a_cutoff_has_the_unit_of_its_metric() -> None:
    said = labels("en")
    assert said.at("bsi", 1.0, "at_cutoff") == "BSI ≥ 1 %"
    assert said.at("hotspots", 2.0, "at_cutoff").endswith("≥ 2")
