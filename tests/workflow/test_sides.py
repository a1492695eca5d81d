"""Two sides, one door: read from the DAG itself."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from bonescint.questions import known
from tests.workflow.runner import ROOT, snakemake

IDENTIFIED = {"demo", "ingest", "cohort", "anonymize", "imports", "review", "custody"}


# an ordinary rule, or that of a question
RULE = re.compile(
    r"^(?:rule|checkpoint|use rule answer_question from asking as) (\w+)(?: with)?:\n"
    r"(.*?)(?=^\S|\Z)",
    re.M | re.S,
)


# rules that only ask for outputs of other rules
# a further table of the same cases is read by the script of the first
READ_LIKE = {"import_repeat": "import_software", "import_second_reading": "import_readings"}
TARGETS = ("deliver", "review", "figures", "tables", "paper")


def rules() -> Iterator[tuple[str, str, str]]:
    """Yield stage, name and text of every rule."""
    for path in (ROOT / "rules").rglob("*.smk"):
        of_questions = path.parent.name == "questions" or path.stem == "answer_question"
        for name, body in RULE.findall(path.read_text()):
            stage = "outputs" if path.stem in ("analysis", "paper") else path.stem
            yield "questions" if of_questions else stage, name, body


def rule_files() -> dict[str, str]:
    """Return rule -> the stage it belongs to."""
    return {name: stage for stage, name, _ in rules()}


def test_only_the_identified_stages_name_a_path_under_private(finished: Path) -> None:
    printed = snakemake(finished, "-n", "--forceall", "all", "deliver")
    stage = rule_files()
    blocks = re.split(r"^(?:local)?(?:rule|checkpoint) ", printed, flags=re.M)[1:]
    assert len(blocks) > 20
    named = set()
    for block in blocks:
        rule = block.split(":", 1)[0]
        paths = re.findall(r"^\s+(?:input|output): (.*)$", block, re.M)
        if any("private/" in line or "demo/" in line for line in paths):
            named.add(rule)
    assert named
    for rule in named:
        if stage[rule] == "delivery":
            inputs = re.findall(r"private/\S+", " ".join(paths_of(blocks, rule)))
            assert {p.rstrip(",") for p in inputs} <= {
                "private/findings.csv",
                "private/review/decisions.tsv",
            }
        else:
            assert stage[rule] in IDENTIFIED, rule


def test_the_same_holds_for_the_paths_that_are_params(finished: Path) -> None:
    stage = rule_files()
    allowed = IDENTIFIED | {"delivery"}
    named: dict[str, set[str]] = {}
    for record in (finished / ".snakemake" / "metadata").rglob("*"):
        if record.is_file():
            said = json.loads(record.read_text())
            named.setdefault(said["rule"], set()).update(paths_in(said["params"]))
    assert len(named) > 20
    assert {"demo/dicom", "demo/opt_out.csv"} <= named["index_dicom"] | named["filter_opt_out"]
    for rule, paths in named.items():
        if any(path.startswith(("private/", "demo/")) for path in paths):
            assert stage[rule] in allowed, rule
        if stage[rule] == "delivery":
            assert paths <= {"private/review/decisions.tsv"}


def paths_in(params: list[str]) -> set[str]:
    """Return what of a job's params names files: texts and lists of texts.

    Mappings are settings: a digest is made of the whole configuration, the ledger is encrypted.
    """
    values = [ast.literal_eval(param) for param in params]
    texts = [v for value in values for v in (value if isinstance(value, list) else [value])]
    return {text for text in texts if isinstance(text, str) and "/" in text}


def paths_of(blocks: list[str], rule: str) -> list[str]:
    return [
        line
        for block in blocks
        if block.startswith(f"{rule}:")
        for line in re.findall(r"^\s+(?:input|output): (.*)$", block, re.M)
    ]


def test_every_rule_has_a_docstring_a_log_and_its_script() -> None:
    for stage, name, body in rules():
        assert body.lstrip().startswith('"""'), name
        if name not in (*TARGETS, *known()):
            script = f"scripts/{stage}/{READ_LIKE.get(name, name)}.py"
            assert f'"../{script}"' in body
            assert (ROOT / script).exists()
        if name not in (*TARGETS, "answer_question"):
            assert f'"logs/{name}' in body
    assert set(known()) < set(rule_files())
