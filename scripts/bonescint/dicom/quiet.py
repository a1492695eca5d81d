"""Silence pydicom, because its warnings quote header values and paths."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pydicom


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Keep pydicom's warnings out of logs and screen, and switch its checks off.

    The warnings quote the header. This package checks every value that it writes itself.
    """
    remarks = logging.getLogger("pydicom")
    level = remarks.level
    # pydicom's decoders have their own loggers, which inherit the level but not `disabled`
    remarks.setLevel(logging.CRITICAL + 1)
    mode = pydicom.config.settings.reading_validation_mode
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        remarks.setLevel(level)
        pydicom.config.settings.reading_validation_mode = mode
