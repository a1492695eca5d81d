"""A script's digest changes only with the code and data that its results depend on."""

import ast
import re
import sys
from pathlib import Path

import pytest

from bonescint import provenance
from bonescint.provenance import code_digest, code_files
from bonescint.questions import known
from bonescint.resources import ROOT

SCRIPT = "scripts/stage/script.py"
PACKAGE = {
    "__init__.py": '"""A package."""\n__version__ = "1"\n',
    "top.py": "from bonescint.part import leaf\n",
    "part/__init__.py": '"""A part."""\n',
    "part/leaf.py": "X = 1\n",
    "part/other.py": "Y = 1\n",
    "roc/__init__.py": (
        '"""A face."""\nfrom bonescint.roc.area import auc\n'
        "from bonescint.roc.cut import cut, youden\n__all__ = ['auc', 'cut']\n"
    ),
    "roc/area.py": "from bonescint.part.leaf import X\ndef auc(): pass\n",
    "roc/cut.py": "def cut(): pass\ndef youden(): pass\n",
    "facts/__init__.py": "DPI = 150\n",
    "facts/one.py": "ONE = 1\n",
    "words.py": "def Texts(area, language): ...\n",
}
DATA = (
    "resources/tracers.csv",
    "resources/demo/names.csv",
    "resources/text/flow.csv",
    "resources/tables/index.csv",
    "schemas/opt_out.schema.yaml",
    "scripts/bonescint/part/page.html.j2",
    "README.md",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in PACKAGE.items():
        write(tmp_path / "scripts" / "bonescint" / name, text)
    for name in DATA:
        write(tmp_path / name, "a\n")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path / "scripts" / "bonescint")
    return tmp_path


@pytest.fixture(autouse=True)
def fresh():
    """Forget what was read of this folder or another, before and after."""
    forget()
    yield
    forget()


def forget() -> None:
    for cached in vars(provenance).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def read_by(project: Path, script: str) -> set[str]:
    """Return what a script of this text depends on, modules below the package."""
    write(project / SCRIPT, script)
    forget()
    return {name.removeprefix("scripts/bonescint/") for name in code_files(SCRIPT)} - {SCRIPT}


def digest(project: Path, script: str) -> str:
    write(project / SCRIPT, script)
    forget()
    return code_digest(SCRIPT)


def test_imports_are_followed_wherever_they_stand(project: Path) -> None:
    assert read_by(project, "from bonescint.top import f") == {"top.py", "part/leaf.py"}
    inside = "def run():\n    from bonescint.part.leaf import X\n    return X\n"
    assert read_by(project, inside) == {"part/leaf.py"}
    assert read_by(project, "import bonescint.part.leaf as leaf") == {"part/leaf.py"}
    assert read_by(project, "import json\nfrom pathlib import Path") == set()


@pytest.mark.parametrize(
    ("statement", "modules"),
    [
        ("from bonescint.roc import youden", {"roc/cut.py"}),
        ("from bonescint.roc import auc as area", {"roc/area.py", "part/leaf.py"}),
        # the name of a module and of what it defines: the face decides
        ("from bonescint.roc import cut", {"roc/cut.py"}),
        ("from bonescint.roc.cut import cut", {"roc/cut.py"}),
        ("from bonescint.roc import area", {"roc/area.py", "part/leaf.py"}),
    ],
)
def test_a_face_is_followed_to_the_module_that_defines_the_name(
    project: Path, statement: str, modules: set[str]
) -> None:
    assert read_by(project, statement) == modules


def test_a_face_with_code_of_its_own_counts_where_that_is_wanted(project: Path) -> None:
    assert read_by(project, "from bonescint.facts import DPI") == {"facts/__init__.py"}
    assert read_by(project, "from bonescint.facts import one") == {"facts/one.py"}
    assert read_by(project, "from bonescint import __version__") == {"__init__.py"}


@pytest.mark.parametrize(
    "statement",
    ["import bonescint.roc", "from bonescint import roc", "from bonescint.roc import *"],
)
def test_a_package_as_a_whole_counts_with_all_its_modules(project: Path, statement: str) -> None:
    whole = {"roc/__init__.py", "roc/area.py", "roc/cut.py", "part/leaf.py"}
    assert read_by(project, statement) == whole


