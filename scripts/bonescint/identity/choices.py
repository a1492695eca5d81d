"""The choice of cases, which the ledger keeps so that it does not change by itself (R3, R4)."""

from collections.abc import Mapping
from typing import NamedTuple

from bonescint.errors import InputError
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts

KIND = "selection"


class ChoiceRule(NamedTuple):
    """How cases are chosen.

    Parameters
    ----------
    rule
        ``all``, ``random`` or ``list``.
    seed
        Of ``random``.
    listed
        Of ``list``: a digest of the content of the list.
    again
        The reason to replace the choice on record by a new one; empty if there is none.
    """

    rule: str
    seed: int | None = None
    listed: str = ""
    again: str = ""


def rule_of(selection: object, listed: str = "") -> ChoiceRule:
    """Return the rule that ``cohort.selection`` of the configuration asks for.

    Parameters
    ----------
    selection
        ``all``, or a mapping of ``random``, ``list`` or ``all`` and perhaps ``again``.
    listed
        As in `ChoiceRule`.
    """
    if not isinstance(selection, Mapping):
        return ChoiceRule("all")
    again = str(selection.get("again") or "").strip()
    if "random" in selection:
        return ChoiceRule("random", int(selection["random"]), again=again)
    return ChoiceRule("list" if "list" in selection else "all", listed=listed, again=again)


def listed_subjects(entries: Mapping[str, int], ledger: Ledger) -> dict[str, int]:
    """Return subject -> row of a list (`read_selection`) that names patient IDs or codes."""
    return {ledger.subject_of(entry) or entry: row for entry, row in entries.items()}


def rule_asked(selection: object, listed: Mapping[str, int], ledger: Ledger) -> ChoiceRule:
    """Return the rule that the configuration and the list ask for.

    Parameters
    ----------
    selection
        As for `rule_of`.
    listed
        What `listed_subjects` returned; empty if there is no list.
    """
    return rule_of(selection, ledger.digest("\n".join(listed).encode()) if listed else "")


def choice_to_keep(ledger: Ledger, rule: ChoiceRule, language: str) -> Entry | None:
    """Return the choice on record, None if there is none or a new one begins by the rule asked.

    Raises
    ------
    InputError
        If the choice was made by another rule, and no new reason to choose again is given.
    """
    entries = ledger.entries(KIND)
    if not entries or (rule.again and rule.again != entries[-1]["again"]):
        return None
    last = entries[-1]
    if all(last[name] == value for name, value in rule._asdict().items() if name != "again"):
        return last
    text = Texts("selection", language)
    both = (last, rule._asdict())
    was, now = (text(f"rule.{one['rule']}", seed=one["seed"]) for one in both)
    key = "changed_list" if was == now else "changed"
    values = {"was": was, "now": now, "date": last["recorded"], "n": len(last["codes"])}
    raise InputError(text(key, **values))


def record_choice(
    ledger: Ledger, rule: ChoiceRule, findings: Mapping[str, str], last: Entry | None
) -> Entry:
    """Add a choice to the ledger, unless it is the one on record; return the entry in force.

    Parameters
    ----------
    rule
        The rule by which it was made.
    findings
        Code of each chosen patient -> findings at the time of the choice.
    last
        What `choice_to_keep` returned.
    """
    chosen = {"codes": list(findings), "findings": list(findings.values())}
    if last and {name: last[name] for name in chosen} == chosen:
        return last
    again = rule.again or (str(last["again"]) if last else "")
    ledger.append([{"kind": KIND} | rule._asdict() | {"again": again} | chosen])
    return ledger.entries(KIND)[-1]


def latest_exchange(ledger: Ledger) -> Mapping[str, object]:
    """Return when the choice was last completed, how many had gone and how many replaced them.

    Only the ledger is read, so that the result is the same at every run. It is empty if nobody was
    ever replaced.
    """
    entries = ledger.entries(KIND)[-2:]
    # a new choice differs in its reason (`again`) even if the rule is the same
    rules = [[entry[name] for name in ChoiceRule._fields] for entry in entries]
    if len(entries) < 2 or rules[0] != rules[1]:
        return {}
    before, now = (set(entry["codes"]) for entry in entries)
    numbers = {"gone": len(before - now), "new": len(now - before)}
    return numbers | {"date": entries[1]["recorded"]}


def chosen_before(ledger: Ledger, entry: Entry | None) -> dict[str, str]:
    """Return code in use -> findings at the time of the choice, in the order of the choice.

    Parameters
    ----------
    ledger
        The opened ledger. A code may have been retired since, because two IDs were one patient's.
    entry
        What `choice_to_keep` returned.
    """
    if not entry:
        return {}
    found = {}
    for code, level in zip(entry["codes"], entry["findings"], strict=True):
        subject = ledger.subject_of(code)
        found[(ledger.code_of(subject) if subject else None) or code] = level
    return found
