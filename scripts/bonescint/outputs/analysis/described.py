"""What each column of the tables for a statistician means, and its possible values."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

from bonescint.catalogue import catalogue
from bonescint.declared import DeclaredColumn
from bonescint.resources import Texts, resource_rows
from bonescint.tables.metric_columns import metric_name

Meanings = dict[str, dict[str, str]]  # value -> language -> what it means
LANGUAGES = ("ja", "en")
_OF_CASE = (
    "code", "tracer", "study_date", "sex", "age", "height_cm", "weight_kg", "station_name", "views",
)  # fmt: skip
_OF_CONSENSUS = (
    "n_readers", "n_positive", "metastasis", "n_metastases", "eod", "unanimous", "status",
)  # fmt: skip
_OF_READING = ("metastasis", "n_metastases", "eod", "status")


class AnalysedStudy(NamedTuple):
    """What the configuration says about the study whose tables are analysed."""

    # software key to ``label``, ``tracer`` and ``metrics``, among others
    software: Mapping[str, Mapping[str, Any]]
    readers: Mapping[str, str]  # reader key to the reader's name
    # the study's metrics (`bonescint.tables.metric_columns.metric_values`)
    metrics: Mapping[str, Mapping[str, Any]]
    cutoffs: Sequence[Mapping[str, Any]]  # ``metric`` and ``value`` each
    version_pairs: Sequence[Sequence[str]]  # software keys [old, new] of the same cases
    confidence: float
    title: str
    language: str
    synthetic: bool

    @property
    def tracers(self) -> list[str]:
        """The study's tracers, each once."""
        return list(dict.fromkeys(str(one["tracer"]) for one in self.software.values()))


class WideColumn(NamedTuple):
    """A column of the table with one row for each case."""

    about: DeclaredColumn  # name, kind, unit, meaning and values
    form: str  # its group: ``case``, ``reference``, ``readers`` or ``software``
    # the source of its value: the key of the reader or the software (empty for none), and the
    # column or metric there
    source: tuple[str, str]


def wide_columns(study: AnalysedStudy) -> list[WideColumn]:
    """Return the columns of the table with one row for each case."""
    found = [WideColumn(one, "case", ("", one.column)) for one in _some("cases", _OF_CASE)]
    if study.readers:
        found += [
            _named("consensus", "reference", ("", one.column), one)
            for one in _some("reference", _OF_CONSENSUS)
        ]
    for key, name in study.readers.items():
        called = {language: f"{name}: " for language in LANGUAGES}
        found += [
            _named(key, "readers", (key, one.column), one, called)
            for one in _some("readings", _OF_READING)
        ]
    for key, software in study.software.items():
        called = {language: f"{software['label']}: " for language in LANGUAGES}
        measured = [_measured(metric, study) for metric in software["metrics"]]
        found += [
            _named(key, "software", (key, one.column), one, called)
            for one in (*measured, *_some("software", ["status"]))
        ]
    return found


def meanings(column: DeclaredColumn, study: AnalysedStudy) -> Meanings:
    """Return the possible values of a column; none where any value is possible."""
    room, _, name = column.values.partition(".")
    if room == "text":
        return _words(name)
    if room == "study":
        return _of_study(name, study)
    return _lists().get(column.values, {})


def declared_in(table: str, study: AnalysedStudy) -> tuple[DeclaredColumn, ...]:
    """Return the columns of a declaration as this study has them.

    `table` is a file of resources/tables without its ending. The study's tracers may be columns.
    """
    columns = _columns(table)
    if table != "flow":
        return columns
    usual = next(one for one in columns if one.column == "MDP")
    others = [one for one in columns if one.kind != "count" or one.column in ("files", "patients")]
    own = [
        usual._replace(column=tracer, ja=f"{tracer} で検査した人数", en=f"patients with {tracer}")
        for tracer in study.tracers
    ]
    return (*others, *own)


def _of_study(name: str, study: AnalysedStudy) -> Meanings:
    if name == "software":
        return {key: dict.fromkeys(LANGUAGES, one["label"]) for key, one in study.software.items()}
    if name == "readers":
        return {key: dict.fromkeys(LANGUAGES, called) for key, called in study.readers.items()}
    if name == "metrics":
        return {key: _metric_names(key, study) for key in study.metrics}
    return {tracer: dict.fromkeys(LANGUAGES, tracer) for tracer in study.tracers}


@cache
def _lists() -> dict[str, Meanings]:
    found: dict[str, Meanings] = {}
    for row in resource_rows("values.csv"):
        said = {language: row[language] for language in LANGUAGES}
        found.setdefault(row["list"], {})[row["value"]] = said
    return found


@cache
def _words(area: str) -> Meanings:
    """Return the words of an area that have no fields except the offset of a ratio."""
    # with literal names, the provenance record can tell which files a stage reads
    texts = {
        language: Texts("flow", language) if area == "flow" else Texts("metrics", language)
        for language in LANGUAGES
    }
    found: Meanings = {}
    for key in texts["en"]:
        with suppress(KeyError, IndexError):
            found[key] = {language: texts[language](key, offset="c") for language in LANGUAGES}
    return found


@cache
def _columns(table: str) -> tuple[DeclaredColumn, ...]:
    return next(one.columns for one in catalogue() if one.parts == (table,))


def _some(table: str, names: Sequence[str]) -> list[DeclaredColumn]:
    by_name = {one.column: one for one in _columns(table)}
    return [by_name[name] for name in names]


def _named(
    key: str,
    form: str,
    source: tuple[str, str],
    column: DeclaredColumn,
    called: Mapping[str, str] | None = None,
) -> WideColumn:
    called = called or dict.fromkeys(LANGUAGES, "")
    about = column._replace(
        column=f"{key}_{column.column}",
        ja=called["ja"] + column.ja,
        en=called["en"] + column.en,
    )
    return WideColumn(about, form, source)


def _metric_names(key: str, study: AnalysedStudy) -> dict[str, str]:
    return {
        language: metric_name(key, study.metrics[key], language) or Texts("metrics", language)(key)
        for language in LANGUAGES
    }


def _measured(key: str, study: AnalysedStudy) -> DeclaredColumn:
    metric = study.metrics[key]
    kind = "count" if metric["kind"] == "count" else "measure"
    return DeclaredColumn(key, kind, metric["unit"], **_metric_names(key, study))