def test_parts_that_no_result_depends_on_are_left_out(project: Path) -> None:
    types = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from bonescint.part import leaf\nelse:\n    from bonescint.part import other\n"
    )
    assert read_by(project, types) == {"part/other.py"}
    handler = "try:\n    pass\nexcept ValueError:\n    from bonescint.part import leaf\n    "
    assert read_by(project, handler + "raise\n") == set()
    assert read_by(project, handler + "raise KeyError(leaf.X) from None\n") == set()
    assert read_by(project, handler + "print(leaf.X)\n") == {"part/leaf.py"}


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("X = RESOURCES / 'tracers.csv'", "resources/tracers.csv"),
        ("X = RESOURCES / 'demo/names.csv'", "resources/demo/names.csv"),
        ("X = 'resources/tracers.csv'", "resources/tracers.csv"),
        ("X = Texts('flow', language)", "resources/text/flow.csv"),
        ("raise ValueError(both('flow', 'key', n=1))", "resources/text/flow.csv"),
        ("X = load_columns('opt_out')", "schemas/opt_out.schema.yaml"),
        ("write_rows(path, columns('index'), rows)", "resources/tables/index.csv"),
    ],
)
def test_data_files_named_as_literals_count(project: Path, statement: str, file: str) -> None:
    assert read_by(project, statement) == {file}
    before = digest(project, statement)
    (project / file).write_text("b\n")
    assert digest(project, statement) != before


def test_what_a_column_means_does_not_count(project: Path) -> None:
    declared, script = project / "resources/tables/index.csv", "X = columns('index')"
    write(declared, "column,kind,unit,ja,en\npath,path,,場所,where\n")
    before = digest(project, script)
    write(declared, 'column,kind,unit,ja,en\npath,path,,所在,"where, it is"\n')
    assert digest(project, script) == before
    for other in ("path,text,,所在,where", "way,path,,所在,where", "path,path,,所在,where\nb,,,,"):
        write(declared, f"column,kind,unit,ja,en\n{other}\n")
        assert digest(project, script) != before


def test_a_folder_counts_with_all_its_files_where_it_is_named_whole(project: Path) -> None:
    assert read_by(project, "X = 'demo/'") == {"resources/demo/names.csv"}
    assert read_by(project, "X = f'demo/{name}.csv', f'{folder}tracers.csv', '/'") == set()


def test_a_template_beside_its_module_counts(project: Path) -> None:
    write(project / "scripts" / "bonescint" / "part" / "leaf.py", "X = 'page.html.j2'\n")
    assert read_by(project, "from bonescint.part import leaf") == {
        "part/leaf.py",
        "part/page.html.j2",
    }


def test_other_words_are_no_files(project: Path) -> None:
    assert read_by(project, "X = ['flow', 'README.md', 'opt_out', 'text', '', '.', 'x/y']") == set()


@pytest.mark.parametrize(
    "text",
    [
        "X = 1  # a comment\n\n",
        "\n\nX = (1)\n",
        '"""A docstring."""\n\nX = 1\n',
    ],
)
def test_comments_layout_and_docstrings_do_not_count(project: Path, text: str) -> None:
    script, module = "from bonescint.part.leaf import X", project / "scripts/bonescint/part/leaf.py"
    before = digest(project, script)
    write(module, text)
    assert digest(project, script) == before
    write(module, "X = 2\n")
    assert digest(project, script) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("X = 1", "X = 1.0"),
        ("X = None", "X = ''"),
        ("X = f(1)", "X = f()(1)"),
        ("X = [a, [b]]", "X = [a, b, []]"),
        ("def f(a, b=1): pass", "def f(a=1, b=1): pass"),
        ("async def f(): pass", "def f(): pass"),
        ("X = a < b", "X = a > b"),
        ("def f():\n    'text'\n    return 1", "def f():\n    return 1, 'text'"),
        ("X = f'{a!r}'", "X = f'{a}'"),
        ("match a:\n    case None: b", "match a:\n    case False: b"),
    ],
)
def test_every_statement_counts(project: Path, one: str, other: str) -> None:
    assert digest(project, one) != digest(project, other)


def test_a_parsed_file_is_not_parsed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    script = "from bonescint.part.leaf import X\nY = 'resources/new.csv'"
    before = digest(project, script)
    forget()
    with monkeypatch.context() as patch:
        patch.setattr(provenance.ast, "parse", pytest.fail)
        assert code_digest(SCRIPT) == before
    # a file that the same text names since
    write(project / "resources" / "new.csv", "a\n")
    forget()
    assert code_digest(SCRIPT) != before


def test_a_digest_does_not_depend_on_the_folder(project: Path, tmp_path_factory) -> None:
    (project / "scripts" / "bonescint" / "part" / "leaf.py").write_text("X = 'page.html.j2'\n")
    before = digest(project, "from bonescint.top import f\nX = Texts('flow', 'ja')")
    moved = tmp_path_factory.mktemp("moved") / "project"
    project.rename(moved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "ROOT", moved)
        patch.setattr(provenance, "_PACKAGE", moved / "scripts" / "bonescint")
        forget()
        assert code_digest(SCRIPT) == before
        # a wheel puts the package beside the rest
        package = moved.parent / "bonescint"
        (moved / "scripts" / "bonescint").rename(package)
        patch.setattr(provenance, "_PACKAGE", package)
        forget()
        assert code_digest(SCRIPT) == before


# of the project itself

SCRIPTS = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (ROOT / "scripts").glob("*/*.py")
    if file.parent.name != "bonescint"
)


