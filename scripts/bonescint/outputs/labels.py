"""The words for the keys of the coded tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bonescint.config_words import study_words
from bonescint.outputs.rounding import rounded_p
from bonescint.questions import known
from bonescint.registered import words_in
from bonescint.resources import Texts
from bonescint.tables.metric_columns import Values, metric_name, metric_title, metric_values

# sentences that are part of several questions' cautions: their texts have them as fields
_SHARED = ("small_groups", "few_cases", "other_patients", "same_lesions")


class Labels:
    """The words of one area of the outputs, with the names that all outputs share.

    Parameters
    ----------
    texts
        The words of the workbook or the report; for the figures, the words that all figures share.
    software
        Software key to its ``label``, ``product``, ``version`` and ``tracer``.
    synthetic
        Whether the data are simulated. Every output then says so.
    confidence
        The configured level of the intervals; texts name it as ``{level}`` (%).
    protocol
        What fixed the hypotheses beforehand: ``document`` and ``date``; None if nothing did. Texts
        have it as ``{fixed}``.
        say it as ``{fixed}``.
    values
        The study's metrics (`bonescint.tables.metric_columns.metric_values`), None for the default
        ones. Texts name all of them as ``{metrics}``, the counts as ``{counts}`` and the others as
        ``{shares}``.
    study
        Names of the study's exam and patients (`bonescint.config_words.study_words`), None for the
        default, and of its readers (`reader_names`). Texts have them as fields. Other fields are
        ``{tracers}``, ``{against}`` (one tracer against another), ``{arms}`` (their software) and
        ``{products}``.
    there
        What the study has (`bonescint.config_questions.study_has`), None for everything. A text
        ``key_no_readers`` replaces ``key`` where there is no reader, ``key_no_eod`` where no reader
        grades the extent of disease, ``key_no_versions`` where no product has two versions.
    families
        From the configuration's `metrics`: the tests that are adjusted together, and their labels.
    """

    def __init__(
        self,
        texts: Texts,
        software: dict[str, dict[str, Any]],
        synthetic: bool,
        confidence: float = 0.95,
        protocol: Mapping[str, str] | None = None,
        values: Values | None = None,
        study: Mapping[str, str] | None = None,
        there: Collection[str] | None = None,
        families: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.language = language = texts.language
        self.gap = "" if language == "ja" else " "  # between two sentences
        self.synthetic = synthetic
        self.software_keys = list(software)
        self._software = software
        self._level = f"{100 * confidence:g}"
        self.error = round(1 - confidence, 9)
        self._texts = texts
        self._measures = Texts("metrics", language)
        self._flow = Texts("flow", language)
        self._questions = words_in("text/questions/", language)
        self._figures = words_in("text/figures/", language)
        words = self._measures
        self._fixed = words("protocol", **protocol) if protocol else words("no_protocol")
        values = metric_values() if values is None else values
        measured = {metric for one in software.values() for metric in one["metrics"]}
        self.values = {key: metric for key, metric in values.items() if key in measured}
        of_kind = {
            "metrics": self.values,
            "counts": [key for key, one in self.values.items() if one["kind"] == "count"],
            "shares": [key for key, one in self.values.items() if one["kind"] != "count"],
        }
        self._there = there
        self._families = families or {}
        self._filled = {"level": self._level, "fixed": self._fixed} | {
            name: words("and").join(map(self.word, keys)) for name, keys in of_kind.items()
        }
        self._filled |= self._directions()
        # both names of a measure against readers (FDA 2007): texts use them at the first occurrence
        said = ("said_sensitivity", "said_specificity", "research_reference")
        self._filled |= {key: words(key) for key in said}
        self._filled["explained"] = words("together").join(map(self._explained, self.values))
        tracers, products = (
            list(dict.fromkeys(one[name] for one in software.values()))
            for name in ("tracer", "product")
        )
        self.n_tracers = len(tracers)
        arms = [words("of_tracer", tracer=tracer) for tracer in tracers]
        self._filled |= {
            "tracers": words("together").join(tracers),
            "against": words("against").join(tracers),
            "arms": words("arms").join(arms),
            "products": words("or").join(products),
        }
        named = study_words({"language": language, "study": {}, "cohort": {"sex": "any"}})
        self._filled |= named | dict(study or {})
        self.preceding = self._filled["preceding"]
        self._shared = {text: self.shared(text) for text in _SHARED}

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` of this area with its fields filled in."""
        return self.fill(self._texts, key, **values)

    def fill(self, texts: Texts, key: str, **values: object) -> str:
        """Return another area's text of `key`, with the same fields filled in."""
        for need in ("readers", "eod", "versions"):
            if not self.has(need) and (variant := f"{key}_no_{need}") in texts:
                return texts(variant, **self._filled | values)
        return texts(key, **self._filled | values)

    def mark(self, text: str, _source: Mapping[str, str] | str, _place: str) -> str:
        """Return a number's text unchanged. `BoundLabels` overrides this to record its source.

        The source is the number's row and column; or a table or the record, and the place in it.
        """
        return text

    def has(self, need: str) -> bool:
        """Tell whether the study has what a question, a figure or a text is about."""
        return self._there is None or need in self._there

    def heading(self, key: str) -> str:
        """Return the title of a column. A tracer's column has the tracer's own name."""
        if key == "counts" and not self.has("readers"):
            key = "n"  # without readers no case counts as positive
        return self(name) if (name := f"column_{key}") in self else key

    def shared(self, key: str) -> str:
        """Return a sentence that several outputs share. A sentence on two tracers needs two."""
        if key == "other_patients" and self.n_tracers < 2:
            return ""
        return self.fill(self._measures, key)

    def _explained(self, metric: str) -> str:
        """Return a metric with its explanation or its unit in brackets."""
        key = f"explained_{metric}"
        said = self._measures(key) if key in self._measures else self.values[metric]["unit"]
        return f"{self.word(metric)} ({said})" if said else self.word(metric)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def software(self, key: str) -> str:
        """Return the printed name of a software or a reader, such as ``VSBONE 3.0``."""
        if key in self._software:
            return str(self._software[key]["label"])
        return self._filled.get(f"reader.{key}", key)

    def family(self, key: str) -> str:
        """Return the name of a family of tests, by default what it tests."""
        tested = self._families.get(key, {})
        if label := tested.get("label"):
            return str(label[self.language])
        also = [one for one in self._families.values() if one.keys() == tested.keys()]
        said = []
        for name, measures in tested.items():
            title = self.question("title", name)
            # the measures distinguish two families on one question
            which = self._measures("and").join(map(self.word, measures))
            said.append(title if len(also) < 2 else f"{title} ({which})")
        return self._measures("and").join(said) or key

    def product(self, key: str) -> str:
        """Return the product of a software, or nothing for an unknown key."""
        return str(self._software.get(key, {}).get("product", ""))

    def metrics(self, key: str) -> list[str]:
        """Return the metrics that a software has, in their order."""
        return list(self._software[key]["metrics"])

    def lines(self) -> list[tuple[str, str]]:
        """Return each software with each of its metrics, in the metrics' order."""
        of_each = ((key, metric) for metric in self.values for key in self.software_keys)
        return [(key, metric) for key, metric in of_each if metric in self.metrics(key)]

    def pairs(self, version_pairs: Iterable[Sequence[str]]) -> list[tuple[str, str, str]]:
        """Return the old and the new version of each pair with each metric that both have."""
        of_each = ((old, new, metric) for old, new in version_pairs for metric in self.values)
        return [(old, new, metric) for old, new, metric in of_each if self.have((old, new), metric)]

    def have(self, software: Iterable[str], metric: str) -> bool:
        """Tell whether all of some software have a metric."""
        return all(metric in self.metrics(key) for key in software)

    def tracer(self, key: str) -> str:
        """Return the tracer of a software, or nothing for an unknown key."""
        return str(self._software.get(key, {}).get("tracer", ""))

    def word(self, key: str, /, **values: str) -> str:
        """Return a word of the area, the statistics or the flow. An unknown key stays as it is.

        A metric has its configured name. `values` are fields of a measure's word, such as the
        ``offset`` of a ratio.
        """
        values = {"offset": "c"} | values  # for the measure in general, whatever the offset was
        if key in self.values and (own := metric_name(key, self.values[key], self.language)):
            return own
        for texts in (self._texts, self._measures, self._flow):
            if key in texts:
                return texts(key, **values)
        return self._own_word(key, **values) or key

    def _own_word(self, key: str, **values: object) -> str:
        """Return a word that a question itself brings, or an empty text."""
        own = f"word_{key}"
        return next((w(own, **values) for w in self._questions.values() if own in w), "")

    def result(self, metric: str, value: str) -> str:
        """Return a software's result, such as ``Hotspot数 3``."""
        own = metric_name(metric, self.values[metric], self.language)
        return f"{own or self._measures(metric)} {value}"

    def is_low(self, metric: str) -> bool:
        """Tell whether low values of a metric indicate metastasis."""
        return bool(self.values.get(metric, {}).get("positive") == "low")

    def _directions(self) -> dict[str, str]:
        """Return the text fields that say which values indicate metastasis."""
        ways = {"high": list[str](), "low": list[str]()}
        for key, metric in self.values.items():
            ways[metric["positive"]].append(self.word(key))
        named = {way: self._measures("and").join(words) for way, words in ways.items()}
        which = "both" if all(ways.values()) else "low" if ways["low"] else "high"
        fields = {"towards": f"counts_{which}", "positive_at": f"positive_{which}"}
        return {field: self._measures(key, **named) for field, key in fields.items()}

    def at(self, metric: str, cutoff: float, word: str = "cutoff") -> str:
        """Return a metric with its cut-off and unit, such as ``BSI ≥ 1 %``.

        Parameters
        ----------
        metric, cutoff
            One of `values`, and the cut-off from which it is positive.
        word
            The name of the area's text.
        """
        unit = self.values.get(metric, {}).get("unit")
        shown = self.mark(f"{cutoff:g}", "provenance", f"metrics.cutoffs.{metric}")
        shown = f"{shown} {unit}" if unit else shown
        said = self(word, metric=self.word(metric), cutoff=shown)
        return said.replace("≥", "≤") if self.is_low(metric) else said

    def axis(self, metric: str, word: str = "{}_axis") -> str:
        """Return the title of an axis or a column: the metric's name and unit.

        `word` is the pattern of the names of the area's texts on a metric.
        """
        return metric_title(metric, self.values[metric], self._texts, word.format(metric))

    def question(self, kind: str, key: str) -> str:
        """Return a question's text of a kind. A question without one has its key instead.

        The kind is ``title``, ``sheet`` (short), ``note``, ``caution`` or ``methods``, which are
        empty if there is none.
        """
        if (words := self._questions.get(key)) and kind in words:
            return self.fill(words, kind, **self._shared)
        return key if kind in ("title", "sheet") else ""

    def purpose(self, measure: str, question: str = "") -> str:
        """Return the sentence on what a number is for, empty if no question has one.

        The sentence of the number's own question comes before that of the first other question that
        has one.
        """
        key = f"purpose_{measure}"
        has = [name for name in known() if key in self._questions.get(name, ())]
        if not has:
            return ""
        return self.fill(self._questions[question if question in has else has[0]], key)

    def figure(self, kind: str, key: str, **values: object) -> str:
        """Return a figure's text of a kind. A figure without one has its key instead.

        The kind is ``title``, ``caption``, or another one that the figure has.
        """
        if (words := self._figures.get(key)) and kind in words:
            said = self.fill(words, kind, **values)
            apart = f"{kind}_tracers"
            if self.n_tracers > 1 and apart in words:
                said = self._measures("sentences", a=said, b=self.fill(words, apart, **values))
            return said
        return key

    def note(self, key: str, value: str) -> str:
        """Return one remark of an Estimate's note, such as ``cutoff`` with the value ``1``.

        The statistics' words have it as ``key=value`` (for that value only), as ``key=`` (where the
        bare key is another word) or as ``key``.
        """
        shown = value
        if not value.isdecimal():
            try:
                # ten digits serve recomputing; a reader needs fewer
                is_p = key.endswith("_p")
                shown = rounded_p(float(value), self.error) if is_p else f"{float(value):.4g}"
            except ValueError:
                shown = self.software(self.word(value))
        for name in (f"{key}={value}", f"{key}=", key):
            if name in self._measures:
                return self._measures(name, value=shown)
        return self._own_word(key, value=shown) or (f"{key}={shown}" if shown else key)

    def about(self, cases: str, level: float | None) -> list[str]:
        """Return a row's cases and its interval's level, each only where it is unusual."""
        group, _, value = cases.partition("=")
        said = [self.note(group, value) if value else self.note("cases", group)] if cases else []
        if level is not None and f"{100 * level:g}" != self._level:
            said.append(self.note("level", f"{level:g}"))
        return said

    def flow(self, key: str) -> str:
        """Return the name of a step or reason of the flow. An unknown key stays as it is."""
        return self._flow(key) if key in self._flow else self.word(key)
