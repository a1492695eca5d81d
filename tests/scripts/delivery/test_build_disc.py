"""Lists name every volume. If a build fails or nothing is new, the former volume stays."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from scripts.delivery.plan_delivery import plan_delivery

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record
from bonescint.custody.volumes import FOLDER, read_build
from bonescint.declared import columns
from bonescint.delivery.disc.layout import Case
from bonescint.delivery.disc.volumes import Volume
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import Ledger, create_ledger
from scripts.delivery import build_disc as script
from tests.scripts.delivery.coded import coded_study
from tests.unit.custody.test_deliveries import DETAILS as RECORD
from tests.unit.custody.test_deliveries import TODAY

LEDGER = {"path": "private/ledger.age", "key": "private/ledger.key"}
STUDY = {"id": "BONE-TEST", "title": "A title", "synthetic": True, "period_end": "2099-12-31"}
PLANNED = Path("results/hospital/planned.csv")
OUTPUTS = {name: Path(f"results/delivery/{name}.csv") for name in ("volumes", "contents")}
IMAGE = b"x" * 2048
SHA256 = hashlib.sha256(IMAGE).hexdigest()
assert set(RECORD) | {"handed_over"} == set(DETAILS)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger of a study of three coded patients in the current folder."""
    monkeypatch.chdir(tmp_path)
    ledger = create_ledger(**LEDGER)
    codes = sorted(ledger.assign(["1001", "1002", "1003"]).values())
    coded_study(tmp_path, tuple(codes))
    exam = {"study_date": "2019-06-03", "age": "63", "sex": "F", "instances": 2}
    cases = ["code", "study_date", "age", "sex", "height_cm", "weight_kg", "instances"]
    write_rows("results/cases.csv", cases, ({"code": code, **exam} for code in codes))
    decided = [{"code": code, "metastasis": 1, "eod": 2} for code in codes]
    write_rows("results/reference.csv", ["code", "metastasis", "eod"], decided)
    write_rows("private/findings.csv", ["code", "findings"], ({"code": c} for c in codes))
    return ledger


def inputs(*decided: tuple[str, str]) -> dict[str, Any]:
    incomplete = Path("results/hospital/incomplete.csv")
    rows = ({"code": code, "decision": decision} for code, decision in decided)
    write_rows(incomplete, columns("incomplete"), rows)
    return {
        "cases": Path("results/cases.csv"),
        "reference": Path("results/reference.csv"),
        "findings": Path("private/findings.csv"),
        "incomplete": incomplete,
        "reports": sorted(Path("results/anonymization").glob("*.csv")),
    }


def plan(*decided: tuple[str, str]) -> dict[str, str]:
    plan_delivery(**inputs(*decided), ledger=LEDGER, contents="new", table=PLANNED)  # type: ignore[arg-type]
    return {row["code"]: row["state"] for row in read_rows(PLANNED)}


def build(*decided: tuple[str, str], code: str = "x") -> None:
    for path in OUTPUTS.values():
        path.unlink(missing_ok=True)  # as Snakemake does
    script.build_disc(
        planned=PLANNED, **inputs(*decided), study=STUDY, delivery={"after_period_end": None},
        language="en", stamps=[None, code], **OUTPUTS,
    )  # fmt: skip
    for name, path in OUTPUTS.items():
        assert list(read_rows(path)) == getattr(read_build(), name)


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> list[list[Case]]:
    """Stand in for the build, one volume a case; return what it was asked for."""
    asked: list[list[Case]] = []

    def stand_in(cases: Sequence[Case], *given: Any) -> list[Volume]:
        _, number, _, folder, *_ = given
        for former in folder.glob("*.ISO"):
            former.unlink()
        asked.append(list(cases))
        built = []
        for n, case in enumerate(cases, 1):
            name = f"BONE_TEST_{number.replace('-', '')}_{n}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.ISO").write_bytes(IMAGE)
            built.append(
                Volume(n, len(cases), name, f"{name}.ISO", "plain", 2048, SHA256, "3" * 64,
                       (case.code,), len(case.images))
            )  # fmt: skip
        return built

    monkeypatch.setattr(script, "build_volumes", stand_in)
    return asked


def record(ledger: Ledger) -> str:
    found = read_build()
    contents = DeliveryContents([["a.ISO", SHA256]], {*found.digests})
    volumes, cases = found.numbered, found.digests
    return put_on_record(
        ledger, contents, RECORD, "en", TODAY, None, volumes=volumes, cases=cases
    ).id


