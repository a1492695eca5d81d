"""Decisions about a patient go with the patient, however the table was saved."""

from pathlib import Path

import pytest

from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.terms import Person

PERSON = Person("BS-7K3M2", frozenset({"39943096"}), frozenset())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp932"])
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_purge_drops_decisions_however_they_were_saved(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    decisions = tmp_path / "private" / "review" / "decisions.tsv"
    decisions.parent.mkdir(parents=True)
    rows = [row.replace(",", delimiter).encode(encoding) for row in (
        "\ufeffitem,sha256,reviewer\r\n" if "16" in encoding else "item,sha256,reviewer\r\n",
        '"findings:BS-7K3M2",a,①\r\n', "findings:BS-7K3M3,a,≒\r\n",
        "blank:BS-7K3M2,a,①\r\n")]  # fmt: skip
    decisions.write_bytes(b"".join(rows))
    purge(tmp_path, [PERSON], decisions, "en")
    assert decisions.read_bytes() == rows[0] + rows[2]
