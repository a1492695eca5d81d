"""A choice on record: its rule, and the codes of today."""

from types import SimpleNamespace

import pytest

from bonescint.identity.choices import ChoiceRule, chosen_before, rule_of


@pytest.mark.parametrize(
    ("selection", "rule"),
    [
        ("all", ChoiceRule("all")),
        ({"all": True, "again": " all of them "}, ChoiceRule("all", again="all of them")),
        ({"random": 0}, ChoiceRule("random", 0)),
        ({"random": 7, "again": "x"}, ChoiceRule("random", 7, again="x")),
        ({"list": "a.csv"}, ChoiceRule("list", listed="digest")),
    ],
)
def test_the_rule_of_a_configuration(selection: object, rule: ChoiceRule) -> None:
    assert rule_of(selection, "digest" if rule.rule == "list" else "") == rule


def test_a_retired_code_hands_its_place_to_the_code_in_use() -> None:
    # two patient IDs turned out to be one person's
    subjects = {"BS-AAAAA": "1", "BS-BBBBB": "1", "BS-CCCCC": "2"}
    ledger = SimpleNamespace(
        subject_of=subjects.get, code_of={"1": "BS-BBBBB", "2": "BS-CCCCC"}.get
    )
    entry = {"codes": ["BS-AAAAA", "BS-CCCCC"], "findings": ["with_findings", ""]}
    assert chosen_before(ledger, entry) == {"BS-BBBBB": "with_findings", "BS-CCCCC": ""}
    assert chosen_before(ledger, None) == {}