def test_lists_stand_beside_the_volumes(ledger: Ledger, builder: list[list[Case]]) -> None:
    codes = sorted(ledger.codes().values())
    assert plan((codes[0], "leave-out")) == dict(
        zip(codes, ["left-out", "new", "new"], strict=True)
    )
    build((codes[0], "leave-out"))
    assert [case.code for case in builder[0]] == codes[1:]
    found = read_build()
    assert found.is_whole
    assert found.delivery == "D-001"
    assert found.codes == {*codes[1:]}
    assert [(row["volume"], row["images"]) for row in found.contents] == [("1", "2"), ("2", "2")]


def test_findings_that_are_not_stated_say_so(ledger: Ledger, builder: list[list[Case]]) -> None:
    code = min(ledger.codes().values())
    plan((code, "not-stated"))
    build((code, "not-stated"))
    assert [case.row["findings"] for case in builder[0]] == ["記載なし", "", ""]
    digests = {row["code"]: row["sha256"] for row in read_rows(PLANNED)}
    assert read_build().digests == digests


def test_a_delivered_volume_is_left_as_it_is(ledger: Ledger, builder: list[list[Case]]) -> None:
    plan()
    build()
    assert record(ledger) == "D-001"
    assert set(plan().values()) == {"delivered"}
    before = sorted(FOLDER.iterdir())
    build()
    assert len(builder) == 1
    assert sorted(FOLDER.iterdir()) == before
    # a person deletes the volume to make room: then no list names it
    next(FOLDER.glob("*.ISO")).unlink()
    build()
    assert list(FOLDER.iterdir()) == []
    # a changed row is sent again and says what it replaces
    code = min(ledger.codes().values())
    assert plan((code, "not-stated"))[code] == "replaces"
    build((code, "not-stated"))
    (case,) = builder[1]
    assert (case.code, case.replaces) == (code, "D-001")
    assert [row["replaces"] for row in read_build().contents] == ["D-001"]


def test_a_patient_who_asked_to_be_in_no_delivery_is_in_none(
    ledger: Ledger, builder: list[list[Case]]
) -> None:
    subject, code = min(ledger.codes().items(), key=lambda pair: pair[1])
    plan()
    build()
    ledger.append([{"kind": "stop_provision", "subject": subject}])
    assert plan()[code] == "stopped"
    build()
    assert code not in read_build().codes
    # no case is left to deliver, and the built volume was never handed over
    left = [(c, "leave-out") for c in ledger.codes().values()]
    plan(*left)
    build(*left)
    assert not any(FOLDER.glob("*"))


def test_a_volume_is_built_again_only_if_it_would_differ(
    ledger: Ledger, builder: list[list[Case]]
) -> None:
    """Each build of an encrypted image differs, so the one that was burned must stay."""
    plan()
    build()
    build()
    assert len(builder) == 1
    build(code="another program")
    assert len(builder) == 2
    image = min(FOLDER.glob("*.ISO"))
    image.write_bytes(b"y" * 2048)
    build(code="another program")
    assert len(builder) == 3
    assert image.read_bytes() == IMAGE
    image.unlink()
    build(code="another program")
    assert len(builder) == 4


def test_a_killed_build_is_not_taken_for_the_former_one(
    ledger: Ledger, builder: list[list[Case]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Volumes and lists are of the new settings then, and the settings may go back."""
    plan()
    build()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(script.json, "dump", killed)
        with pytest.raises(KeyboardInterrupt):
            build(code="another program")
    build()
    assert len(builder) == 3


def test_a_build_that_fails_leaves_the_former_one(
    ledger: Ledger, builder: list[list[Case]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan()
    build()
    before = read_build()

    def full(*_: object) -> list[Volume]:
        raise InputError("no room")

    monkeypatch.setattr(script, "build_volumes", full)
    with pytest.raises(InputError, match="no room"):
        build(code="another program")
    assert read_build() == before
    assert not any(path.exists() for path in OUTPUTS.values())


@pytest.mark.parametrize("change", [Path.unlink, lambda image: image.write_bytes(b"another")])
def test_an_image_that_was_not_verified_gets_on_no_disc(
    ledger: Ledger, builder: list[list[Case]], change: Callable[[Path], object]
) -> None:
    """A backup that is put back leaves no trace that a build could see."""
    plan()
    image = sorted(path for path in Path("results/dicom").rglob("*") if path.is_file())[0]
    change(image)
    with pytest.raises(InputError, match=image.name):
        build()
    assert builder == [] and not FOLDER.exists()
