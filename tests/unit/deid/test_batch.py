"""A few small coded files wait to be written while the next are transformed; large ones do not."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bonescint.deid import batch, folder
from bonescint.deid.instance import Coded

ROWS = [{"path": str(number), "tracer": "MDP", "views": ""} for number in range(7)]


@pytest.mark.parametrize(("size", "ahead"), [(10, 4), (3 << 20, 3), (9 << 20, 2)])
def test_files_that_wait_are_few_and_keep_their_order(
    size: int, ahead: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformed: list[str] = []

    def case(*_: object) -> Iterator[tuple[dict[str, str], Coded]]:
        for row in ROWS:
            transformed.append(row["path"])
            yield row, Coded(row["path"].encode() * size, {}, {})

    monkeypatch.setattr(batch, "_case", case)
    found = batch.write_cases([("CODE", ROWS)], tmp_path, tmp_path, settings=None)  # type: ignore[arg-type]
    first = next(found)
    assert len(transformed) == ahead
    assert [first.row, *(one.row for one in found)] == ROWS
    written = sorted((tmp_path / "CODE").iterdir())
    assert [path.read_bytes()[:1] for path in written] == [row["path"].encode() for row in ROWS]


def test_the_threads_of_a_worker_take_short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.getswitchinterval()
    monkeypatch.setattr(folder.os, "umask", lambda mask: mask)
    monkeypatch.setattr(folder, "_given", None, raising=False)
    try:
        folder._start((Path(), Path(), None))  # type: ignore[arg-type]
        assert sys.getswitchinterval() < before
    finally:
        sys.setswitchinterval(before)
