"""Decide what is done to each attribute: the hospital's table over the allow-list (R18, R19)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

from bonescint.deid.encoding import coded_item, encode_items
from bonescint.deid.options import OPTIONS, MethodCode
from bonescint.deid.own_vocabulary import OwnTerms
from bonescint.deid.private import KeptPrivate
from bonescint.deid.refusal import mistake
from bonescint.deid.vocabulary import vocabulary
from bonescint.dicom import tags, vrs
from bonescint.errors import InputError
from bonescint.resources import resource_rows
from bonescint.text.csvfile import typed_rows

ACTIONS = frozenset({"keep", "empty", "remove", "replace", "code", "fixed", "vocabulary", "dummy"})
# the actions in the hospital's table; their effect depends on Type and place (R19)
TABLE_ACTIONS = frozenset({"code", "remove", "keep", "replace", "fixed", "review"})
# the placeholders that Type 1 asks for (R19), one per VR; without one the file is refused
DUMMIES = {
    "AS": b"000Y", "CS": b"REMOVED", "DA": b"19000101", "DS": b"0", "DT": b"19000101", "IS": b"0",
    "LO": b"REMOVED", "LT": b"REMOVED", "PN": b"REMOVED", "SH": b"REMOVED", "ST": b"REMOVED",
    "TM": b"000000", "UC": b"REMOVED", "UT": b"REMOVED",
}  # fmt: skip
_METHOD = "Hospital tag table over NM allow-list\\Only the study date is kept of dates and times"
_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)")
_CODED = (tags.PatientName, tags.PatientID)
# the hospital's table cannot change the character set and the stamps of the written file
_OURS = frozenset(
    {
        tags.SpecificCharacterSet, tags.PatientIdentityRemoved, tags.DeidentificationMethod,
        tags.DeidentificationMethodCodeSequence, tags.LongitudinalTemporalInformationModified,
    }
)  # fmt: skip
_GROUPS = frozenset({"odd groups", "60xx"})
# Type 1 in a module that an object need not have
_OPTIONAL = frozenset({tags.FrameOfReferenceUID})


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """The decision for one attribute at one place of nesting.

    Parameters
    ----------
    vr
        Its VR; alternatives are joined by ``/``.
    vm
        The greatest number of values; None if any number.
    type
        1, 1C, 2, 2C, 3 or empty (in no module) at this place in this IOD.
    items
        The decisions inside a kept sequence.
    own
        The hospital's own listed texts, folded, and what is written for them.
    """

    tag: int
    keyword: str
    vr: str
    vm: int | None
    type: str
    action: str
    items: dict[int, "Rule"] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    vrs: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vrs", tuple(self.vr.split("/")))


class TableRow(NamedTuple):
    """A row of the hospital's table: tag as written, its number (0: a group), keyword, action."""

    tag: str
    number: int
    keyword: str
    action: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Every decision for one IOD.

    Parameters
    ----------
    iod
        ``nm`` or ``sc`` (Secondary Capture).
    rules
        Decisions by tag. An attribute without one is removed.
    fixed
        The encoded values of the attributes with action ``fixed``.
    table
        The hospital's table, in its order (R18).
    kept
        The private and overlay elements that stay by a recorded decision (R22, R23).
    texts
        The attributes at the top whose text stays as typed, because the hospital says so (R18).
    required
        The attributes at the top without which no file is written (Type 1).
    """

    iod: str
    rules: dict[int, Rule]
    fixed: dict[int, bytes]
    table: tuple[TableRow, ...] = ()
    kept: KeptPrivate = field(default_factory=KeptPrivate)
    texts: tuple[int, ...] = ()
    required: tuple[Rule, ...] = ()

    def stamps(self, code: bytes) -> Iterator[tuple[Rule, bytes]]:
        """Yield the elements that every file has at the top, even if its source lacks them."""
        for tag, value in (self.fixed | dict.fromkeys(_CODED, code)).items():
            rule = self.rules.get(tag)
            if rule and rule.action in ("code", "fixed"):
                yield rule, value


def load_policies(
    tag_table: Path,
    study_description: str,
    series_description: str,
    kept: KeptPrivate | None = None,
    own: OwnTerms | None = None,
) -> dict[str, Policy]:
    """Read the policies for both IODs.

    Parameters
    ----------
    tag_table
        The hospital's table (columns tag, keyword, action).
    study_description, series_description
        The fixed strings of R21.
    kept
        The decisions about private and overlay elements (R22, R23). None removes all of them.
    own
        The hospital's own lines of the vocabulary (`bonescint.deid.own_vocabulary.read_terms`).

    Returns
    -------
    dict
        ``nm`` and ``sc``.

    Raises
    ------
    InputError
        If a row of the table cannot be applied; file, row and cell are named.
    """
    kept = kept or KeptPrivate()
    fixed = _fixed_values(study_description, series_description, OPTIONS + kept.options)
    table = _read_table(tag_table)
    policies = {}
    for iod in ("nm", "sc"):
        rules = _read_allow_list(iod)
        for row in table:
            _apply(rules, row.number, row.action)
            if row.number and row.number not in rules and row.action == "keep":
                # the table wins: it can keep an attribute that the list does not have
                vr = dictionary_VR(row.number).replace(" or ", "/")
                keyword = keyword_for_tag(row.number)
                rules[row.number] = Rule(row.number, keyword, vr, None, "", "keep")
        _list_own(rules, own or {})
        texts = tuple(rule.tag for rule in rules.values() if _stays_as_typed(rule))
        required = tuple(
            rule for tag, rule in rules.items() if rule.type == "1" and tag not in _OPTIONAL
        )
        policies[iod] = Policy(iod, rules, fixed, tuple(table), kept, texts, required)
    return policies


def by_type(rule: Rule) -> str:
    """Return what "delete" means for an attribute at its place (R19).

    Returns
    -------
    str
        ``dummy``, ``empty`` or ``remove``.
    """
    if rule.type in ("1", "1C"):
        return "dummy"
    return "empty" if rule.type in ("2", "2C") else "remove"


def _stays_as_typed(rule: Rule) -> bool:
    is_text = rule.action == "keep" and rule.vrs[0] in vrs.TEXT
    return is_text and not vocabulary().judges(rule.keyword, rule.action)


def _apply(rules: dict[int, Rule], tag: int, action: str) -> None:
    """Put the hospital's decision for `tag` in place at every level of nesting."""
    for key, rule in rules.items():
        if key == tag:
            rules[key] = replace(rule, action=by_type(rule) if action == "remove" else action)
        _apply(rule.items, tag, action)


