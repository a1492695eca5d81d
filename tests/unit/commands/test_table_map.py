"""`bonescint table map`: headers beside the columns wanted, and the lines for config.yaml."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bonescint.cli import main
from bonescint.commands.config_lines import flow, with_values
from bonescint.resources import ROOT, resource_rows
from bonescint.tables.columns import load_columns
from bonescint.tables.header_match import match_headers
from bonescint.text.folding import fold_header
from tests.unit.study_config import reconfigure, write
from tests.unit.tables.packages import book

SOURCE = (ROOT / "config.yaml").read_text(encoding="utf-8")
HEADER = ["カルテ番号", "撮影年月日", "BSI (％)", "HS数", "解析ステータス", "ソフト名", "年齢"]
ROW = ["00123456", "2019-06-03", 1.25, 3, "解析済", "VSBONE 3.0", 71]
MATCHED = {
    "key": "カルテ番号",
    "exam_date": "撮影年月日",
    "bsi": "BSI (％)",
    "hotspots": "HS数",
    "status": "解析ステータス",
    "version": "ソフト名",
}
Map = Callable[..., tuple[int, str, str]]


@pytest.fixture(params=["ja", "en"])
def map_file(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Map:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(SOURCE.replace("language: ja", f"language: {request.param}"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["table", "map", *arguments])
        said = capsys.readouterr()
        # no cell but headers
        assert not any(word in said.out + said.err for word in ("123456", "山田", "1.25"))
        return code, said.out, said.err

    return run


def lines(out: str) -> Any:
    """Return what the printed lines are in YAML."""
    block = out[out.index("\n\n", out.index("config.yaml") - 40) :].strip()
    kept = [line for line in block.split("\n\n")[0].splitlines() if "config.yaml" not in line]
    return yaml.safe_load("\n".join(kept))


def configured(area: str, name: str) -> Any:
    return yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))[area][name]


def test_the_lines_can_be_pasted(map_file: Map) -> None:
    book("v.xlsx", 表紙=[["VSBONE の結果"], ["担当", "山田"]], 結果=[["題"], [], HEADER, ROW])
    code, out, err = map_file("vsbone3", "v.xlsx")
    assert (code, err) == (0, "")
    expected = {"export": "v.xlsx", "sheet": "結果", "header_row": 3, "columns": MATCHED}
    assert lines(out) == {"software": {"vsbone3": expected}}
    assert "担当" not in out and "表紙" not in out  # of such a sheet nothing is shown
    assert "年齢" in out and Path("config.yaml").read_text() != ""
    assert [path.name for path in Path().glob("config*")] == ["config.yaml"]


def test_written_into_the_configuration(map_file: Map) -> None:
    before = Path("config.yaml").read_text(encoding="utf-8").splitlines()
    book("v.xlsx", 表紙=[["VSBONE の結果"]], 結果=[["題"], [], HEADER, ROW])
    assert map_file("vsbone3", "v.xlsx", "--write")[0] == 0
    after = Path("config.yaml").read_text(encoding="utf-8").splitlines()
    entry = configured("software", "vsbone3")
    assert entry["columns"] == MATCHED and (entry["sheet"], entry["header_row"]) == ("結果", 3)
    assert (entry["product"], entry["released"]) == ("VSBONE", "2023-04-01")
    # two lines are others, two are new, and every comment is there
    assert len(after) == len(before) + 2
    assert len(set(before) - set(after)) == 2
    assert Path("config.yaml.old").read_text(encoding="utf-8").splitlines() == before
    # what is configured is known from now on, and a second time changes nothing
    assert map_file("vsbone3", "v.xlsx", "--write")[0] == 0
    assert Path("config.yaml").read_text(encoding="utf-8").splitlines() == after


def test_a_list_gets_its_layout(map_file: Map) -> None:
    Path("p.csv").write_text("患者番号,研究課題番号\n00123456,HS2022-005\n", encoding="euc_jp")
    assert map_file("participants", "p.csv", "--write")[0] == 0
    columns = {"key": "患者番号", "study": "研究課題番号"}
    wanted = {"file": "p.csv", "encoding": "euc_jp", "columns": columns}
    assert configured("inputs", "participants") == wanted
    (line,) = [one for one in Path("config.yaml").read_text().splitlines() if "p.csv" in one]
    assert line.endswith("# 先行研究の対象者一覧 / participants of the preceding study (R5)")
    Path("c.csv").write_text("日付,使用薬剤\n2019-06-03,MDP\n", encoding="utf-8")
    assert map_file("tracer_calendar", "c.csv", "--write")[0] == 0
    columns = {"exam_date": "日付", "tracer": "使用薬剤"}
    assert configured("inputs", "tracer_calendar") == {"file": "c.csv", "columns": columns}


def test_what_is_missing_is_told_and_not_written(map_file: Map) -> None:
    Path("r.csv").write_text("Pt ID,検査日,骨転移の有無,病変数\n00123456,2019-06-03,有,3\n")
    before = Path("config.yaml").read_bytes()
    code, out, _ = map_file("reader1", "r.csv", "--write")
    assert code == 1 and "      # findings: " in out
    assert Path("config.yaml").read_bytes() == before


def test_an_unknown_header_is_named(map_file: Map) -> None:
    Path("r.csv").write_text("Pt ID,検査日,骨転移の有無,病変数,欄 A\n00123456,2019-06-03,有,3,文\n")
    before = Path("config.yaml").read_bytes()
    code, out, _ = map_file("reader1", "r.csv", "--write")
    # what was asked for did not happen: that is said, and what to do instead
    assert (
        code == 1
        and "--column findings=" in out
        and out.rstrip()
        .splitlines()[-1]
        .startswith(("config.yaml は変更していません", "config.yaml was not changed"))
    )
    assert Path("config.yaml").read_bytes() == before
    assert map_file("reader1", "r.csv", "--column", "findings=欄 A", "--write")[0] == 0
    entry = configured("readers", "reader1")
    assert entry["columns"]["findings"] == "欄 A" and entry["key"] == "patient_id"


@pytest.mark.parametrize("pair", ["findings", "findings=", "text=欄 A", "findings=山田"])
def test_a_wrongly_named_header(map_file: Map, pair: str) -> None:
    Path("r.csv").write_text("Pt ID,検査日,骨転移の有無,病変数,欄 A\n00123456,2019-06-03,有,3,文\n")
    before = Path("config.yaml").read_bytes()
    code, _, err = map_file("reader1", "r.csv", "--column", pair, "--write")
    assert code == 1 and "--column" in err
    assert Path("config.yaml").read_bytes() == before


@pytest.mark.parametrize("arguments", [(), ("--header-row", "1"), ("--header-row", "2")])
def test_a_table_without_headers_is_not_shown(map_file: Map, arguments: tuple[str, ...]) -> None:
    rows = [["00123456", "山田花子", "2019-06-03", 1.25], ["00123457", "山田", "2019-06-04", 2]]
    book("n.xlsx", 結果=rows)
    code, out, err = map_file("vsbone3", "n.xlsx", *arguments)
    assert code == 1 and out == "" and "--header-row" in err


def test_headers_above_and_group_titles(map_file: Map) -> None:
    top = ["患者ID", "検査日", "VSBONE 2.0", "", "VSBONE 3.0", ""]
    low = ["", "", "BSI", "Hotspot", "BSI", "Hotspot"]
    row = ["00123456", "2019-06-03", 1.25, 3, 1.25, 2]
    book("g.xlsx", 結果=[top, low, row])
    assert map_file("vsbone3", "g.xlsx", "--write")[0] == 0
    columns = configured("software", "vsbone3")["columns"]
    assert (columns["bsi"], columns["hotspots"]) == ("VSBONE 3.0 BSI", "VSBONE 3.0 Hotspot")
    # columns that the configuration named and this table has not
    assert columns["status"] is None and columns["version"] is None


def test_other_undecided_keys_stop_nothing(map_file: Map) -> None:
    config = reconfigure(study={"id": None}, cohort={"exam_to": None})
    config["software"]["vsbone3"] |= {"export": None, "columns": {}, "released": None}
    write(config)
    book("v.xlsx", 結果=[HEADER, ROW])
    assert map_file("vsbone3", "v.xlsx", "--write")[0] == 0
    entry = configured("software", "vsbone3")
    assert entry["export"] == "v.xlsx" and entry["columns"] == MATCHED


def test_each_known_header_leads_to_its_column() -> None:
    schemas = ("software_export", "reading_report", "participants", "opt_out", "tracer_calendar")
    hints = {row["column"]: row["headers"].split("|") for row in resource_rows("header_hints.csv")}
    known = {name for schema in schemas for name in load_columns(schema)}
    assert set(hints) <= known
    for schema in schemas:
        columns = load_columns(schema)
        for name in columns.keys() - {"code"}:
            for header in (*hints.get(name, ()), *columns[name].headers):
                others = {n: c for n, c in columns.items() if n != "code"}
                found = match_headers([header], others, {})
                assert list(found) == [name], (schema, header, found)
                assert found[name].known is (
                    fold_header(header) in map(fold_header, columns[name].headers)
                )


def test_each_header_is_one_columns() -> None:
    columns = load_columns("software_export")
    found = match_headers(["検査日", "解析日", "BSI", "Hotspots", "患者 ＩＤ"], columns, {})
    places = {name: match.place for name, match in found.items()}
    assert places == {
        "exam_date": 0, "analysis_date": 1, "bsi": 2, "hotspots": 3, "patient_id": 4,
    }  # fmt: skip


BLOCK = """\
software:
  a: # first
    export: x.csv # where
    columns: # which
      key: K
      bsi: B
