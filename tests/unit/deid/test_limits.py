"""No file takes more than its share of a computer: peak memory of both doors, in processes."""

from pathlib import Path

import pytest
import yaml

from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from bonescint.dicom.headers import read_header
from bonescint.dicom.limits import DEFAULT, Limits
from bonescint.files import read_rows
from bonescint.resources import ROOT, Texts
from tests.peak import run_python
from tests.unit.deid.encoded import (
    FRAMES,
    GOOD,
    IMAGES,
    PIXELS,
    STATION,
    UNDEFINED,
    changed,
    element,
    item,
    nested,
)
from tests.unit.deid.hostile import write

MOST_MB = 500
_INDEX = """
import sys, json
from pathlib import Path
from bonescint.dicom.tree import index_tree
rows = index_tree(Path(sys.argv[1]), 1)
json.dump({row["path"]: row.get("reason", "") for _, row in rows}, sys.stdout)
"""


def test_no_hostile_file_takes_more_than_its_share(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    expected = write(raw)
    doors = (
        ("-c", _INDEX, str(raw)),
        ("-m", "bonescint.cli", "deidentify", str(raw), str(out), "--jobs", "1"),
    )
    for door in doors:
        assert run_python(*door).megabytes < MOST_MB
    reasons = {row["source"]: row["reason"] for row in read_rows(out / "report.csv")}
    assert {name: reason for name, reason in reasons.items() if reason not in expected[name]} == {}
    assert reasons.keys() == expected.keys()


@pytest.mark.parametrize(
    ("name", "limits", "data"),
    [
        ("elements", Limits(elements=1000), changed(element(IMAGES, "SQ", item(b"") * 1001))),
        ("nesting", Limits(nesting=8), changed(nested(9))),
        # sequences that could hold too many elements are counted first
        ("nesting", Limits(nesting=8, elements=100), changed(nested(60))),
        ("text_kb", Limits(text_kb=1), changed(element(STATION, "SH", b"x" * 1030))),
        ("image_mb", Limits(image_mb=1), changed(element(FRAMES, "IS", b"3000"))),
        ("inflated_mb", Limits(inflated_mb=1), b""),
    ],
)
def test_each_limit_can_be_raised_and_is_named(name: str, limits: Limits, data: bytes) -> None:
    from bonescint.deid.pixels import image_format
    from tests.unit.deid.hostile import _deflated

    if not data:
        data = _deflated(GOOD[-200_000:], zeros_mb=2)
    with pytest.raises(Refused) as refusal:
        image_format(read_source(data, limits))
    assert refusal.value.reason == "beyond-limits"
    assert refusal.value.detail == f"limits.{name}: more than {getattr(limits, name)}"
    if name in ("elements", "nesting", "text_kb"):
        assert read_source(data, DEFAULT).level


@pytest.mark.parametrize(
    ("name", "limits", "data"),
    [
        ("text_kb", Limits(text_kb=1), changed(element(STATION, "SH", b"x" * 1030))),
        ("elements", Limits(elements=20), GOOD),
        ("nesting", Limits(nesting=8), changed(nested(9))),
        ("header_mb", Limits(header_mb=1),
         changed(element(IMAGES, "SQ", item(bytes(2 << 20)), UNDEFINED))),
    ],
)  # fmt: skip
def test_the_index_names_the_limit(tmp_path: Path, name: str, limits: Limits, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    found = read_header(tmp_path / "a", limits)
    assert found == ("beyond_limits", f"limits.{name}: more than {getattr(limits, name)}")


def test_the_configuration_shows_the_limits_that_hold() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert Limits(**config["limits"]) == DEFAULT
    schema = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
    assert tuple(schema["properties"]["limits"]["properties"]) == Limits.__slots__
    for language in ("ja", "en"):
        assert "limits" in Texts("deid", language)("reason.beyond-limits")
        assert "--limit" in Texts("deid", language)("reason.beyond-limits")


def test_the_command_takes_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bonescint.cli import main

    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "a").write_bytes(changed(element(0x00091001, "UN", bytes(2 << 20))))
    command = ["deidentify", str(raw), "--jobs", "1", "--language", "en"]
    assert main([*command[:2], str(out), *command[2:], "--limit", "file_mb=1"]) == 0
    (row,) = read_rows(out / "report.csv")
    assert (row["reason"], row["detail"]) == ("beyond-limits", "limits.file_mb: more than 1")
    assert "--limit" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*command[:2], str(out), "--limit", "unknown=1"])


def test_an_image_as_large_as_the_limits_allow(tmp_path: Path) -> None:
    """Whole-body views by the thousand: source, image and written copy side by side."""
    import numpy as np

    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    frames, rows, columns = 120, 1024, 256
    pixels = np.random.default_rng(1).poisson(3, (frames, rows, columns)).astype("<u2").tobytes()
    for number in range(2):
        data = changed(
            element(FRAMES, "IS", b"%d " % frames),
            element(0x00280010, "US", rows.to_bytes(2, "little")),
            element(0x00280011, "US", columns.to_bytes(2, "little")),
            element(0x00080018, "UI", b"1.2.3.%d\0" % number),
            element(PIXELS, "OW", pixels),
        )
        (raw / str(number)).write_bytes(data)
    done = run_python("-m", "bonescint.cli", "deidentify", str(raw), str(out), "--jobs", "1")
    assert done.megabytes < MOST_MB
    assert all(row["reason"] != "unexpected" for row in read_rows(out / "report.csv"))
