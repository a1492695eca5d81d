"""The R script that repeats the main results from the tables beside it."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from bonescint.files import replacing
from bonescint.outputs.analysis.described import AnalysedStudy
from bonescint.resources import SYNTHETIC, Texts


def write_script(path: Path, study: AnalysedStudy) -> None:
    """Write analysis.R."""
    environment = Environment(  # noqa: S701 - R, not a page
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    template = environment.from_string(
        Path(__file__).with_name("analysis.R.j2").read_text(encoding="utf-8")
    )
    pairs = (f"c(old = {_text(old)}, new = {_text(new)})" for old, new in study.version_pairs)
    text = template.render(
        text=partial(Texts("analysis", study.language)),
        title=" ".join(study.title.split()),
        synthetic=SYNTHETIC if study.synthetic else "",
        level=repr(study.confidence),
        software=", ".join(
            f"{key} = c({_texts(one['metrics'])})" for key, one in study.software.items()
        ),
        pairs=", ".join(pairs),
        readers=_texts(study.readers),
        high=", ".join(
            f"{key} = {'TRUE' if one['positive'] == 'high' else 'FALSE'}"
            for key, one in study.metrics.items()
        ),
        cutoff_metrics=_texts(str(one["metric"]) for one in study.cutoffs),
        cutoff_values=", ".join(repr(float(one["value"])) for one in study.cutoffs),
    )
    with replacing(path, sync=False) as stream:
        stream.write(text)


def _text(key: str) -> str:
    return f'"{key}"'  # a configured key needs no escaping: small letters, digits, _


def _texts(keys: Iterable[str]) -> str:
    return ", ".join(map(_text, keys))
