"""No output mentions what a study does not have."""

import re

import pytest

from bonescint.identity.codes import CODE_PATTERN
from tests.studies.said import shown

# where it is said that a question cannot be answered, the question is named
_UNANSWERED = re.compile("cannot be said, because|ため、答えられません")
ABSENT = {
    "one_tracer": r"\bMDP|BoneNAVI|VSBONE|women|\bmen\b|\bANN\b|[ぁ-ん]|companies|double entry",
    "other_organ": r"MDP|BoneNAVI|VSBONE|女性|男性|BSI|Hotspot|ANN|EOD|骨|全身像",
    "no_reader": r"\bMDP|BoneNAVI|VSBONE|ANN|先行研究|EOD|AUC|感度|特異度|多数決|旧版|新版|合意"
    r"|転移(?!の有無)",
}
# Japanese in an English study: the mark of simulated data, headers and values of the hospital's own
ALLOWED = {"one_tracer": r"合成データ|備考|転移の有無|Required columns"}


@pytest.mark.parametrize("name", ABSENT)
def test_nothing_is_said_of_what_is_not_there(name: str, request: pytest.FixtureRequest) -> None:
    study = request.getfixturevalue(f"{name}_study")
    absent, allowed = re.compile(ABSENT[name]), re.compile(ALLOWED.get(name, r"\Z."))
    found = [
        (where, text)
        for where, text in shown(study)
        # a code is drawn at random: BS-U9ANN
        if absent.search(re.sub(CODE_PATTERN, "", text))
        and not allowed.search(text)
        and not _UNANSWERED.search(text)
    ]
    assert found == []