def _list_own(rules: dict[int, Rule], own: OwnTerms) -> None:
    """Put the hospital's own texts in place at every level of nesting."""
    for key, rule in rules.items():
        if rule.action == "vocabulary" and rule.keyword in own:
            rules[key] = replace(rule, own=own[rule.keyword])
        _list_own(rule.items, own)


def _read_allow_list(iod: str) -> dict[int, Rule]:
    rules: dict[int, Rule] = {}
    # sorted by path, so that a sequence comes before the attributes inside it
    for row in resource_rows("nm_attributes.csv"):
        path = _TAG.findall(row["path"])
        *parents, tag = (int(group + element, 16) for group, element in path)
        level = rules
        for parent in parents:
            level = level[parent].items
        level[tag] = Rule(
            tag=tag,
            keyword=row["keyword"].rpartition("/")[2],
            vr=row["vr"],
            vm=int(row["vm"].rpartition("-")[2]) if row["vm"][-1] != "n" else None,
            type=row[f"type_{iod}"],
            action=row["decision"],
        )
    return rules


def table_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of the hospital's table (`typed_rows`) unchanged, with their numbers (R18).

    Raises
    ------
    InputError
        If it cannot be read or has no rows.
    """
    try:
        rows = typed_rows(path, ("tag", "action"))
    except OSError as error:
        reason = mistake("error.unreadable", file=path.name, why=error.strerror)
        raise InputError(reason) from None
    if not rows:
        raise InputError(mistake("error.tag_table_empty", file=path.name))
    return rows


def _read_table(path: Path) -> list[TableRow]:
    """Return the rows. Those for private groups and overlays can only remove (R22, R23)."""
    table: dict[str, TableRow] = {}
    problems = []
    for number, row in table_rows(path):
        tag, action = row["tag"], row["action"]
        match = _TAG.fullmatch(tag)
        where = {"file": path.name, "row": number, "tag": tag, "action": action}
        if action not in TABLE_ACTIONS or (tag in _GROUPS) != (action == "review"):
            problems.append(mistake("error.tag_table_action", **where))
        elif match is None and tag not in _GROUPS:
            problems.append(mistake("error.tag_table_tag", **where))
        elif tag in table:
            problems.append(mistake("error.tag_table_twice", **where))
        else:
            key = int(match[1] + match[2], 16) if match else 0
            if key and not _applicable(key, action):
                problems.append(mistake("error.tag_table_unfit", **where))
            table[tag] = TableRow(tag, key, row.get("keyword", ""), action)
    if problems:
        raise InputError(problems)
    return list(table.values())


def _applicable(tag: int, action: str) -> bool:
    """Tell whether the engine can carry out an action of the table for a tag."""
    if tag in _OURS:
        return False
    match action:
        case "code":
            return tag in _CODED
        case "fixed":
            return tag in (tags.StudyDescription, tags.SeriesDescription)
        case "replace":
            return dictionary_has_tag(tag) and dictionary_VR(tag) == "UI"
        case "keep":
            known = dictionary_has_tag(tag)
            return known and dictionary_VR(tag) not in vrs.UNKNOWN_FORM | {"SQ"}
    return True


def method_items(*options: MethodCode) -> bytes:
    """Return items of De-identification Method Code Sequence (PS3.15 options, CID 7050)."""
    return encode_items([coded_item("DCM", *option) for option in options])


def _fixed_values(
    study_description: str, series_description: str, options: tuple[MethodCode, ...]
) -> dict[int, bytes]:
    return {
        tags.SpecificCharacterSet: b"ISO_IR 192",
        tags.StudyDescription: study_description.encode(),
        tags.SeriesDescription: series_description.encode(),
        tags.PatientIdentityRemoved: b"YES",
        tags.DeidentificationMethod: _METHOD.encode(),
        tags.DeidentificationMethodCodeSequence: method_items(*options),
        # R24 keeps the study date; this tells the receiver that the date is the true one
        tags.LongitudinalTemporalInformationModified: b"UNMODIFIED",
    }
