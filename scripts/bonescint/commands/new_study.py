"""What `bonescint new` writes: configuration, workflow, profile, empty tables, a README."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import yaml

from bonescint.commands.input_tables import InputTable, find_table
from bonescint.commands.table_template import template_headers, write_template
from bonescint.config_form import CONFIG_VERSION, open_keys
from bonescint.errors import InputError
from bonescint.files import give_mode, replacing
from bonescint.resources import RESOURCES, ROOT, Texts, both, resource_rows
from bonescint.tables.metric_columns import metric_values
from bonescint.text.drives import wsl_path

_TEMPLATES = RESOURCES / "new"
_COPIED = {
    "Snakefile": "Snakefile",
    "profiles/default/profile.yaml": "profile.yaml",
    ".gitignore": "gitignore",
}
_RENDERED = {"config.yaml": "config.yaml.j2", "README.md": "README.md.j2"}


def place_of_study(typed: str) -> Path:
    r"""Return where the new folder goes, from its path as a person typed it.

    Raises
    ------
    InputError
        If something is there already, if it lies in the program's or another study's folder, or
        nowhere; in both languages, because none is chosen yet.
    """
    if there := wsl_path(typed):
        raise InputError(both("new", "drive", path=typed, there=there))
    try:
        folder = Path(typed).resolve()
        wrong = _in_the_way(folder)
    except OSError as error:
        raise InputError(_not_written(typed, error)) from None
    if wrong:
        raise InputError(both("new", wrong, path=folder, parent=folder.parent))
    return folder


def _in_the_way(folder: Path) -> str | None:
    """Return why a study cannot be put into a folder, as a key of a text."""
    if folder == ROOT or ROOT in folder.parents:
        return "in_program"
    for parent in folder.parents:
        if (parent / "Snakefile").exists() and (parent / "config.yaml").exists():
            return "in_study"
    if folder == Path.cwd():
        return "here"  # the new folder is renamed into place: the shell would stay in the old one
    if folder.exists():
        if not folder.is_dir():
            return "file"
        return "not_empty" if any(folder.iterdir()) else None
    return None if folder.parent.is_dir() else "no_parent"


def _not_written(path: object, error: OSError) -> str:
    return both("new", "not_written", path=path, reason=os.strerror(error.errno or 0))


def known_software() -> dict[str, dict[str, str]]:
    """Return name -> product, version (empty where each hospital has its own) and tracer."""
    return {row["name"]: row for row in resource_rows("new/software.csv")}


def write_study(folder: Path, answers: Mapping[str, Any], text: Texts) -> list[str]:
    """Write the study, whole or not at all, and return the keys that have no value yet.

    Of the answers, those that are not known are None.

    Raises
    ------
    InputError
        If it cannot be written; then nothing is there.
    """
    with _whole(folder) as unfinished:
        return _fill(unfinished, answers, text)


def write_demonstration(folder: Path, text: Texts) -> None:
    """Write a folder that runs the simulated demonstration, whole or not at all.

    Its outputs are in the language of the words.

    Raises
    ------
    InputError
        As for `write_study`.
    """
    config = (ROOT / "config.yaml").read_text(encoding="utf-8")
    config = re.sub(r"(?m)^language: \w+", f"language: {text.language}", config, count=1)
    with _whole(folder) as unfinished:
        readme = _words().get_template("demonstration.md.j2").render(language=text.language)
        _write(unfinished, {"config.yaml": config, "README.md": readme})


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Yield a folder to fill, which then gets its name. If something fails, nothing is there."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(mode=0o700)
        yield temporary
        for path in temporary.rglob("*"):
            give_mode(path, 0o700 if path.is_dir() else 0o600)
        temporary.rename(folder)
    except OSError as error:
        raise InputError(_not_written(folder, error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _words() -> jinja2.Environment:
    words = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML and Markdown
    )
    # JSON is YAML, and its quotes keep a text a text
    words.filters["value"] = lambda value: json.dumps(value, ensure_ascii=False)
    return words


def _write(folder: Path, written: Mapping[str, str]) -> None:
    """Write these files, and those that every study has."""
    copied = {name: (_TEMPLATES / of).read_text(encoding="utf-8") for name, of in _COPIED.items()}
    for name, content in {**written, **copied}.items():
        with replacing(folder / name) as stream:
            stream.write(content)


def _fill(folder: Path, answers: Mapping[str, Any], text: Texts) -> list[str]:
    values = _values(answers)
    words = _words()
    written = {name: words.get_template(of).render(values) for name, of in _RENDERED.items()}
    _write(folder, written)
    (folder / "inputs" / "dicom").mkdir(parents=True)
    config = yaml.safe_load(written["config.yaml"])
    lists = [name for name in ("participants", "opt_out") if name in config["inputs"]]
    for name in (*lists, *config["software"], *config["readers"]):
        table = find_table(config, name, text)
        write_template(folder / str(table.file), table, config)
    return open_keys(config)


def _values(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates are filled with."""
    known = known_software()
    language = answers["language"]
    readers: Sequence[str] = [f"reader{n}" for n in range(1, answers["readers"] + 1)]
    return {
        **answers,
        "config_version": CONFIG_VERSION,
        "targets": answers["targets"] or [None] * 4,
        "readers": readers,
        "software": [_entry(known[name], language) for name in answers["software"]],
        "examples": [_entry(row, language) for row in known.values()],
    }


def _entry(row: Mapping[str, str], language: str) -> dict[str, Any]:
    table = InputTable("software", row["name"], "software_export", row, "", None, None)
    values = metric_values()
    headers = template_headers(table, values, language)
    # the columns that config.yaml must name; the others are found by the schema's headers
    named = {"key": headers["patient_id"]} | {key: headers[key] for key in values if key in headers}
    columns = [f"{key}: {json.dumps(one, ensure_ascii=False)}" for key, one in named.items()]
    return {**row, "version": row["version"] or None, "columns": f"{{{', '.join(columns)}}}"}
