"""The record of a delivery as an audit message: DICOM PS3.15 A.5, on which IHE ATNA is built.

Names of fields are those of the schema in PS3.15 A.5.1. The message is "Data Export" (A.5.3). The
codes come from PS3.16 (DCM) and RFC 3881. The standard sends XML to a repository. This message is
JSON in a file, because the hospital's PC has no network.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bonescint.custody.deliveries import Delivery
from bonescint.identity.chain import Entry
from bonescint.resources import SYNTHETIC

# CID 405 Media Type Code, by the words that a person may type for a medium
_MEDIA = (
    ("DVD", "110033", "DVD"),
    ("CD", "110032", "CD"),
    ("USB", "110030", "USB Disk Emulation"),
)
_UNKNOWN_ROLE = "role not recorded"


def _coded(code: str, name: str, system: str = "DCM") -> dict[str, str]:
    return {"csd-code": code, "codeSystemName": system, "originalText": name}


def audit_message(
    delivery: Delivery, entry: Entry, study: Mapping[str, Any], version: str
) -> dict[str, Any]:
    """Return the message. Persons appear by role and patients by code, never by name or ID."""
    return {
        "AuditMessage": {
            "EventIdentification": {
                "EventID": _coded("110106", "Export"),
                "EventActionCode": "R",
                # the record holds only the day
                "EventDateTime": delivery.date,
                "EventOutcomeIndicator": "0",
                "EventOutcomeDescription": SYNTHETIC if study["synthetic"] else "Success",
            },
            "ActiveParticipant": list(_participants(delivery)),
            "AuditSourceIdentification": {
                "AuditSourceID": f"bonescint {version}",
                "AuditEnterpriseSiteID": study["id"],
                "AuditSourceTypeCode": _coded("4", "Application Server Process", "RFC-3881"),
            },
            "ParticipantObjectIdentification": [*_study(delivery, entry), *_objects(delivery)],
        }
    }


def _participants(delivery: Delivery) -> Iterator[dict[str, Any]]:
    yield {
        "UserID": delivery.handed_over or _UNKNOWN_ROLE,
        "UserIsRequestor": True,
        "RoleIDCode": _coded("110153", "Source Role ID"),
    }
    yield {
        "UserID": delivery.responsible or _UNKNOWN_ROLE,
        "AlternativeUserID": delivery.partner,
        "UserIsRequestor": False,
        "RoleIDCode": _coded("110152", "Destination Role ID"),
    }
    media: dict[str, Any] = {
        "UserID": delivery.medium,
        "UserIsRequestor": False,
        "RoleIDCode": _coded("110154", "Destination Media"),
    }
    for word, code, name in _MEDIA:
        if re.search(rf"(?<![A-Z]){word}(?![A-Z])", delivery.medium.upper()):
            media["MediaIdentifier"] = {"MediaType": _coded(code, name)}
            break
    yield media


def _study(delivery: Delivery, entry: Entry) -> Iterator[dict[str, Any]]:
    """Yield the delivery itself: its place in the ledger, and what was handed over."""
    details = {
        "ledger entry": str(entry.get("n", "")),
        "ledger entry sha256": str(entry.get("hash", "")),
        "items": delivery.items,
        "means": delivery.means,
    }
    details |= {f"sha256 {name}": digest for name, digest in delivery.files}
    details |= {f"sha256 {one['file']}": str(one["sha256"]) for one in delivery.volumes}
    yield {
        "ParticipantObjectID": delivery.id,
        "ParticipantObjectTypeCode": "2",
        "ParticipantObjectTypeCodeRole": "20",  # job
        "ParticipantObjectDataLifeCycle": "10",  # export or copy to target
        "ParticipantObjectIDTypeCode": _coded("9", "Report Number", "RFC-3881"),
        "ParticipantObjectDetail": [
            {"type": kind, "value": value} for kind, value in details.items() if value
        ],
    }


def _objects(delivery: Delivery) -> Iterator[dict[str, Any]]:
    for code in delivery.codes:
        one: dict[str, Any] = {
            "ParticipantObjectID": code,
            "ParticipantObjectTypeCode": "1",
            "ParticipantObjectTypeCodeRole": "1",  # patient
            "ParticipantObjectDataLifeCycle": "10",
            "ParticipantObjectIDTypeCode": _coded("2", "Patient Number", "RFC-3881"),
        }
        if digest := delivery.cases.get(code):
            one["ParticipantObjectDetail"] = [{"type": "case sha256", "value": digest}]
        yield one


def audit_json(message: Mapping[str, Any]) -> str:
    """Return the text of the message's file. The same record gives the same bytes."""
    return json.dumps(message, ensure_ascii=False, indent=1) + "\n"
