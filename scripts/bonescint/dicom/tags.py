"""Tags by the standard's keyword (PS3.6), as plain numbers, so that nothing must be loaded.

Private tags, group numbers and masks have no keyword and stay numbers where they are used. A module
that loops over every element binds the constants it needs to its own names.
"""

from functools import cache

FileMetaInformationGroupLength = 0x00020000
FileMetaInformationVersion = 0x00020001
MediaStorageSOPClassUID = 0x00020002
MediaStorageSOPInstanceUID = 0x00020003
TransferSyntaxUID = 0x00020010
ImplementationClassUID = 0x00020012
ImplementationVersionName = 0x00020013
DirectoryRecordSequence = 0x00041220
SpecificCharacterSet = 0x00080005
ImageType = 0x00080008
SOPClassUID = 0x00080016
SOPInstanceUID = 0x00080018
SyntheticData = 0x0008001C
StudyDate = 0x00080020
AccessionNumber = 0x00080050
Modality = 0x00080060
InstitutionName = 0x00080080
InstitutionAddress = 0x00080081
ReferringPhysicianName = 0x00080090
ReferringPhysicianAddress = 0x00080092
ConsultingPhysicianName = 0x0008009C
CodeValue = 0x00080100
CodingSchemeDesignator = 0x00080102
CodeMeaning = 0x00080104
StationName = 0x00081010
StudyDescription = 0x00081030
ProcedureCodeSequence = 0x00081032
SeriesDescription = 0x0008103E
InstitutionalDepartmentName = 0x00081040
PhysiciansOfRecord = 0x00081048
PerformingPhysicianName = 0x00081050
NameOfPhysiciansReadingStudy = 0x00081060
OperatorsName = 0x00081070
PatientName = 0x00100010
PatientID = 0x00100020
PatientBirthDate = 0x00100030
PatientSex = 0x00100040
OtherPatientIDs = 0x00101000
OtherPatientNames = 0x00101001
OtherPatientIDsSequence = 0x00101002
PatientBirthName = 0x00101005
PatientAge = 0x00101010
PatientSize = 0x00101020
PatientWeight = 0x00101030
PatientAddress = 0x00101040
InsurancePlanIdentification = 0x00101050
PatientMotherBirthName = 0x00101060
MedicalRecordLocator = 0x00101090
PatientTelephoneNumbers = 0x00102154
PatientTelecomInformation = 0x00102155
ResponsiblePerson = 0x00102297
ClinicalTrialSubjectID = 0x00120040
PatientIdentityRemoved = 0x00120062
DeidentificationMethod = 0x00120063
DeidentificationMethodCodeSequence = 0x00120064
BodyPartExamined = 0x00180015
Radiopharmaceutical = 0x00180031
ProtocolName = 0x00181030
WholeBodyTechnique = 0x00181301
StudyInstanceUID = 0x0020000D
SeriesInstanceUID = 0x0020000E
StudyID = 0x00200010
ImageOrientationPatient = 0x00200037
FrameOfReferenceUID = 0x00200052
ImageComments = 0x00204000
SamplesPerPixel = 0x00280002
PhotometricInterpretation = 0x00280004
NumberOfFrames = 0x00280008
FrameIncrementPointer = 0x00280009
Rows = 0x00280010
Columns = 0x00280011
PixelSpacing = 0x00280030
BitsAllocated = 0x00280100
BitsStored = 0x00280101
HighBit = 0x00280102
PixelRepresentation = 0x00280103
SmallestImagePixelValue = 0x00280106
LargestImagePixelValue = 0x00280107
BurnedInAnnotation = 0x00280301
LongitudinalTemporalInformationModified = 0x00280303
RedPaletteColorLookupTableDescriptor = 0x00281101
GreenPaletteColorLookupTableDescriptor = 0x00281102
BluePaletteColorLookupTableDescriptor = 0x00281103
RedPaletteColorLookupTableData = 0x00281201
GreenPaletteColorLookupTableData = 0x00281202
BluePaletteColorLookupTableData = 0x00281203
LossyImageCompression = 0x00282110
RequestingPhysician = 0x00321032
RequestedProcedureDescription = 0x00321060
RequestedProcedureCodeSequence = 0x00321064
AdmissionID = 0x00380010
ServiceEpisodeID = 0x00380060
ScheduledPerformingPhysicianName = 0x00400006
ScheduledProcedureStepID = 0x00400009
PerformedProcedureStepID = 0x00400253
PerformedProcedureStepDescription = 0x00400254
RequestedProcedureID = 0x00401001
OrderCallbackPhoneNumber = 0x00402010
PlacerOrderNumberImagingServiceRequest = 0x00402016
FillerOrderNumberImagingServiceRequest = 0x00402017
EnergyWindowVector = 0x00540010
NumberOfEnergyWindows = 0x00540011
EnergyWindowInformationSequence = 0x00540012
RadiopharmaceuticalInformationSequence = 0x00540016
DetectorVector = 0x00540020
NumberOfDetectors = 0x00540021
DetectorInformationSequence = 0x00540022
PhaseVector = 0x00540030
RotationVector = 0x00540050
RRIntervalVector = 0x00540060
TimeSlotVector = 0x00540070
SliceVector = 0x00540080
AngularViewVector = 0x00540090
TimeSliceVector = 0x00540100
StartAngle = 0x00540200
ViewCodeSequence = 0x00540220
RadiopharmaceuticalCodeSequence = 0x00540304
ImageID = 0x00540400
FloatPixelData = 0x7FE00008
DoubleFloatPixelData = 0x7FE00009
PixelData = 0x7FE00010
DataSetTrailingPadding = 0xFFFCFFFC
Item = 0xFFFEE000
ItemDelimitationItem = 0xFFFEE00D
SequenceDelimitationItem = 0xFFFEE0DD

_KEYWORDS = {tag: keyword for keyword, tag in globals().items() if isinstance(tag, int)}


def notation(tag: int) -> str:
    """Return any tag, also a private one, as the standard writes it, such as ``(0008,103E)``."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def place(tag: int) -> str:
    """Return a public tag as `notation` does, and of another tag only its kind: it may be text.

    Parameters
    ----------
    tag
        A tag as it was read, perhaps from a place that holds no tag.
    """
    from pydicom.datadict import dictionary_has_tag

    if dictionary_has_tag(tag):
        return notation(tag)
    return "a private element" if tag >> 16 & 1 else "an unknown element"


@cache
def label(tag: int) -> str:
    """Return keyword and tag as evidence has them: ``SeriesDescription (0008,103e)``."""
    return f"{_KEYWORDS[tag]} {notation(tag).lower()}"
