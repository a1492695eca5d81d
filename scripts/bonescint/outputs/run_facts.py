"""What a run knows about its study, in sentences, for the lists of items a paper must report."""

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from bonescint.files import Row, number
from bonescint.outputs.design import Design, planned
from bonescint.outputs.estimates import (
    as_read,
    estimate_in_words,
    find,
    noted,
    primary,
    with_limits,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import (
    Results,
    calls_by_metastasis,
    failures_in_primary,
    overview,
    smallest_group,
)
from bonescint.resources import Texts

READER_QUESTIONS = ("reader_agreement", "reader_eod", "reader_counts")
AGREEMENT = (*READER_QUESTIONS, "software_readers", "interchangeability", "repeatability")
_ACCURACY = ("accuracy", "cutoffs", "version_diagnosis", "software_comparison")
# questions that show whether accuracy is the same for other cases, references and products
_VARIABILITY = (
    "one_truth", "reference_sensitivity", "version_diagnosis", "software_comparison",
    "exposure", "subgroups",
)  # fmt: skip


class RunFacts:
    """The facts of a run. Each method returns sentences, or none where the run does not know.

    `study` also has ``institution``, ``funding`` and ``conflict_of_interest`` of the
    configuration's `papers` where they are known.
    """

    def __init__(self, results: Results, study: Mapping[str, Any], labels: Labels) -> None:
        self.results, self._study, self._labels = results, study, labels
        self.design = Design(study, labels)
        self._words = Texts("checklists", labels.language)
        self._analysis = results.provenance["analysis"]
        counted = (int(row["n_readers"] or 0) for row in results.reference)
        self.n_readers = max(counted, default=0) if labels.has("readers") else 0

    def say(self, key: str, **values: object) -> str:
        """Return a text of resources/text/checklists.csv."""
        return self._labels.fill(self._words, key, **values)

    def has_words(self, key: str) -> bool:
        """Tell whether resources/text/checklists.csv has a key."""
        return key in self._words

    def said(self, sentences: Iterable[str]) -> str:
        """Return sentences as one text."""
        return self._labels.gap.join(sentences)

    def unread(self) -> str:
        """Return why there is no agreement between readers, or no reference at all."""
        if not self._labels.has("readers"):
            return self.say("no_readers")
        return self.say("read_by_one" if self.n_readers else "not_read")

    def joined(self, parts: Iterable[str]) -> str:
        """Return parts as a list within a sentence."""
        return self.say("separator").join(parts)

    def rows(self, question: str) -> list[Row]:
        """Return a question's rows, or none if it was not answered."""
        return self.results.metrics.get(question, [])

    def _titles(self, questions: Iterable[str]) -> str:
        return self.joined(self._labels.question("title", key) for key in questions)

    def hypotheses(self) -> list[str]:
        """Return the primary hypothesis, or that there is none."""
        said = []
        for row in primary(self.rows("hypotheses"))[:1]:
            read = as_read(row, self._labels)
            pair = " / ".join(filter(None, (read["subject"], read["comparator"])))
            parts = (read["measure"], read["metric"], pair)
            said = [self.say("primary", said=self.joined(filter(None, parts)))]
        return [*said, self._before()] if said else [self.say("no_primary")]

    def _before(self) -> str:
        """Return whether a protocol fixed hypothesis and cut-offs before the data were seen."""
        fixed = self._analysis["metrics"].get("protocol")
        return self.say("before", **fixed) if fixed else self.say("not_before")

    def eligible(self) -> list[str]:
        """Return who is included, and for which reasons others were left out."""
        cohort = self._analysis["cohort"]
        said = [self.say("eligible", first=cohort["exam_from"], last=cohort["exam_to"])]
        reasons = dict.fromkeys(
            row["reason"] for row in self.results.flow
            if row["kind"] == "out" and not row["step"].startswith("analysed")
        )  # fmt: skip
        if reasons:
            named = self.joined(self._labels.flow(reason) for reason in reasons)
            said.append(self.say("left_out", reasons=named))
        return said

    def candidates(self) -> list[str]:
        """Return where candidates were looked for."""
        return [self.say("from_preceding" if self._labels.preceding else "from_images")]

    def setting(self) -> list[str]:
        """Return the dates of the exams, and the institution where it is configured."""
        dates = sorted(row["study_date"] for row in self.results.cases if row["study_date"])
        said = [self.say("dates", first=dates[0], last=dates[-1])] if dates else []
        if name := self._study.get("institution"):
            said.append(self.say("institution", name=name))
        return said

    def sampling(self) -> list[str]:
        """Return the rule by which cases were taken."""
        choice = self.results.provenance.get("selection", {})
        rule = choice.get("rule") or "all"
        return [self.say(f"taken_{rule}", seed=choice.get("seed"))]

    def software(self) -> list[str]:
        """Return what was compared: version, tracer, release, metrics."""
        about = self.results.provenance["software"]
        said = []
        for key in self._labels.software_keys:
            released = about.get(key, {}).get("released")
            metrics = self.joined(map(self._labels.word, self._labels.metrics(key)))
            named = {"name": self._labels.software(key), "tracer": self._labels.tracer(key)}
            which = "software_released" if released else "software"
            said.append(self.say(which, released=released, metrics=metrics, **named))
        return said

    def readers(self) -> list[str]:
        """Return how many readers read a case."""
        return [self.say("readers", n=self.n_readers)]

    def _rule(self, of: str) -> str:
        rule = self._analysis["reference"][of]
        key = f"rule_{rule}"
        return self.say(key) if self.has_words(key) else self.design.word(key)

    def consensus(self) -> list[str]:
        """Return how the readings were put together."""
        rules = {"yes": "metastasis", "count": "count", "eod": "eod"}
        named = {field: self._rule(of) for field, of in rules.items()}
        return [*self.readers(), self.say("consensus", **named)]

    def reference_positive(self) -> list[str]:
        """Return what the reference calls positive."""
        return [self.say("reference_positive", yes=self._rule("metastasis"))]

    def cutoffs(self) -> list[str]:
        """Return what counts as a software's positive call, and what of it was fixed beforehand."""
        configured = [
            self._labels.at(str(one["metric"]), float(one["value"]), "at_cutoff")
            for one in self._analysis["metrics"]["cutoffs"]
            if one["metric"] in self._labels.values
        ]
        if not configured:
            return [self.say("no_cutoffs")]
        said = [self.say("cutoffs", cutoffs=self.joined(configured)), self._before()]
        if any(row["measure"] == "youden" for row in self.rows("cutoffs")):
            said.append(self.say("exploratory_cutoffs"))
        return said

    def methods(self, questions: Iterable[str] = _ACCURACY) -> list[str]:
        """Return how the numbers of some questions were estimated and tested."""
        rows = [estimate_in_words(row, self._labels) for key in questions for row in self.rows(key)]
        methods: dict[str, str] = {}
        for row in rows:
            if row["ci_method"]:
                methods.setdefault(row["measure"], row["ci_method"])
        tests = dict.fromkeys(row["test"] for row in rows if row["test"])
        listed = (self.say("method", measure=one, method=by) for one, by in methods.items())
        said = [self.say("methods", methods=self.joined(listed))] if methods else []
        return [*said, self.say("tests", tests=self.joined(tests))] if tests else said

    def indeterminate(self) -> list[str]:
        """Return how many readings were tied."""
        ties = sum(row["status"] == "tie" for row in self.results.reference)
        return [self.say("ties", n=ties)]

    def missing(self) -> list[str]:
        """Return what is missing, and how that was handled."""
        counts: dict[str, list[str]] = {}
        for row in self.rows("failures"):
            count = noted(row).get("count")
            if count and not row["comparator"]:
                reason = self._labels.word(row["measure"])
                counts.setdefault(row["subject"], []).append(
                    self.say("failed_one", reason=reason, count=count)
                )
        said = [
            self.say("failed", software=self._labels.software(key), counts=self.joined(parts))
            for key, parts in counts.items()
        ]
        if self.n_readers:
            unread = sum(row["status"] == "no_reading" for row in self.results.reference)
            said.append(self.say("no_reading", n=unread))
        every = (row for rows in self.results.metrics.values() for row in rows)
        beside = any(row["cases"] == "failures_as_wrong" for row in every)
        return [
            *said,
            self.say("complete_cases"),
            *([self.say("failures_as_wrong")] if beside else []),
            *filter(None, [failures_in_primary(self.results, self._labels)]),
        ]

    def variability(self) -> list[str]:
        """Return where else accuracy was examined, and how many tests are exploratory."""
        answered = [key for key in _VARIABILITY if self.rows(key)]
        tests = self.rows("hypotheses")
        main = len(primary(tests))
        family = sum("family=" in row["note"] for row in tests)
        told = self.say(
            "multiplicity", n=len(tests), primary=main, family=family,
            exploratory=len(tests) - main - family,
        )  # fmt: skip
        said = [self.say("variability", questions=self._titles(answered))] if answered else []
        return [*said, *([told] if tests else [])]

    def planned(self) -> list[str]:
        """Return the planned numbers of cases."""
        aims = planned(self.results, self._labels, self.design)
        return [self.say("planned", targets=aims)] if aims else []

    def flow(self) -> list[str]:
        """Return how many cases are included, and how many each software was judged on."""
        # the table has the patients of each step: a count in a text could be taken for a patient ID
        seen: dict[str, str] = {}
        for row in self.rows("accuracy"):
            if row["measure"] == "auc" and not row["cases"]:
                seen.setdefault(row["subject"], self._labels.mark(row["n"], row, "n"))
        arms = (
            self.say("arm", software=self._labels.software(key), n=n) for key, n in seen.items()
        )
        return [self._included(), *arms]

    def _included(self) -> str:
        n = self._labels.mark(str(len(self.results.cases)), "cases", "rows")
        return self.say("included", n=n)

    def background(self) -> list[str]:
        """Return the number, ages and tracers of the cases."""
        cases = self.results.cases
        ages = [age for row in cases if (age := number(row["age"])) is not None]
        shown = {"median": median(ages), "low": min(ages), "high": max(ages)} if ages else {}
        mark = self._labels.mark
        spread = {key: mark(f"{age:g}", "cases", f"age {key}") for key, age in shown.items()}
        said = [self.say("age", **spread)] if ages else []
        groups = {
            name: mark(str(n), "cases", f"tracer={name}")
            for name, n in Counter(row["tracer"] for row in cases).items()
        }
        return [
            self._included(),
            *said,
            *([self.say("groups", groups=self._groups(groups))] if groups else []),
        ]

    def _groups(self, groups: Mapping[str, object]) -> str:
        return self.joined(self.say("group", name=name, n=n) for name, n in groups.items())

    def severity(self) -> list[str]:
        """Return the extent of disease of the patients with metastasis."""
        positive = [row["eod"] for row in self.results.reference if row["metastasis"] == "1"]
        if not any(positive):
            return []
        grades = sorted(Counter(positive).items())
        named = {
            self._labels.note("eod", grade) if grade else self.say("eod_none"): n
            for grade, n in grades
        }
        return [self.say("severity", groups=self._groups(named))]

    def interval(self) -> list[str]:
        """Return that no time lies between software and readers, who judged the same image."""
        return [self.say("no_interval")] if self.design["reference_basis"] == "same_image" else []

    def crossed(self) -> list[str]:
        """Return the calls at each cut-off by the reference, failed analyses included."""
        table = calls_by_metastasis(self.results, self._labels)
        said = []
        for row in table.rows:
            cells = [f"{column.title} {row[column.key]}" for column in table.columns[2:]]
            at = {"name": row["software"], "cutoff": row["metric"]}
            said.append(self.say("crossed", cells=self.joined(cells), **at))
        return said

    def estimated(self) -> list[str]:
        """Return the estimates with their limits."""
        measures = ("auc", "sensitivity", "specificity")
        said = [
            self.say("estimated", name=row["software"], metric=row["metric"], values=values)
            for row in overview(self.results, self._labels)
            if row["n"]
            and (
                values := self.joined(
                    f"{self._labels.word(one)} {row[one]}" for one in measures if row[one]
                )
            )
        ]
        paired = said and self._labels.has("versions")
        return [*said, *([self.say("same_cases")] if paired else [])]

    def limitations(self) -> list[str]:
        """Return the limitations that the numbers themselves show."""
        said = []
        if smallest := smallest_group(overview(self.results, self._labels)):
            positive, negative = smallest
            said.append(self.say("smallest", positive=positive, negative=negative))
        if self.n_readers:
            said.append(self.say("readers_are_reference"))
        return [*said, *filter(None, [self._labels.shared("other_patients")])]

    def protocol(self) -> list[str]:
        """Return the protocol that was fixed beforehand."""
        fixed = self._analysis["metrics"].get("protocol")
        return [self.say("protocol", **fixed)] if fixed else []

    def registration(self) -> list[str]:
        """Return the number in a register of studies."""
        number_given = (self._study.get("design") or {}).get("registration")
        return [self.say("registered", number=number_given)] if number_given else []

    def funding(self) -> list[str]:
        """Return funding and conflicts of interest, as stated."""
        stated = {"funding": "funding", "conflict": "conflict_of_interest"}
        return [
            self.say(key, said=said) for key, of in stated.items() if (said := self._study.get(of))
        ]

    def rated(self) -> list[str]:
        """Return the software, and what the readers rated."""
        answered = [key for key in READER_QUESTIONS if self.rows(key)]
        said = self.software()
        return [*said, self.say("rated", ratings=self._titles(answered))] if answered else said

    def rating_methods(self) -> list[str]:
        """Return how agreement was estimated."""
        return self.methods(AGREEMENT)

    def raters(self) -> list[str]:
        """Return how many readers, cases and repeated measurements there are."""
        said = [*self.readers(), self.say("included", n=len(self.results.cases))]
        if all_read := find(self.rows("reader_agreement"), "percent_agreement", "all_readers", ""):
            said.append(self.say("not_read_by_all", n=all_read["n"]))
        repeated: dict[str, str] = {}
        for row in self.rows("repeatability"):
            repeated.setdefault(row["subject"], row["n"])
        return [
            *said,
            *(
                self.say("repeated", who=self._labels.software(self._labels.word(key)), n=n)
                for key, n in repeated.items()
            ),
        ]

    def detailed(self) -> list[str]:
        """Return which tables hold the readers' agreement in detail."""
        answered = [key for key in READER_QUESTIONS if self.rows(key)]
        return [self.say("detailed", questions=self._titles(answered))] if answered else []

    def agreed(self) -> list[str]:
        """Return the estimates of agreement over all readers."""
        said = []
        for question in READER_QUESTIONS:
            values: dict[str, str] = {}
            for row in self.rows(question):
                if row["subject"] == "all_readers" and row["estimate"] and not row["cases"]:
                    values.setdefault(row["measure"], with_limits(row, self._labels))
            if values:
                listed = self.joined(
                    f"{self._labels.word(measure)} {value}" for measure, value in values.items()
                )
                title = self._labels.question("title", question)
                said.append(self.say("agreed", title=title, values=listed))
        return said
