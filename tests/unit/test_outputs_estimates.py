from hypothesis import given
from hypothesis import strategies as st

from bonescint.outputs.data import number
from bonescint.outputs.estimates import find, fixed, in_words, p_value, with_limits
from bonescint.outputs.labels import Labels
from tests.synthetic_results import ESTIMATE, SOFTWARE

LABELS = Labels("report", "ja", SOFTWARE, True)


def row(**fields: str) -> dict[str, str]:
    return dict.fromkeys(ESTIMATE.split(","), "") | {"status": "ok"} | fields


def test_find_takes_the_first_row_of_the_metric_and_the_comparator() -> None:
    rows = [
        row(measure="auc", subject="a", note="metric=hotspots", estimate="0.1"),
        row(measure="auc", subject="a", comparator="b", note="metric=bsi", estimate="0.2"),
        row(measure="auc", subject="a", note="zeros=2; metric=bsi", estimate="0.3"),
        row(measure="auc", subject="a", note="metric=bsi", estimate="0.4"),
    ]
    assert find(rows, "auc", "a", "bsi") is rows[2]
    assert find(rows, "auc", "a", "bsi", comparator="b") is rows[1]
    assert find(rows, "auc", "c", "bsi") is None


def test_limits_are_shown_only_where_there_are_any() -> None:
    full = row(estimate="0.931", ci_low="0.84", ci_high="0.97")
    assert with_limits(full, LABELS) == "0.93 (0.84〜0.97)"
    assert with_limits(row(estimate="1", status="complete separation"), LABELS).startswith("1.00 (")
    assert with_limits(row(status="one class"), LABELS) == LABELS.word("one class")
    assert with_limits(row(status="a new status"), LABELS) == "a new status"
    assert with_limits(None, LABELS) == "データなし"


def test_words_replace_keys_and_unknown_keys_stay() -> None:
    said = in_words(
        row(
            subject="vsbone3", comparator="vsbone2", measure="auc_difference", test="new_test",
            note="metric=bsi; z=0.5718246385; confounded; new_remark=3",
        ),
        LABELS,
    )  # fmt: skip
    assert said["subject"] == "VSBONE (simulated) 3.0"
    assert said["measure"] == "AUC の差"
    assert said["test"] == "new_test"
    assert said["metric"] == "BSI"
    assert "0.5718" in said["note"] and "0.57182" not in said["note"]
    assert "患者・薬剤が異なる比較" in said["note"]
    assert "new_remark=3" in said["note"]
    assert "metric" not in said["note"]


def test_numbers_as_people_read_them() -> None:
    assert fixed(-0.004) == "0.00"
    assert fixed(-1.5) == "−1.50"
    assert p_value("0.0004") == "<0.001"
    assert p_value("0.0494") == "0.049"
    assert p_value("") == ""


@given(st.text())
def test_number_never_raises_and_never_gives_nan(text: str) -> None:
    value = number(text)
    assert value is None or value == value
