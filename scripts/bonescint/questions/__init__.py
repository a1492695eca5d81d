"""The study's questions, with a module for each: what it needs, and how it is answered."""

from bonescint.questions.registry import (
    TESTS,
    Question,
    answerable,
    known,
    missing,
    question,
    why_unanswered,
    worded,
)

__all__ = [
    "TESTS",
    "Question",
    "answerable",
    "known",
    "why_unanswered",
    "missing",
    "question",
    "worded",
]
