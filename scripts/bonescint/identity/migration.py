"""Patients of a ledger under today's spelling of their IDs, even if the ledger is old (R16).

A new version of `bonescint.names.ids.normalise` may map two former IDs to one. Then the former
subject of a patient is replaced by today's when the ledger is read, and the code stays. If two
subjects turn out to be one patient, the older code stays in use and the other is retired: it is
never given again, and it still leads to the patient. Reading does not change the file. Before the
next entry is written, an entry records the replacement.
"""

from collections.abc import Iterable

from bonescint.identity.chain import Entry
from bonescint.names.ids import normalise

_FIELDS = ("subject", "other")  # of entries of any kind


class Patients:
    """Who has which code.

    Attributes
    ----------
    codes
        Normalised patient ID -> the code in use.
    subjects
        Code, in use or retired -> normalised patient ID.
    spelled
        Subject, former or of today -> the patient ID as it stood in the images.
    retired
        Code that is no longer used -> the subject to whom it was given.
    """

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.subjects: dict[str, str] = {}
        self.spelled: dict[str, str] = {}
        self.retired: dict[str, str] = {}
        self._given: dict[str, str] = {}  # code -> subject as it was recorded
        self._entries: list[Entry] = []
        self._moved: dict[str, str] = {}
        self._recorded: set[tuple[str, str]] = set()

    def count(self, entries: Iterable[Entry]) -> None:
        """Take entries of the file into account, in their order."""
        for entry in entries:
            if entry["kind"] == "patient":
                self._entries.append(entry)
                self._patient(entry)
            elif entry["kind"] == "subject_moved":
                self._recorded.add((entry["former"], entry["subject"]))
                if self.today(entry["former"]) != entry["subject"]:
                    self._moved[entry["former"]] = entry["subject"]
                    self._again()

    def _again(self) -> None:
        for known in (self.codes, self.subjects, self.spelled, self.retired, self._given):
            known.clear()
        for entry in self._entries:
            self._patient(entry)

    def _patient(self, entry: Entry) -> None:
        given, code = entry["subject"], entry["code"]
        subject = self._moved.get(given) or self._today(given, entry.get("patient_id", ""))
        if subject != given:
            self._moved[given] = subject
        used = self.codes.setdefault(subject, code)
        if used != code and self._given[used] != given:
            self.retired[code] = given
        self._given[code], self.subjects[code] = given, subject
        if "patient_id" in entry:
            self.spelled[given] = entry["patient_id"]
            if used == code:
                self.spelled[subject] = entry["patient_id"]

    def _today(self, given: str, spelled: str) -> str:
        # the spelling of the images still shows characters that do not belong to the ID
        found = normalise(spelled)
        return found if found and found in given else normalise(given) or given

    def today(self, given: str) -> str:
        """Return today's subject for one that stands in an entry."""
        return self._moved.get(given) or normalise(given) or given

    def brought_over(self, entry: Entry) -> Entry:
        """Return a copy of an entry of the file under today's subjects."""
        found = dict(entry)
        # an entry that records a replacement must keep the former subject
        for field in _FIELDS if entry["kind"] != "subject_moved" else ():
            if (given := found.get(field)) is not None:
                found[field] = self.today(given)
        return found

    def unrecorded(self) -> list[Entry]:
        """Return entries for those replaced subjects whose replacement is not yet recorded."""
        return [
            {"kind": "subject_moved", "former": given, "subject": subject, "code": code}
            | ({"used": self.codes[subject]} if code in self.retired else {})
            for code, given in self._given.items()
            if (subject := self.subjects[code]) != given or code in self.retired
            if (given, subject) not in self._recorded
        ]

    def code_of(self, subject: str) -> str | None:
        """Return the code of a patient by the ID of today or of an entry, None if there is none."""
        return self.codes.get(subject) or self.codes.get(self._moved.get(subject, ""))

    def codes_of(self, subject: str) -> list[str]:
        """Return all codes of a normalised patient ID, the one in use first."""
        used = self.code_of(subject)
        if used is None:
            return []
        today = self.subjects[used]
        return [used, *(code for code in self.retired if self.subjects[code] == today)]


def moves_of(headers: Iterable[tuple[str, str]], entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that move patients whose former subject can be told only from the images.

    Former versions left out a NUL in an ID and took the characters after it as part of the ID.

    Parameters
    ----------
    entries
        Of the ledger (`bonescint.identity.ledger.Ledger.entries`).
    """
    odd = {(normalise(typed.replace("\0", "")), s) for typed, s in headers if "\0" in typed}
    if not odd:
        return []
    known = {entry.get(field) for entry in entries for field in _FIELDS}
    return [
        {"kind": "subject_moved", "former": former, "subject": subject}
        for former, subject in sorted(odd)
        if former in known and subject and former != subject
    ]
