"""Tell whether a value was filled in with more than words of the demonstration (R14, R33, R39)."""

import re
import unicodedata

# words of the demonstration's configuration are not the reason of a hospital
_SIMULATED = re.compile("合成デ[^あ-ん]?タ|実演|synthetic|simulat|demonstrat")
_MARKED = re.compile(r"\(\s*simulated\s*\)")
_TO_BE_DECIDED = frozenset(
    ["", "未定", "未決定", "未記入", "未設定", "未入力", "検討中", "調整中", "なし", "無し", "無"]
    + ["tbd", "tba", "todo", "na", "nil", "none", "null", "unknown", "undecided", "pending"]
    + ["tobedecided", "tobeannounced", "x", "xx", "xxx"]
)


def is_filled(value: object) -> bool:
    """Tell whether a value was filled in: more than blanks, dashes or "to be decided"."""
    return _plain(value) not in _TO_BE_DECIDED


def is_of_demonstration(reason: object) -> bool:
    """Tell whether a reason comes from the demonstration."""
    return bool(_SIMULATED.search(_plain(reason)))


def filled_for(value: object, synthetic: bool) -> str:
    """Return the name that was filled in. A name marked as simulated is no person's.

    In a study with simulated data such a name counts.
    """
    name = unicodedata.normalize("NFKC", str(value or "")).casefold()
    if not is_filled(value) or (not synthetic and _MARKED.search(name)):
        return ""
    return str(value).strip()


def _plain(value: object) -> str:
    """Return only letters and digits, in one width and case."""
    folded = unicodedata.normalize("NFKC", str(value or "")).casefold()
    return "".join(filter(str.isalnum, folded))
