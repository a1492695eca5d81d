"""What a run begins with: outputs of a clock that was wrong get dates that Snakemake can use."""

import os
import time
from pathlib import Path

import pytest

from bonescint.custody.runs import bring_back

DAY = 24 * 3600


def test_outputs_from_the_future_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    now = time.time()
    ages = {
        "results/later.csv": 400 * DAY,
        "results/soon.csv": DAY,
        "results/past.csv": -DAY,
        "private/own/list.csv": 400 * DAY,
        "private/list.csv": 400 * DAY,
        "private/codes.json": 300 * DAY,
        "results/dicom/00/.snakemake_timestamp": 2 * DAY,
        "results/dicom/00/BS-AAAAA/1.dcm": DAY,
    }
    for name, age in ages.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
        os.utime(name, (now + age, now + age))
    bring_back(["results", "private", "none"], ["private/own", "private/list.csv", "demo/x.csv"])
    dates = {name: Path(name).stat().st_mtime - now for name in ages}
    late = [
        "results/soon.csv",
        "results/dicom/00/.snakemake_timestamp",
        "private/codes.json",
        "results/later.csv",
    ]
    assert sorted(late, key=dates.__getitem__) == late
    assert len({dates[name] for name in late}) == 4
    assert all(0 <= dates[name] < DAY / 2 for name in late)
    # the hospital's own, what is past, and what Snakemake does not look at
    for name in ages.keys() - set(late):
        assert dates[name] == pytest.approx(ages[name], abs=0.01)
