"""What several tests of the de-identification share."""

from collections.abc import Iterator

import pytest

from bonescint.dicom.quiet import quiet_pydicom


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Silence pydicom, as the job does, because its warnings quote header values."""
    with quiet_pydicom():
        yield
