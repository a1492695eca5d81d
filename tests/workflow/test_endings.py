"""The last lines on the screen, after Snakemake's own: what they say and in which language."""

import csv
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bonescint.cli import main
from bonescint.resources import ROOT
from tests.workflow.runner import configure, snakemake

KILLS = """
import os, signal, sys

def look(event, args):
    if event == "compile" and str(args[1]).endswith("/import_readings.py"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
"""


def last(printed: str) -> list[str]:
    """Return what was said last, in one block."""
    return printed.rstrip("\n").rpartition("\n\n")[2].splitlines()


def english(config: dict[str, Any]) -> None:
    config["language"] = "en"


def broken(study: Path) -> None:
    """Put tables in place that two imports cannot read."""
    (study / "own").mkdir()
    with (study / "demo/exports/vsbone2.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (study / "own/vsbone2.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row | {"BSI": "120"} for row in rows)
    (study / "own/reader1.xlsx").touch()
    configure(study, lambda c: c["software"]["vsbone2"].update(export="own/vsbone2.csv"))
    configure(study, lambda c: c["readers"]["reader1"].update(report="own/reader1.xlsx"))


def test_a_good_run(finished: Path) -> None:
    said = last(finished.with_name("finished.said").read_text(encoding="utf-8"))
    assert said[0] == "bonescint: 最後まで終わりました。"
    assert "16 例 (MDP 8、HMDP 8)" in said[2]
    assert "不参加の申し出 10 (7 名)" in said[3]
    assert "画像 24" in said[5]
    assert "results/report.html" in said[6]
    assert said[-1].split()[0] == "次に" and "bonescint review" in said[-1]


def test_nothing_to_do_and_dry_runs(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = last(snakemake(study, "-n", "-R", "import_software"))
    assert said.startswith("bonescint: 確認だけを行いました。")
    said, *notes, then = last(snakemake(study))
    assert said.startswith("bonescint: すべて最新です。")
    assert {line.split()[0] for line in notes} == {"お知らせ"} and then.split()[0] == "次に"
    # the same as sentences, in a folder that has no Snakefile
    configure(study, english)
    configure(study, lambda c: c["software"]["vsbone3"].update(version="3.0.1"))
    monkeypatch.chdir(study)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "scripts"), prepend=os.pathsep)
    assert main(["plan"]) == 0
    told = capsys.readouterr().out
    assert "import_software: Bring one software's export to the common table" in told
    assert "jobs: 1 (vsbone3)" in told and "The configuration" not in told
    assert told.endswith("Nothing was run.\n")
    configure(study, lambda c: c.update(sofware={}))
    assert main(["plan"]) == 1
    told = capsys.readouterr().err
    assert "sofware" in told and "File" not in told


def test_what_fails_while_the_rules_are_read(study: Path) -> None:
    configure(study, lambda c: c["delivery"].update(after_period_end=None))
    said = last(snakemake(study, "deliver", fails=True))
    assert "R14" in said[-3] and said[-1] == "この呼び出しでは何も実行していません。"
    configure(study, english)
    configure(study, lambda c: c["software"]["vsbone3"].update(versoin="3.0"))
    said = last(snakemake(study, fails=True))
    assert "versoin" in said[-3] and said[-1] == "This call ran nothing."
    # the receipt of the last run is still there
    assert (study / "results/purge.json").exists()


def test_two_failed_jobs(study: Path) -> None:
    broken(study)
    arguments = ("results/software/vsbone2.csv", "results/readings/reader1.csv")
    said = last(snakemake(study, *arguments, fails=True))
    assert said[0] == "bonescint: 失敗した手順が 2 つあります (最初に起きたものから)。"
    heads = [line for line in said if line.startswith("- ")]
    assert {line.split(":")[0] for line in heads} == {
        "- import_software vsbone2", "- import_readings reader1",
    }  # fmt: skip
    assert sum("「120」" in line for line in said) >= 3
    assert "    ログ: logs/import_software/vsbone2.log" in said
    assert "不参加の申し出のあった方のデータが結果に残っている場合があります" in said[-1]
    # it is said last even if everything else is quiet
    configure(study, english)
    quiet = snakemake(study, *arguments, "--quiet", "all", fails=True)
    assert last(quiet)[0] == "bonescint: steps that failed: 2, the earliest first."


def test_a_killed_job(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(KILLS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    configure(study, english)
    shutil.rmtree(study / "results/readings")
    said = last(snakemake(study, "results/readings/reader1.csv", fails=True))
    assert said[0] == "bonescint: this step failed."
    assert said[1].startswith("- import_readings reader1: ")
    assert "without a word" in said[2] and said[3] == "    Log: logs/import_readings/reader1.log"


def test_a_target_that_does_not_exist(study: Path) -> None:
    said = last(snakemake(study, "results/repotr.html", fails=True))
    assert "指定された手順やファイルはありません" in said[1]
    assert said[-1].startswith("どの手順も実行していません。")
