"""Find known terms in free text of any width, case and hyphenation. The longest term wins."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from bonescint.resources import resource_rows
from bonescint.text.folding import DASHES, fold_term

# tracers of a bone scan; a study may name others of resources/tracers.csv (`cohort.tracers`)
BONE_TRACERS = ("MDP", "HMDP")
_LATIN = "a-z\u00df-\u024f"
_KATAKANA = "ァ-ヺー"
# the nuclide may be joined to the agent's name: TcMDP, 99mTcHMDP, Tc99mMDP, テクネピロリン酸
_NUCLIDE = (
    rf"(?:(?<![{_LATIN}])(?:99 ?m[\W_]*(?:tc[\W_]*)?|tc[\W_]*(?:99 ?m?[\W_]*)?)"
    rf"|(?<![{_KATAKANA}])テクネ(?:チウム)?[\W_]*(?:99 ?m?[\W_]*)?)"
)


class FoundTerm(NamedTuple):
    """A term found in a text: its meaning, and its spelling in the vocabulary."""

    meaning: str
    term: str


def _pattern(term: str) -> str:
    """Return the regular expression of one term, with the boundaries of its script."""
    core = fold_term(term.strip("*"))
    body = r"[\W_]*".join(re.escape(word) for word in core.split(" "))
    body = body.replace("ー", f"[ー\\-{DASHES}─]")  # the long vowel is often typed as a dash
    before = after = ""
    if not term.startswith("*"):
        for script in (_LATIN, _KATAKANA):
            if re.match(f"[{script}]", core):
                before = f"(?(1)|(?<![{script}]))"
    if not term.endswith("*") and re.search(f"[{_LATIN}]$", core):
        after = f"(?![{_LATIN}])"
    return f"({before}{body}{after})"


def _rank(term: str) -> tuple[int, int, str]:
    """Order terms by their number of letters, then by their fewest gaps."""
    core = fold_term(term.strip("*"))
    return -len(core.replace(" ", "")), core.count(" "), term


class TermList:
    """Terms and their meanings.

    Parameters
    ----------
    terms
        Term to meaning. A space means any or no separator. ``*`` at an end lets the word go on
        there (``früh*`` finds Frühaufnahme). The meaning ``none`` hides a term: neither it nor a
        term inside it is found.

    Notes
    -----
    A name may contain another (HMDP holds MDP, ヒドロキシメチレンジホスホン酸 holds
    メチレンジホスホン酸). Therefore the text is read from left to right. At each place the longest
    term wins, and the search goes on behind it. Before a Latin or katakana term there must be no
    letter of its own script, and behind a Latin term no letter. As a result, an unlisted longer
    word is not mistaken for the shorter one inside it.
    """

    def __init__(self, terms: dict[str, str]) -> None:
        spelled = sorted(terms, key=_rank)
        self._found = [FoundTerm(terms[term], term.strip("*")) for term in spelled]
        self._regex = re.compile(f"({_NUCLIDE})?(?:{'|'.join(map(_pattern, spelled))})")
        self.find = lru_cache(maxsize=4096)(self._find)  # descriptions repeat from file to file

    def _find(self, text: str) -> tuple[FoundTerm, ...]:
        """Return the terms in a text, each once, in the order of their places."""
        matches = self._regex.finditer(fold_term(text[:1024]))
        found = (self._found[(match.lastindex or 2) - 2] for match in matches)
        return tuple(dict.fromkeys(f for f in found if f.meaning != "none"))


def known_tracers() -> tuple[str, ...]:
    """Return the tracers that a study may have. These are all that a header can name."""
    named = {row["tracer"] for row in resource_rows("tracers.csv")}
    return (*BONE_TRACERS, *sorted(named.difference(BONE_TRACERS, {"other"})))


def _meaning(tracer: str, tracers: tuple[str, ...]) -> str:
    """Return a tracer of the study by its name, and ``other`` for any other one."""
    return tracer if tracer in tracers else "other"


@cache
def tracer_terms(tracers: tuple[str, ...] = BONE_TRACERS) -> TermList:
    """Return the tracers' names (resources/tracers.csv)."""
    rows = resource_rows("tracers.csv")
    return TermList({r["value"]: _meaning(r["tracer"], tracers) for r in rows if not r["scheme"]})


@cache
def tracer_codes(tracers: tuple[str, ...] = BONE_TRACERS) -> dict[tuple[str, str], str]:
    """Return the tracers by coding scheme and code value (resources/tracers.csv)."""
    rows = [row for row in resource_rows("tracers.csv") if row["scheme"]]
    return {(row["scheme"], row["value"]): _meaning(row["tracer"], tracers) for row in rows}


@cache
def scan_terms(attribute: str) -> TermList:
    """Return the words for a scan's ``phase`` or ``view`` (resources/scan_terms.csv)."""
    rows = resource_rows("scan_terms.csv")
    return TermList({row["term"]: row["meaning"] for row in rows if row["attribute"] == attribute})
