"""The record of a run's inputs and settings, with keys and values in words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.resources import Texts

# settings whose values are keys, by the last part of their names
_MEASURES = ("measure", "metric", "metrics")
_WHO = ("subject", "comparator")
# parts of the record that concern readings only
_OF_READINGS = (
    "metrics.cutoffs", "metrics.margins", "metrics.matched_specificity", "metrics.optimism",
    "metrics.partial_auc", "metrics.plan", "metrics.primary", "metrics.subgroups",
    "metrics.values.*.positive", "reference",
)  # fmt: skip


def record_in_words(record: Mapping[str, Any], labels: Labels) -> list[Row]:
    """Return results/provenance.json as rows ``key`` and ``value``. The file has the raw keys.

    The record has the tables' hashes (`bonescint.outputs.results.read_results`).
    """
    return list(_RecordWords(labels, record.get("tables_sha256", {})).rows(record))


class _RecordWords:
    """The words of one record. A key without a word is shown unchanged."""

    def __init__(self, labels: Labels, tables: Collection[str]) -> None:
        self._labels, self._tables = labels, tables
        self._words = Texts("provenance", labels.language)
        # the keys below these are named by the study, so their words come from its labels
        self._named: dict[str, Callable[[str], str]] = {
            "software": labels.software,
            "metrics.families": labels.family,
            "metrics.families.*": self._question,
            "metrics.values": labels.word,
            "metrics.margins": labels.word,
            "metrics.plan": labels.word,
        }

    def rows(self, record: Mapping[str, Any]) -> Iterator[Row]:
        """Yield the rows in the record's order."""
        for key, value in record.items():
            if key == "analysis":  # it has no title of its own, only its parts have
                yield from self.rows(value)
            elif key == "inputs":
                yield from map(self._input, value)
            else:
                yield from self._below(value, key, [self._word("", key)])

    def _below(self, value: Any, path: str, titles: list[str]) -> Iterator[Row]:
        if path in _OF_READINGS and not self._labels.has("readers"):
            return
        if path == "reference.eod" and not self._labels.has("eod"):
            return
        if path.endswith(".label") and isinstance(value, Mapping):
            value = value.get(self._labels.language, "")
        if isinstance(value, Mapping):
            for key, one in value.items():
                known = f"{path}.{key}" in self._words
                below = f"{path}.{key}" if known else f"{path}.*"
                word = self._word(path, key)
                # a family without a label has its question's title, which is not repeated
                yield from self._below(one, below, titles if word in titles else [*titles, word])
        elif value not in ("", [], *titles):  # a label that equals its title adds nothing
            yield {"key": ": ".join(titles), "value": self._value(path, value)}

    def _word(self, path: str, key: str) -> str:
        whole = f"{path}.{key}" if path else key
        if whole in self._words:
            return self._words(whole)
        return self._named.get(path, str)(key)

    def _value(self, path: str, value: Any) -> str:
        name, words = path.rpartition(".")[2], self._words
        if path == "metrics.cutoffs":
            said = [self._labels.at(one["metric"], one["value"], "at_cutoff") for one in value]
            return words("separator").join(said)
        if isinstance(value, Mapping):  # an entry of metrics.subgroups
            cuts = words("separator").join(f"{cut:g}" for cut in value.get("at", ()))
            by = self._labels.word(value["by"])
            return words("cut", by=by, at=cuts) if cuts else by
        if name == "bounds" or path.startswith("metrics.partial_auc."):
            low, high = (words("open") if one is None else f"{one:g}" for one in value)
            return words("between", low=low, high=high)
        if name == "questions" and value:
            # the output lists unanswered questions elsewhere, with the reason
            value = [one for one in value if f"{one}.csv" in self._tables]
        if isinstance(value, list):
            return words("separator").join(self._value(path, one) for one in value)
        if value is None:
            return words("all" if name == "questions" else "none")
        key = f"{name}={value}"
        if key in words or isinstance(value, bool):
            return words(key if key in words else str(value))
        if name in _MEASURES or path == "metrics.families.*.*":
            return self._labels.word(value)
        if name in _WHO:
            return self._labels.software(self._labels.word(value))
        return self._question(value) if name in ("question", "questions") else str(value)

    def _question(self, key: str) -> str:
        return self._labels.question("title", key)

    def _input(self, one: Row) -> Row:
        _, *whose, name = ["", *one["input"].split(".")]
        word = f"input.{name}"
        said = [self._labels.software(key) for key in whose[1:] if key != "selection"]
        said.append(self._words(word) if word in self._words else name)
        value = self._words("files", n=one["files"], hmac=one["hmac"])
        return {"key": self._words("input", name=": ".join(said)), "value": value}
