"""A study of one's own, from an empty folder to its results, as the README tells."""

import csv
import shutil
from pathlib import Path

import openpyxl
import yaml

from bonescint.config_form import CONFIG_VERSION
from bonescint.files import Row, read_rows
from bonescint.resources import SYNTHETIC
from tests.workflow.runner import jobs, started

ANSWERS = {
    "id": "S-01",
    "title": "骨シンチの比較: 「第 2 版」 # 1",
    "preceding-study": "HS2022-005",
    "period-end": "2030/12/31",
    "exam-from": "2019-06-01",
    "exam-to": "２０１９年９月３０日",
    "sex": "F",
    "targets": "8,8,8,8",
    "software": "bonenavi,vsbone2,vsbone3",
    "partner": "共同研究機関",
}


def fill(template: Path, source: list[Row], headers: dict[str, str]) -> None:
    """Type the columns of a table into an empty one: its header -> the source's."""
    book = openpyxl.load_workbook(template)
    sheet = book.worksheets[0]
    for i, cell in enumerate(sheet[1], 1):
        if cell.value in headers:
            for n, row in enumerate(source, 2):
                sheet.cell(n, i, row[headers[cell.value]] or None)
    book.save(template)


def fill_in(study: Path, demo: Path) -> None:
    """Give the study the demonstration's values under other headers and file names."""
    inputs = study / "inputs"
    shutil.copytree(demo / "dicom", inputs / "dicom", dirs_exist_ok=True)
    lists = {
        name: list(csv.DictReader((demo / name).read_text(encoding=encoding).splitlines()))
        for name, encoding in (
            ("participants.csv", "cp932"), ("opt_out.csv", "utf-8-sig"),
            ("exports/bonenavi.csv", "cp932"), ("exports/vsbone2.csv", "utf-8-sig"))
    }  # fmt: skip
    fill(
        inputs / "participants.xlsx",
        lists["participants.csv"],
        {"患者ID": "患者ID", "試験番号": "試験番号"},
    )
    reason = {
        "理由": "亡くなっている場合",
        "続柄": "子",
    }  # one entry lacks these
    for row in lists["opt_out.csv"]:
        if row["申出者"] == "代諾者":
            row |= {name: row[name] or value for name, value in reason.items()}
    same = ("患者ID", "申出日", "申出者", "理由", "続柄")
    fill(inputs / "opt_out.xlsx", lists["opt_out.csv"], {name: name for name in same})
    fill(
        inputs / "bonenavi.xlsx",
        lists["exports/bonenavi.csv"],
        {"患者ID": "患者ID", "検査日": "検査日", "BSI値": "BSI(%)", "ANN値": "ANN"}
        | {"ホットスポット数": "Hotspot数", "状態": "状態"},
    )
    # two tables with other names, other headers, another encoding and a title above
    own = {"PatientID": "カルテ番号", "BSI": "指数"}
    with (inputs / "結果 2.0.csv").open("w", encoding="cp932", newline="") as stream:
        kept = [name for name in lists["exports/vsbone2.csv"][0] if name != "Note"]
        csv.writer(stream).writerow([own.get(name, name) for name in kept])
        csv.DictWriter(stream, kept, extrasaction="ignore").writerows(lists["exports/vsbone2.csv"])
    newer = openpyxl.Workbook()
    newer.active.title = "表"
    for n, row in enumerate(openpyxl.load_workbook(demo / "exports" / "vsbone3.xlsx").active, 3):
        for cell in row:
            newer.active.cell(n, cell.column, cell.value)
    newer.save(inputs / "VSBONE　3.0.xlsx")
    for n in (1, 2, 3):
        shutil.copy(demo / "readings" / f"reader{n}.xlsx", inputs / f"reader{n}.xlsx")


def edit(study: Path, *changes: tuple[str, str]) -> None:
    """Replace lines of config.yaml as a person would."""
    file = study / "config.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def test_a_study_of_ones_own(finished: Path, tmp_path: Path) -> None:
    study = tmp_path / "研究 2026　骨"
    options = [word for key, value in ANSWERS.items() for word in (f"--{key}", value)]
    said = started(tmp_path, "bonescint.cli", "new", study.name, "--synthetic", *options)
    assert "software.bonenavi.released" in said

    # nothing filled in: a sentence each, no traceback
    said = started(study, "bonescint.cli", "check", fails=True)
    assert "software.bonenavi.version: まだ決まっていません" in said
    edit(study, ("version: null", 'version: "2.1"'), ("released: null", 'released: "2017-04-01"'))
    said = started(study, "bonescint.cli", "check", fails=True)
    assert "先行研究の対象者を記入してください" in said
    said = started(study, "snakemake", "index_dicom", fails=True)
    assert "inputs.dicom: フォルダにファイルがありません" in said
    assert "Traceback" not in said

    fill_in(study, finished / "demo")
    edit(
        study,
        (
            'inputs/vsbone2.xlsx\n    key: patient_id\n    columns: {key: "患者ID", bsi: "BSI値", '
            'hotspots: "ホットスポット数"}',
            "inputs/結果 2.0.csv\n    key: patient_id\n    columns: {key: カルテ番号, bsi: 指数, "
            "hotspots: HotSpots}",
        ),
        ("inputs/vsbone3.xlsx", "inputs/VSBONE　3.0.xlsx\n    header_row: 3"),
    )
    assert "問題はありません" in started(study, "bonescint.cli", "check")
    started(study, "snakemake", "--cores", "2")
    assert (study / "results" / "study.xlsx").exists()
    report = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert ANSWERS["id"] in report and SYNTHETIC in report
    assert not (study / "demo").exists()
    # nothing runs again, not even after an upgrade from the version before
    edit(study, (f"config_version: {CONFIG_VERSION} ", "# "))
    started(study, "bonescint.cli", "upgrade")
    said = started(study, "snakemake", "-n")
    assert "Nothing to be done" in said and jobs(said) == {}
    # the results are those of the demonstration's values; the codes are others
    for table in ("reference.csv", "cohort/flow.csv"):
        ours, theirs = (
            sorted(
                [value for name, value in row.items() if name != "code"]
                for row in read_rows(at / "results" / table)
            )
            for at in (study, finished)
        )
        assert ours == theirs
    config = yaml.safe_load((study / "config.yaml").read_text(encoding="utf-8"))
    assert config["study"]["title"] == ANSWERS["title"]
