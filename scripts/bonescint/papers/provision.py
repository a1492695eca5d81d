"""The forms of a provision: record, receipt, list of codes, hand-over note (R29)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bonescint.config_words import preceding_study
from bonescint.errors import InputError
from bonescint.papers import OF_PROVISION
from bonescint.papers.form import Field, Fields, Paper, Points, Signatures
from bonescint.resources import Texts
from bonescint.tables.sheets import ShownColumn, ShownTable
from bonescint.text.filled import filled_for

_COLUMNS = ("code", "volume", "n_images", "replaces")


@dataclass(frozen=True, slots=True)
class Provision:
    """What is provided to another institution, recorded or still to be handed over."""

    id: str  # D-001
    cases: Sequence[Mapping[str, str]]  # a row each: code and, if known, volume, n_images, replaces
    date: str = ""  # as on record, like the next eight; empty = filled in by hand
    medium: str = ""
    partner: str = ""
    responsible: str = ""
    items: str = ""
    obtained: str = ""
    means: str = ""
    handed_over: str = ""
    after_end: str = ""
    # as in results/delivery/volumes.csv; empty = files were handed over
    volumes: Sequence[Mapping[str, Any]] = ()
    files: int = 0  # how many, where there are no volumes


def forms_of_provision(provision: Provision, config: Mapping[str, Any]) -> dict[str, Paper]:
    """Return the forms by their name: ``record``, ``receipt``, ``codes``, ``handover``.

    Raises
    ------
    InputError
        If no privacy manager is chosen (R33).
    """
    context = _Context(provision, config)
    made = (_record(context), _receipt(context), _codes(context), _handover(context))
    return dict(zip(OF_PROVISION, made, strict=True))


def manager_of(study: Mapping[str, Any], language: str) -> str:
    """Return role and holder of the privacy manager.

    Raises
    ------
    InputError
        If none is chosen: then no form is made (R33).
    """
    if manager := filled_for(study.get("privacy_manager"), study["synthetic"]):
        return manager
    raise InputError(Texts("papers", language)("no_manager"))


class _Context:
    """What the forms of one provision share."""

    def __init__(self, provision: Provision, config: Mapping[str, Any]) -> None:
        self.provision = provision
        self.study: Mapping[str, Any] = config["study"]
        self.papers: Mapping[str, Any] = config.get("papers") or {}
        self.language = str(config["language"])
        self.text = Texts("papers", self.language)
        self.manager = manager_of(self.study, self.language)

    def configured(self, key: str) -> str:
        """Return what the configuration says for the forms; empty = filled in by hand."""
        return filled_for(self.papers.get(key), self.study["synthetic"])

    def form(self, name: str, lead: Sequence[str], *blocks: Any) -> Paper:
        return Paper(
            name=name,
            title=self.text(f"{name}.title"),
            study=str(self.study["id"]),
            study_title=str(self.study["title"]),
            delivery=self.provision.id,
            synthetic=bool(self.study["synthetic"]),
            language=self.language,
            lead=lead,
            blocks=[block for block in blocks if block],
        )

    def field(self, key: str, value: object = "", basis: str = "") -> Field:
        return Field(self.text(key), str(value or ""), basis)

    def points(self, form: str, title: str, *keys: str, mark: str = "number") -> Points:
        """Return sentences; a key with ! at its end rests on the guideline, with * on the plan."""
        basis = {"!": "guideline", "*": "plan"}
        return Points(
            self.text(f"{form}.{title}"),
            [(self.text(f"{form}.{key.rstrip('!*')}"), basis.get(key[-1], "")) for key in keys],
            mark,
        )

    def sign(self, *roles: str) -> Signatures:
        return Signatures(self.text("signatures"), [self.text(role) for role in roles])

    def what(self) -> Fields:
        """Return the few lines that say which provision it is."""
        given = self.provision
        return Fields(
            self.text("provision"),
            [
                self.field("study_id", self.study["id"]),
                self.field("study_title", self.study["title"]),
                self.field("delivery", given.id),
                self.field("provided_on", given.date or self.text("blank_date")),
                self.field("medium", given.medium),
                self.field("codes.cases", str(len(given.cases))),
            ],
        )

    def provider(self) -> Fields:
        return Fields(
            self.text("provider"),
            [
                self.field("institution", self.configured("institution"), "guideline"),
                self.field("investigator", self.configured("investigator"), "guideline"),
                self.field("manager", self.manager, "plan"),
                self.field("contact", self.configured("contact"), "plan"),
            ],
        )

    def volumes(self) -> Fields:
        given, text = self.provision, self.text
        if given.volumes:
            return Fields(text("volumes"), [self._volume(volume) for volume in given.volumes])
        said = text("files.n", n=given.files, delivery=given.id)
        return Fields(text("volumes"), [self.field("files", said)])

    def _volume(self, volume: Mapping[str, Any]) -> Field:
        text, counts = self.text, ""
        if volume.get("cases") and volume.get("images"):
            counts = text("volume.counts", cases=volume["cases"], images=volume["images"])
        says = text(
            "volume.says",
            file_set_id=volume["file_set_id"],
            form=text(f"form.{volume['form']}"),
            size=f"{int(volume['bytes']):,}",
            counts=counts,
            sha256=volume["sha256"],
            manifest=volume["manifest_sha256"],
        )
        return Field(text("volume", **volume), says)

    @property
    def encrypted(self) -> bool:
        return any(volume["form"] == "encrypted" for volume in self.provision.volumes)


def _record(context: _Context) -> Paper:
    study, given, text = context.study, context.provision, context.text
    field, rule, plan = context.field, "guideline", "plan"
    approval = {
        key: filled_for(value, study["synthetic"])
        for key, value in (study.get("approval") or {}).items()
    }
    about = [
        field("study_id", study["id"]),
        field("study_title", study["title"], rule),
        *([field("preceding", preceding, plan)] if (preceding := preceding_study(study)) else []),
        field("period_end", study.get("period_end"), plan),
        field("committee", approval.get("committee"), rule),
        field("approval_number", approval.get("number")),
        field("approval_date", approval.get("date") or text("blank_date")),
    ]
    receiver = [
        field("institution", given.partner, rule),
        field("responsible", given.responsible, rule),
        field("responsible_name", "", rule),
    ]
    provided = [
        field("delivery", given.id),
        field("provided_on", given.date or text("blank_date"), rule),
        field("items", given.items, rule),
        field("obtained", given.obtained, rule),
        field("subjects", text("subjects.n", n=len(given.cases)), rule),
        field("consent", text("consent.opt_out"), rule),
        field("protection", text("protection.coded"), plan),
        field("medium", given.medium, plan),
        field("means", given.means, plan),
        field("handed_over", given.handed_over),
    ]
    if given.after_end:
        provided.append(field("after_end", given.after_end))
    return context.form(
        "record",
        [text("record.lead")],
        Fields(text("study"), about),
        context.provider(),
        Fields(text("receiver"), receiver),
        Fields(text("provision"), provided),
        context.volumes(),
        Points(text("record.kept"), list(_keeping(context))),
        context.sign("investigator.sign", "manager"),
    )


def _keeping(context: _Context) -> Iterator[tuple[str, str]]:
    text = context.text
    yield text("record.kept_rule"), "guideline"
    if years := context.papers.get("kept_years"):
        yield text("record.kept_years", years=years), "plan"
    if years := context.study.get("retention_years"):
        yield text("record.kept_data", years=years), "plan"
    yield text("record.kept_by", manager=context.manager), "plan"


def _receipt(context: _Context) -> Paper:
    text = context.text
    to = text("receipt.to", institution=context.configured("institution") or text("blank"))
    contact = context.configured("contact") or text("blank")
    checks = ["whole", "hash", "codes", "note*", "record!"]
    if context.encrypted:
        checks.insert(3, "apart*")
    by = [
        context.field("institution", context.provision.partner),
        context.field("receipt.by_role"),
        context.field("receipt.by_name"),
        context.field("receipt.date", text("blank_date")),
    ]
    return context.form(
        "receipt",
        [to, text("receipt.lead"), text("receipt.back", contact=contact)],
        context.what(),
        context.volumes(),
        context.points("receipt", "checks", *checks, mark="box"),
        Fields(text("receipt.by"), by),
        context.sign("receipt.by", "handover.gave"),
    )


def _codes(context: _Context) -> Paper:
    text, given = context.text, context.provision
    rows = [{key: str(case.get(key) or "") for key in _COLUMNS} for case in given.cases]
    known = [key for key in _COLUMNS if any(row[key] for row in rows)] or ["code"]
    kinds = {"volume": "count", "n_images": "count"}
    shown = [ShownColumn(key, text(f"codes.{key}"), kinds.get(key, "text")) for key in known]
    lead = [text("codes.lead")]
    if "replaces" in known:
        lead.append(text("codes.replaces_note"))
    return context.form(
        "codes",
        lead,
        context.what(),
        ShownTable(text("codes.list"), shown, rows),
        context.sign("manager"),
    )


def _handover(context: _Context) -> Paper:
    text = context.text
    contact = context.configured("contact") or text("blank")
    replaced = ["replace*"] * any(case.get("replaces") for case in context.provision.cases)
    duties = ("purpose*", "network*", "onward*", "identify*", "safe!", "recall*", *replaced)
    how = ("readme", *(["unzip"] * context.encrypted), "certutil", "manifest", "differs")
    return context.form(
        "handover",
        [text("handover.lead"), f"{text('contact')}: {contact}"],
        context.what(),
        context.points("handover", "duties", *duties, "record!"),
        context.points("handover", "verify", *how),
        context.volumes(),
        context.sign("handover.gave", "handover.took"),
    )
