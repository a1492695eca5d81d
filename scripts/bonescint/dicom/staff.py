"""Attributes of a header that name the hospital's staff or the institution."""

from bonescint.dicom import tags

STAFF = (
    tags.ReferringPhysicianName, tags.PhysiciansOfRecord, tags.PerformingPhysicianName,
    tags.NameOfPhysiciansReadingStudy, tags.OperatorsName, tags.ConsultingPhysicianName,
    tags.RequestingPhysician, tags.ScheduledPerformingPhysicianName,
)  # fmt: skip
INSTITUTION = (
    tags.InstitutionName, tags.InstitutionAddress, tags.InstitutionalDepartmentName,
)  # fmt: skip