readers: {}
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_values_of_the_entry_change(newline: str) -> None:
    content = BLOCK.replace("\n", newline)
    after = with_values(content, "software", "a", {"export": "y z.csv", "header_row": 3})
    assert after is not None and after.count(newline) == content.count(newline) + 1
    expected = content.replace("x.csv", "y z.csv").replace(
        f"bsi: B{newline}", f"bsi: B{newline}    header_row: 3{newline}"
    )
    assert after == expected
    columns = {"key": "患者ID", "bsi": "BSI: %"}
    after = with_values(content, "software", "a", {"columns": columns})
    assert after and yaml.safe_load(after)["software"]["a"]["columns"] == columns
    assert "# first" in after and "# where" in after and after.endswith(f"readers: {{}}{newline}")


@pytest.mark.parametrize(
    "content",
    [
        BLOCK.replace("bsi: B", "bsi: B # a comment that would be lost\n      ann: A"),
        "software: {a: {export: x, # why\n  columns: {key: K}}}\n",
        "software: {b: {}}\n",
        "software: [\n",
        "software: &x {a: {export: 1}}\nreaders: *x\n",
    ],
)
def test_a_change_that_would_lose_something_is_left_to_a_person(content: str) -> None:
    assert with_values(content, "software", "a", {"columns": {"key": "患者ID"}}) is None


def test_a_value_in_one_line() -> None:
    for value in ("a, b", "x: y", "# no", "'", "true", "0012", "", None, 3, {"k": "表, [1]"}):
        assert yaml.safe_load(f"[{flow(value)}]") == [value]
        assert "\n" not in flow(value)


@pytest.mark.parametrize("wrong", ["{kind: precent}", "{bounds: [0]}", "{label: BSI}", "null"])
def test_what_is_wrong_in_the_metrics_is_told_as_such(map_file: Map, wrong: str) -> None:
    book("table.xlsx", data=[HEADER, ROW])
    config = reconfigure()
    config["metrics"]["values"]["bsi"] = yaml.safe_load(wrong)
    write(config)
    code, out, err = map_file("vsbone3", "table.xlsx")
    assert code and "metrics.values.bsi" in out + err and "Error" not in out + err
