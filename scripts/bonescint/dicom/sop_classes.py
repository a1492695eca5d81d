"""The SOP classes that the study tells apart (PS3.4 annex B.5)."""

from pydicom.uid import (
    MediaStorageDirectoryStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    MultiFrameSingleBitSecondaryCaptureImageStorage,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
    NuclearMedicineImageStorage,
    SecondaryCaptureImageStorage,
)

NUCLEAR_MEDICINE = NuclearMedicineImageStorage
SECONDARY_CAPTURE = SecondaryCaptureImageStorage
SECONDARY_CAPTURES = frozenset(
    {
        SECONDARY_CAPTURE,
        MultiFrameSingleBitSecondaryCaptureImageStorage,
        MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
        MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
        MultiFrameTrueColorSecondaryCaptureImageStorage,
    }
)
# a DICOMDIR: the list of a medium's files, no image
MEDIA_DIRECTORY = MediaStorageDirectoryStorage
