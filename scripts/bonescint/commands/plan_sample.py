"""`bonescint plan-sample`: how many cases the next study needs, and what that rests on."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import SYNTHETIC, Texts

if TYPE_CHECKING:
    from bonescint.stats.estimate import Estimate
    from bonescint.stats.paired_power import Correlations, Sizes

_PRECISION = Path("results/metrics/precision.csv")
# option -> the open interval of its values
_BETWEEN: dict[str, tuple[float, float]] = {
    "value": (0, 1),
    "difference": (0, 1),
    "equivalence": (0, 1),
    "power": (0, 1),
    "confidence": (0.5, 1),
    "ratio": (0, 1000),
}


class _Estimated(NamedTuple):
    """The correlations that this study found, or that were given."""

    best: "Correlations"
    said: str
    lowest: "Correlations | None" = None
    level: float = 0.95
    is_synthetic: bool = False


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "plan-sample", help="the cases that the next study needs / 次の研究に必要な例数"
    )
    parser.add_argument(
        "--measure",
        choices=("auc", "sensitivity", "specificity"),
        default="auc",
        help="what is compared (default: auc) / 比べるもの",
    )
    for names, required, told in (
        (("--value", "--auc"), True, "expected of the better version / 良い方の版の想定値"),
        (("--difference",), False, "that matters, or is supposed to be true beside --equivalence / "
         "見つけたい差、または (--equivalence とともに) 本当の差"),
        (("--equivalence",), False, "margin of equivalence / 同等性の許容範囲"),
    ):  # fmt: skip
        parser.add_argument(*names, type=float, required=required, help=told)
    parser.add_argument(
        "--correlation",
        type=float,
        nargs="+",
        metavar="R",
        help="of the versions' values, cases with and without metastasis (default: this study's) / "
        "2 つの版の値の相関、転移あり・なし",
    )
    parser.add_argument("--metric", help="whose correlation is taken / どの指標の相関か")
    for name, default, told in (
        ("--power", 0.8, "power / 検出力"),
        ("--confidence", 0.95, "confidence level / 信頼水準"),
        ("--ratio", 1.0, "cases without metastasis for each with it / 転移あり 1 例あたりのなし"),
        ("--failures", 0.0, "share of cases that cannot be analysed / 解析できない割合"),
    ):
        parser.add_argument(name, type=float, default=default, help=f"{told} ({default:g})")
    parser.add_argument("--language", choices=("ja", "en"), help="default: the configuration's")
    configuration.add_option(parser, plan_sample)


def plan_sample(options: argparse.Namespace) -> int:
    """Print the number of cases and what it rests on, and return 0.

    Raises
    ------
    InputError
        If an option is not valid or contradicts another one, or no number of cases is enough.
    """
    config = configuration.merged(options.config) if options.config[0].exists() else {}
    language = options.language or configuration.language_of(config)
    text = Texts("plan_sample", language)
    if faults := list(_faults(options, text)):
        raise InputError(faults)
    correlations = _correlations(options, text)
    best = _cases(options, correlations.best)
    if best is None:
        raise InputError(text("too_many"))
    if correlations.is_synthetic:
        print(SYNTHETIC)
    print(*_told(options, correlations, best, text), sep="\n")
    return 0


def _faults(options: argparse.Namespace, text: Texts) -> Iterator[str]:
    for name, (low, high) in _BETWEEN.items():
        value = getattr(options, name)
        # for an equivalence one usually supposes that two versions do not differ at all
        equal = (name, value) == ("difference", 0) and options.equivalence is not None
        if value is not None and not (low < value < high or equal):
            yield text("between", option=f"--{name}", low=f"{low:g}", high=f"{high:g}")
    if not 0 <= options.failures < 1:
        yield text("failures")
    given = options.correlation or []
    if len(given) > 2 or not all(-1 < one < 1 for one in given):
        yield text("correlation")
    difference, margin = options.difference, options.equivalence
    if difference is None and margin is None:
        yield text("which")
    elif margin is not None and (difference or 0) >= margin:
        yield text("within")
    if difference is not None and difference >= options.value:
        yield text("below")


def _correlations(options: argparse.Namespace, text: Texts) -> _Estimated:
    from bonescint.config import software
    from bonescint.stats.paired_power import Correlations

    if options.correlation:
        first, last = options.correlation[0], options.correlation[-1]
        said = text("given", positive=f"{first:g}", negative=f"{last:g}")
        return _Estimated(Correlations(first, last), said)
    positive, negative = _of_study(options.metric, text)
    config = configuration.load(options)
    labels = {key: one["label"] for key, one in software(config).items()}
    best, lowest = (
        Correlations(getattr(positive, name), getattr(negative, name))
        for name in ("estimate", "ci_low")
    )
    said = text(
        "estimated", positive=f"{best.positive:.2f}", negative=f"{best.negative:.2f}",
        n_positive=positive.n, n_negative=negative.n, metric=positive.metric,
        new=labels.get(positive.subject), old=labels.get(positive.comparator),
    )  # fmt: skip
    return _Estimated(best, said, lowest, positive.level, bool(config["study"]["synthetic"]))


def _of_study(metric: str | None, text: Texts) -> "list[Estimate]":
    """Return the rows of both correlations: of the primary hypothesis, or of the first pair."""
    from bonescint.stats.estimate import read_estimates

    if not _PRECISION.exists():
        raise InputError(text("no_study", file=_PRECISION))
    rows = list(read_estimates(_PRECISION))

    def about(row: "Estimate") -> tuple[str, str, str]:
        return row.subject, row.comparator, row.metric

    wanted = [row for row in rows if row.subject and metric in (None, row.metric)]
    wanted.sort(key=lambda row: "primary" not in row.note.split("; "))  # the others stay in order
    found = [
        row
        for row in rows
        if row.measure.startswith("correlation_") and [about(row)] == [*map(about, wanted[:1])]
    ]
    if not found:
        known = ", ".join(dict.fromkeys(row.metric for row in rows if row.metric))
        raise InputError(text("no_metric", metric=metric or "", known=known))
    if any(row.status != "ok" for row in found):
        raise InputError(text("not_estimated", file=_PRECISION))
    return found


def _cases(options: argparse.Namespace, correlations: "Correlations") -> "Sizes | None":
    from bonescint.stats.sample_size import next_study

    return next_study(
        options.measure, options.value, options.difference or 0.0, options.equivalence,
        correlations, options.ratio, options.power, options.confidence,
    )  # fmt: skip


def _as_printed(options: argparse.Namespace, correlations: "Correlations") -> "Sizes | None":
    """Return the cases by Obuchowski & McClish 1997."""
    from bonescint.stats.paired_power import obuchowski_mcclish_power
    from bonescint.stats.sample_size import cases_needed, sizes_for

    other = options.value - options.difference

    def power_at(n: int) -> float:
        sizes = sizes_for("auc", n, options.ratio)
        return obuchowski_mcclish_power(
            options.value, other, correlations, sizes, options.confidence
        )

    n = cases_needed(power_at, options.power)
    return None if n is None else sizes_for("auc", n, options.ratio)


def _told(
    options: argparse.Namespace, correlations: _Estimated, best: "Sizes", text: Texts
) -> Iterator[str]:
    from bonescint.stats.sample_size import with_failures

    def cases(sizes: "Sizes | None") -> str:
        if sizes is None:
            return text("none")
        whole = with_failures(sizes, options.failures)
        return text(
            "cases", positive=whole.positive, negative=whole.negative, total=sum(whole)
        )  # fmt: skip

    measure, margin = text(options.measure), options.equivalence
    difference = f"{options.difference or 0:g}"
    kind = "difference" if margin is None else "equivalence"
    margin = f"{margin or 0:g}"
    yield text(f"{kind}.title", measure=measure, difference=difference, margin=margin)
    yield text("needed", cases=cases(best))
    if correlations.lowest is not None:
        lowest = cases(_cases(options, correlations.lowest))
        yield text("lowest", cases=lowest, level=_percent(correlations.level))
    is_auc = options.measure == "auc"
    if is_auc and kind == "difference":
        yield text("as_printed", cases=cases(_as_printed(options, correlations.best)))
    yield ""
    yield text("rests")
    sentences = (
        text(
            f"{kind}.{'auc' if is_auc else 'calls'}", alpha=_percent(1 - options.confidence),
            power=_percent(options.power), level=_percent(2 * options.confidence - 1),
        ),
        text(
            "values", measure=measure, value=f"{options.value:g}",
            other=f"{options.value - (options.difference or 0):g}",
        ),
        correlations.said,
        text("normal") if is_auc else _one_class(options, correlations.best, text),
        text("ratio", ratio=f"{options.ratio:g}"),
        text("failed", share=_percent(options.failures)),
        text("not_observed"),
    )  # fmt: skip
    yield from (f"  - {sentence}" for sentence in sentences)


def _one_class(options: argparse.Namespace, correlations: "Correlations", text: Texts) -> str:
    from bonescint.stats.paired_power import discordant

    own = correlations.positive if options.measure == "sensitivity" else correlations.negative
    apart = discordant(options.value, options.value - (options.difference or 0), own)
    return text(f"one_class.{options.measure}", share=_percent(sum(apart)))


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"
