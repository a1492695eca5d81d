"""Knowledge the workflow's scripts share: DICOM, de-identification, identity, tables, statistics, outputs."""

__version__ = "0.1.0"