ANSWER = "scripts/questions/answer_question.py"


def test_every_script_rule_has_the_digest_of_its_script() -> None:
    found = []
    for file in sorted((ROOT / "rules").rglob("*.smk")):
        for rule in re.split(r"(?m)^(?=rule |checkpoint )", file.read_text(encoding="utf-8"))[1:]:
            for script in re.findall(r'"\.\./(scripts/[\w/]+\.py)"', rule):
                # a workflow that uses this rule gives it the digest with its own module
                used = "rules/common.smk" if file.name == "answer_question.smk" else file
                text = (ROOT / used).read_text(encoding="utf-8") if used != file else rule
                assert re.search(rf'code"?\]? ?= ?code_digest\(\s*"{script}"[,)]', text), script
                found.append(script)
    assert sorted(set(found)) == SCRIPTS


def test_the_digest_of_a_question_is_its_own() -> None:
    files = {name: code_files(ANSWER, f"bonescint.questions.{name}") for name in known()}
    for name, found in files.items():
        own = f"scripts/bonescint/questions/{name}.py"
        assert own in found
        assert [file for file in found if "/bonescint/questions/" in file] == [own]
    assert len({code_digest(ANSWER, f"bonescint.questions.{name}") for name in known()}) > 16
    # a script that shows them depends on their declarations and words
    shown = code_files("scripts/outputs/write_report.py")
    assert {"questions:QUESTION", "resources/text/questions/accuracy.csv"} <= set(shown)


def test_every_data_file_is_read_by_a_script_or_known_not_to_be() -> None:
    read = {name for script in SCRIPTS for name in code_files(script)}
    read |= {name for one in known() for name in code_files(ANSWER, f"bonescint.questions.{one}")}
    data = {
        file.relative_to(ROOT).as_posix()
        for folder in ("resources", "schemas")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
    }
    assert data - read == {
        "resources/tag_table.csv",  # named by config.yaml, counts by its stamp
        "resources/text/overview.csv",  # the rules' own, for the page of `snakemake --report`
        "schemas/config.schema.yaml",  # checked before there is a job
        # what `bonescint new` writes
        "resources/new/README.md.j2",
        "resources/new/demonstration.md.j2",
        "resources/new/Snakefile",
        "resources/new/config.yaml.j2",
        "resources/new/gitignore",
        "resources/new/profile.yaml",
        "resources/new/software.csv",
        "resources/text/new.csv",
        "resources/text/upgrade.csv",
        "resources/text/configuration.csv",  # of the document about it
        # words of commands, of a failing job and of the run itself
        "resources/text/archive.csv",
        "resources/text/audit.csv",
        "resources/text/backup.csv",
        "resources/text/bundle.csv",
        "resources/text/check.csv",
        "resources/text/cluster.csv",
        "resources/text/commands.csv",
        "resources/text/committee.csv",
        "resources/text/decisions.csv",
        "resources/text/doctor.csv",
        "resources/text/endings.csv",
        "resources/text/extract.csv",
        "resources/text/incidents.csv",
        "resources/text/ledger.csv",
        "resources/text/listing.csv",
        "resources/text/paths.csv",
        "resources/text/plan_sample.csv",
        "resources/text/record.csv",
        "resources/text/rules.csv",
        "resources/text/seal.csv",
        "resources/text/study.csv",
        "resources/text/surroundings.csv",
        "resources/text/table_map.csv",
        "resources/text/verify.csv",
        "resources/header_hints.csv",
    }


# they read what they are told to; the catalogue names the folder that it reads
NAMES = ("resources", "declared", "catalogue", "registered")
GENERAL = {f"scripts/bonescint/{name}.py" for name in NAMES}


def test_what_scripts_import_names_its_data_as_literals() -> None:
    """A name put together at run time, or given on, would be missed."""
    naming = {*provenance._NAMED_BY, "resource_rows"}
    for name in {name for script in SCRIPTS for name in code_files(script)}:
        if not name.endswith(".py") or name in GENERAL:
            continue
        nodes = list(ast.walk(ast.parse((ROOT / name).read_bytes())))
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        here = naming & {alias.name for node in froms for alias in node.names}
        named: list[str] = []
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name(id=function), args=[first, *_]) if function in here:
                    assert isinstance(first, ast.Constant), (name, node.lineno)
                    named.append(function)
                case ast.Name(id=function) if function in here - {"Texts"}:
                    named.remove(function)  # a call is met before the name in it
        assert set(named) <= {"Texts"}, name


def test_packages_only_hand_on_or_hold_constants() -> None:
    """Those on the way to a module are not followed: importing them must do nothing."""
    for file in (ROOT / "scripts" / "bonescint").rglob("__init__.py"):
        for node in ast.parse(file.read_bytes()).body:
            assert isinstance(node, ast.Import | ast.ImportFrom | ast.Assign) or (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            ), file
