"""Checks the whole configuration and reports all faults at once, before anything runs."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.config_form import faults_of_form
from bonescint.config_hypotheses import wrong_hypotheses
from bonescint.config_questions import wrong_subgroups
from bonescint.config_values import entries_of, wrong_builtin, wrong_values
from bonescint.config_words import preceding_study
from bonescint.errors import InputError
from bonescint.identity.opt_out_lists import LARGEST_SHARE
from bonescint.identity.study import StudyMark
from bonescint.names.ids import ANY_ID
from bonescint.resources import Texts, locate
from bonescint.tables.metric_columns import metric_values, metrics_of_entry
from bonescint.tables.repeats import AGAIN
from bonescint.text.drives import wsl_path
from bonescint.text.folding import fold_header
from bonescint.text.given_paths import path_hint, wrong_kinds

DEMO = "demo/"
# no identifier may be below these, and no ledger (R16)
CODED_SIDE = ("results", "logs", ".snakemake")
CODED_IMAGES = Path("results/dicom")
LEDGER_HEAD = "private/ledger.head"
PURGED = Path("results/purge.json")  # records that nothing is left of patients who declined
# defaults of `metrics`: all questions, no primary hypothesis, no margin, no subgroup, nothing fixed
# beforehand
_METRICS = {
    "questions": None,
    "primary": None,
    "families": {},
    "margins": {},
    "protocol": None,
    "values": None,
    "matched_specificity": [0.9],
    "partial_auc": {"specificity": [0.8, 1.0]},
    "plan": None,
    "optimism": {"replicates": 2000, "seed": 20190601},
    "subgroups": None,
}
# settings on how a table is read, where the defaults do not apply
_LAYOUT = ("sheet", "header_row", "encoding", "columns", "limits")
# defaults of `inputs.opt_out`
_OPT_OUT = {"ids_only": False, "largest_share": LARGEST_SHARE}


def check_config(config: Mapping[str, Any], files: bool = True) -> None:
    """Check a configuration against its schema, itself and, if asked, the files that it names.

    Raises
    ------
    InputError
        One sentence for each fault: the key's path, what is wrong, what is allowed.
    """
    language = config.get("language")
    text = Texts("config", language if language in ("ja", "en") else "ja")
    problems = list(faults_of_form(config, text))
    # "required" gives one error for each key, and each of them names all keys
    problems = list(dict.fromkeys(problems)) or list(_contradictions(config, text, files))
    if problems:
        raise InputError(problems)


def _contradictions(config: Mapping[str, Any], text: Texts, files: bool) -> Iterator[str]:
    yield from _dates(config, text)
    yield from _software(config, text)
    if "participants" in config["inputs"] and not preceding_study(config["study"]):
        yield text("no_preceding")  # R5
    yield from wrong_values(config, text)
    yield from wrong_subgroups(config, text)
    for where, entry in _tables(config).items():
        headers = [fold_header(one) for one in (entry.get("columns") or {}).values() if one]
        if len(headers) > len(set(headers)):
            yield text("same_header", where=f"{where}.columns")
    for key in config["software"].keys() & entries_of(config, "readers").keys():
        yield text("same_key", key=key)
    yield from wrong_hypotheses(config, metrics(config), text)
    for where, path in inputs(config).items():
        base, _, key = where.rpartition(".")
        first = "export" if key == "second_operator" else key.partition("_")[2]
        if inputs(config).get(f"{base}.{first}") == path:
            yield text("same_repeat" if key in AGAIN else "same_file", where=where, path=path)
    demo = uses_demo(config)
    if demo and "demo" not in config:
        yield text("missing_key", where=text("top_level"), key="demo", wanted="")
    for where, path in inputs(config).items():
        if files and not path.startswith(DEMO):
            yield from unusable(where, path, text)
    if not locate(config["deidentification"]["tag_table"]).exists():
        path = config["deidentification"]["tag_table"]
        yield _absent("deidentification.tag_table", path, text)
    if kept := config["deidentification"].get("keep_private"):
        # load pydicom only for studies with such decisions
        from bonescint.deid.keep_private import load_kept

        try:
            load_kept(kept)
        except InputError as error:
            yield from error.problems
    own = config["deidentification"].get("vocabulary")
    if own and Path(own).is_file():
        from bonescint.deid.own_vocabulary import read_terms

        try:
            read_terms(Path(own))
        except InputError as error:
            yield from error.problems
    yield from wrong_kinds(_paths(config), text.language)
    if demo and not config["study"]["synthetic"]:
        keys = [key for key, path in inputs(config).items() if path.startswith(DEMO)]
        yield text("demo_is_synthetic", keys=", ".join(keys))
    try:
        re.compile(patient_id_pattern(config))
    except re.error:
        yield text("no_pattern", where="inputs.patient_id_pattern")
    for key, path in config["ledger"].items():
        if path and wsl_path(path):
            # otherwise a file of that name would be made in the study's folder
            yield _absent(f"ledger.{key}", path, text)
        elif path and Path(path).parts[0] in CODED_SIDE:  # R16
            yield text("ledger_place", where=f"ledger.{key}", path=path)


def _tables(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    lists = {f"inputs.{key}": list_layout(config, key) for key in config["inputs"]}
    return {
        f"{area}.{key}": entry
        for area in ("software", "readers")
        for key, entry in entries_of(config, area).items()
    } | lists


def _paths(config: Mapping[str, Any]) -> dict[str, str | None]:
    """Return every path of the configuration: path of the key -> path."""
    found = inputs(config) | {f"ledger.{key}": path for key, path in config["ledger"].items()}
    found["deidentification.tag_table"] = str(locate(config["deidentification"]["tag_table"]))
    disc = config["delivery"].get("disc", {})
    return found | {"delivery.disc.passphrase_file": disc.get("passphrase_file")}


def unusable(where: str, path: str, text: Texts) -> Iterator[str]:
    """Yield why an input cannot be read, because Snakemake checks only the inputs of rules.

    Parameters
    ----------
    where, path
        The key's path in the configuration, and the path that it names.
    text
        The texts on faults of the configuration.
    """
    yield from (f"{said}{path_hint(path, text.language)}" for said in _unread(where, path, text))


def _unread(where: str, path: str, text: Texts) -> Iterator[str]:
    try:
        if Path(path).is_dir():
            os.scandir(path).close()
        else:
            Path(path).open("rb").close()
    except FileNotFoundError:
        yield _absent(where, path, text)
    except OSError as error:
        yield text("no_access", where=where, path=path, why=os.strerror(error.errno or 0))


def _absent(where: str, path: str, text: Texts) -> str:
    there = wsl_path(path)
    return text("drive" if there else "no_file", where=where, path=path, there=there)


def _dates(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    dates = [("study.period_end", config["study"]["period_end"])]
    if published := config["study"].get("publication_date"):
        dates.append(("study.publication_date", published))
    if approved := (config["study"].get("approval") or {}).get("date"):
        dates.append(("study.approval.date", approved))
    if protocol := metrics(config)["protocol"]:
        dates.append(("metrics.protocol.date", protocol["date"]))
        if protocol["date"] > date.today().isoformat():
            yield text("future", where="metrics.protocol.date", value=protocol["date"])
    dates += [(f"cohort.{key}", config["cohort"][key]) for key in ("exam_from", "exam_to")]
    dates += [
        (f"software.{k}.released", s["released"]) for k, s in entries_of(config, "software").items()
    ]
    for where, value in dates:
        try:
            date.fromisoformat(value)
        except ValueError:
            yield text("no_date", where=where, value=value)
    if config["cohort"]["exam_from"] > config["cohort"]["exam_to"]:
        yield text("window")


def _software(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    yield from wrong_builtin(config, text)
    versions: dict[tuple[str, str], str] = {}
    for key, entry in entries_of(config, "software").items():
        same = versions.setdefault((entry["product"], entry["version"]), key)
        if same != key:
            yield text("same_version", a=same, b=key)


def inputs(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the configuration's input files and folders: path of the key -> path."""
    found = {
        f"inputs.{key}": _file_of(given)
        for key, given in config["inputs"].items()
        if given and key != "patient_id_pattern"
    }
    for area, key in (("delivery", "staff_names"), ("deidentification", "vocabulary")):
        if path := config[area].get(key):
            found[f"{area}.{key}"] = path
    for area, name in (("software", "export"), ("readers", "report")):
        for key, entry in entries_of(config, area).items():
            found |= {
                f"{area}.{key}.{field}": entry[field]
                for field in (name, f"second_{name}")
                if entry.get(field)
            }
            again = {field: entry.get(field) for field in AGAIN}
            found |= {f"{area}.{key}.{k}": _file_of(given) for k, given in again.items() if given}
    selection = config.get("cohort", {}).get("selection")
    if isinstance(selection, Mapping) and (listed := selection.get("list")):
        found["cohort.selection.list"] = _file_of(listed)
    if path := montage_list(config):
        found["figures.montage.cases"] = path
    return found


