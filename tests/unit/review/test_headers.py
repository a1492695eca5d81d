"""The header before and after, beside a code: nothing of it says who the patient is."""

import re

from bonescint.deid.instance import Settings, deidentify
from bonescint.deid.policy import load_policies
from bonescint.deid.uids import UidReplacer
from bonescint.resources import RESOURCES, Texts
from bonescint.review.headers import ShownChange, shown_changes
from tests.unit.deid.samples import BIRTH, CODE, PATIENT_ID, SECRET, as_file, plant, siemens

WHO = re.compile(
    rf"yamada|hanako|山田|花子|ヤマダ|ハナコ|{PATIENT_ID.lstrip('0')}|{BIRTH}|1948-03-17|ACC4711"
    r"|ST12345|1\.2\.392\.200036",
    re.IGNORECASE,
)


def shown() -> list[ShownChange]:
    source = plant(siemens())
    source.PatientComments = f"Yamada Hanako, {PATIENT_ID}"
    source.ImageComments = "山田花子様 昭和23年3月17日"
    source.PatientTelephoneNumbers = "0312345678"
    source.ImageType = ["ORIGINAL", "PRIMARY", "YAMADA", "EMISSION"]
    source.CollimatorType = f"ID {PATIENT_ID}"
    data = as_file(source)
    policies = load_policies(RESOURCES / "tag_table.csv", "STUDY", "SERIES")
    done = deidentify(data, {}, CODE, Settings(policies, UidReplacer(SECRET), False))
    return list(shown_changes(data, done.data, {}, Texts("review", "en")))


def test_of_who_the_patient_is_the_length_alone_is_shown() -> None:
    lines = shown()
    assert [line for line in lines if WHO.search(f"{line.before} {line.after}")] == []
    masked = {line.name for line in lines if re.search(r"\d", line.before) and line.after == CODE}
    assert masked == {"PatientName", "PatientID"}
    # what says nothing of the patient can be read
    by_name = {line.name: line for line in lines}
    assert by_name["StudyDate"].before == "20190701"
    assert by_name["InstitutionName"].before == "Example University Hospital"
