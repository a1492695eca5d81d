"""Who and what of the hospital stands in a header beside the patient."""

from bonescint.dicom import tags

STAFF = (
    tags.ReferringPhysicianName, tags.PhysiciansOfRecord, tags.PerformingPhysicianName,
    tags.NameOfPhysiciansReadingStudy, tags.OperatorsName, tags.ConsultingPhysicianName,
    tags.RequestingPhysician, tags.ScheduledPerformingPhysicianName,
)  # fmt: skip
INSTITUTION = (
    tags.InstitutionName, tags.InstitutionAddress, tags.InstitutionalDepartmentName,
)  # fmt: skip
