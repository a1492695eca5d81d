"""What each rule does, in a sentence."""

from bonescint.questions import known
from bonescint.registered import words_in
from bonescint.resources import Texts

_OF_QUESTIONS = "answer_question"  # describes all rules that use it


def sentences(language: str) -> dict[str, str]:
    """Return rule -> what it does, in the order in which the data travel."""
    rules, asked = Texts("rules", language), words_in("text/questions/", language)
    found: dict[str, str] = {}
    for name in rules:
        if name == _OF_QUESTIONS:
            found |= {one: asked[one]("about") for one in known()}
        else:
            found[name] = rules(name)
    return found
