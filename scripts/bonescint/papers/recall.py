"""The notice of a recall as a form (R12)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bonescint.papers.form import Field, Fields, Paper, Points, Signatures
from bonescint.resources import Texts
from bonescint.tables.sheets import ShownColumn, ShownTable
from bonescint.text.filled import filled_for


def recall_paper(
    delivery: Mapping[str, str],
    codes: Sequence[str],
    study: Mapping[str, Any],
    language: str,
    issued: str,
) -> Paper:
    """Return the notice as a form.

    Parameters
    ----------
    delivery
        ``id``, ``date``, ``medium``, ``partner``, ``responsible`` as on record.
    codes, issued
        Of the patients who are recalled; the notice's date.
    study, language
        Of the configuration.
    """
    text = Texts("papers", language)
    what = [
        Field(text("delivery"), delivery["id"]),
        Field(text("provided_on"), delivery["date"]),
        Field(text("medium"), delivery["medium"]),
        Field(text("recall.issued"), issued),
        Field(text("manager"), filled_for(study.get("privacy_manager"), study["synthetic"])),
    ]
    to = text(
        "recall.to",
        partner=delivery["partner"] or text("blank"),
        responsible=delivery["responsible"] or text("blank"),
    )
    title = text("recall.codes", n=len(codes))
    shown = [ShownColumn("code", text("codes.code"))]
    asked = [(text(key), "plan") for key in text if key.startswith("recall.ask_")]
    confirmed = [(text(key), "") for key in text if key.startswith("recall.box_")]
    by = [Field(text("institution")), Field(text("recall.done"), text("blank_date"))]
    return Paper(
        name="recall",
        title=text("recall.title"),
        study=str(study["id"]),
        study_title=str(study["title"]),
        delivery=delivery["id"],
        synthetic=bool(study["synthetic"]),
        language=language,
        lead=[to, text("recall.reason"), text("recall.note")],
        blocks=[
            Fields(text("recall.what"), what),
            ShownTable(title, shown, [{"code": code} for code in codes]),
            Points(text("recall.asks"), asked),
            Points(text("recall.confirmation"), confirmed, "box"),
            Fields("", by),
            Signatures("", [text("recall.by")]),
        ],
    )
