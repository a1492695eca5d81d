"""The words that the keys of the coded tables stand for."""

from collections.abc import Mapping
from typing import Any

from bonescint.resources import Texts

# sentences that stand in several questions' cautions, as fields of their texts
_SHARED = ("small_groups", "few_cases", "other_patients")


class Labels:
    """The words of one area of the outputs, with the names that all outputs share.

    Parameters
    ----------
    texts
        The words of the figures, the workbook or the report.
    software
        Software key to its ``label``, ``product``, ``version`` and ``tracer``.
    synthetic
        Whether the data are simulated: every output then says so.
    confidence
        The configured level of the intervals; texts name it as ``{level}`` (%).
    protocol
        What fixed the hypotheses beforehand: ``document`` and ``date``; None if nothing did. Texts
        say it as ``{fixed}``.
    """

    def __init__(
        self,
        texts: Texts,
        software: dict[str, dict[str, Any]],
        synthetic: bool,
        confidence: float = 0.95,
        protocol: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language = texts.language
        self.synthetic = synthetic
        self.software_keys = list(software)
        self._software = software
        self._level = f"{100 * confidence:g}"
        self._texts = texts
        self._measures = Texts("metrics", language)
        self._flow = Texts("flow", language)
        words = self._measures
        self._fixed = words("protocol", **protocol) if protocol else words("no_protocol")

    def __call__(self, key: str, **values: object) -> str:
        """Return the area's text of `key` with its fields filled in."""
        return self._texts(key, level=self._level, fixed=self._fixed, **values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def software(self, key: str) -> str:
        """Return how the software is called in print, such as ``VSBONE (simulated) 3.0``."""
        return str(self._software[key]["label"]) if key in self._software else key

    def tracer(self, key: str) -> str:
        """Return the tracer of a software, or nothing for an unknown key."""
        return str(self._software.get(key, {}).get("tracer", ""))

    def word(self, key: str) -> str:
        """Return a word of the area, of the statistics or of the flow; an unknown key as it is."""
        for texts in (self._texts, self._measures, self._flow):
            if key in texts:
                return texts(key)
        return key

    def result(self, metric: str, value: str) -> str:
        """Return what a software found, such as ``Hotspot数 3``."""
        return f"{self._measures(metric)} {value}"

    def question(self, kind: str, key: str) -> str:
        """Return what a question's output says of it; of a new one without words its key.

        Parameters
        ----------
        kind
            ``title``, ``sheet`` (short), ``note`` or ``caution`` (empty if there is none).
        key
            One of `bonescint.stats.question_names.QUESTIONS`.
        """
        name = f"{kind}_{key}"
        if name in self._measures:
            shared = {text: self._measures(text) for text in _SHARED}
            return self._measures(name, level=self._level, fixed=self._fixed, **shared)
        return key if kind in ("title", "sheet") else ""

    def note(self, key: str, value: str) -> str:
        """Return one remark of an Estimate's note, such as ``cutoff`` with the value ``1``.

        The statistics' words have it as ``key=value`` (of that value only), as ``key=`` (where the
        bare key is another word) or as ``key``.
        """
        shown = value
        if not value.isdecimal():
            try:
                shown = f"{float(value):.4g}"  # ten digits are for recomputing, not for reading
            except ValueError:
                shown = self.word(value)
        for name in (f"{key}={value}", f"{key}=", key):
            if name in self._measures:
                return self._measures(name, value=shown)
        return f"{key}={shown}" if shown else key

    def flow(self, key: str) -> str:
        """Return the name of a step or reason of the flow; an unknown key as it is."""
        return self._flow(key) if key in self._flow else self.word(key)