def montage_list(config: Mapping[str, Any]) -> str:
    """Return the file that lists the cases of the montage, empty where a rule chooses them.

    It is a file because Snakemake records the configuration. A code in it would stay in these
    records when its patient declines.
    """
    cases = ((config.get("figures") or {}).get("montage") or {}).get("cases", "first")
    return "" if cases in ("first", "discordant") else str(cases)


def _file_of(given: Any) -> str:
    """Return the path of a table that is configured as a path or as a mapping."""
    return str(given["file"] if isinstance(given, Mapping) else given)


def list_layout(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return how a list of `inputs` is read: its configured sheet, header_row and others."""
    given = config["inputs"].get(name)
    return {k: given[k] for k in _LAYOUT if k in given} if isinstance(given, Mapping) else {}


def same_tables(
    config: Mapping[str, Any], stamps: Mapping[str, str]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return entry -> other entries of its kind whose file has the same content -> their layout.

    The import can tell whether both read the same sheet and columns of it.

    Parameters
    ----------
    config
        The configuration.
    stamps
        Path of the key, as `inputs` has it -> a stamp that is equal for equal contents.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for area in ("software", "readers"):
        tables: dict[str, set[str]] = {}
        for where, stamp in stamps.items():
            if where.startswith(f"{area}."):
                tables.setdefault(where.rpartition(".")[0], set()).add(stamp)
        for entry, contents in tables.items():
            others = [one for one, of in tables.items() if one != entry and contents & of]
            found[entry] = {
                one: {k: v for k, v in config[area][one.partition(".")[2]].items() if k in _LAYOUT}
                for one in others
            }
    return found


def opt_out_file(config: Mapping[str, Any]) -> str:
    """Return the path of the hospital's list of opt-outs."""
    return inputs(config)["inputs.opt_out"]


def opt_out_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the list of opt-outs is read and applied: ``ids_only``, ``largest_share``."""
    named = config["inputs"]["opt_out"]
    given = named if isinstance(named, Mapping) else {}
    return {key: given.get(key, default) for key, default in _OPT_OUT.items()}


def patient_id_pattern(config: Mapping[str, Any]) -> str:
    """Return the pattern of a patient ID, for `bonescint.names.ids.is_patient_id`."""
    return str(config["inputs"].get("patient_id_pattern") or ANY_ID)


def metrics(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the statistics, with defaults for keys that are not configured."""
    settings: dict[str, Any] = _METRICS | config["metrics"]
    return settings | {"values": metric_values(settings["values"])}


def settings_of_questions(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `metrics` with the offsets of ratios apart, and without the labels of families.

    Only one question reads the offsets, and none reads a label. So a change of these makes nothing
    else run again.
    """
    settings = metrics(config)
    values = {metric: dict(said) for metric, said in settings["values"].items()}
    offsets = {metric: said.pop("offsets") for metric, said in values.items()}
    families = {
        family: {name: measures for name, measures in tested.items() if name != "label"}
        for family, tested in settings["families"].items()
    }
    return settings | {"values": values, "offsets": offsets, "families": families}


def study_mark(config: Mapping[str, Any]) -> StudyMark:
    """Return the mark that distinguishes this study from others."""
    return {"id": config["study"]["id"], "synthetic": config["study"]["synthetic"]}


def ledger_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `bonescint.identity.ledger.open_ledger` for this study.

    The record of the ledger's last use stays with the study. It shows if the ledger is on a medium
    that is not connected, is an older copy, or belongs to another study.
    """
    given = {key: path for key, path in config["ledger"].items() if path}
    return given | {"head": LEDGER_HEAD, "study": study_mark(config)}


def reviewers(config: Mapping[str, Any]) -> int:
    """Return how many persons must agree on a decision."""
    return int(config.get("review", {}).get("reviewers", 1))


def uses_demo(config: Mapping[str, Any]) -> bool:
    """Return whether any input is one of the demonstration's."""
    return any(path.startswith(DEMO) for path in inputs(config).values())


def software(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the coded side needs of each software: label, product, version, tracer, release.

    The metrics are included, in their order. With simulated data, each label says so, because it
    must not be read as a real product's.
    """
    values = metrics(config)["values"]
    mark = " (simulated)" if config["study"]["synthetic"] else ""
    return {
        key: {
            "label": f"{entry['product']} {entry['version']}{mark}",
            "product": entry["product"],
            "version": entry["version"],
            "tracer": entry["tracer"],
            "released": entry["released"],
            "metrics": metrics_of_entry(values, key, entry),
        }
        for key, entry in entries_of(config, "software").items()
    }
