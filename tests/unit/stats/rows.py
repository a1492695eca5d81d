"""What the tests of `bonescint.stats` ask of a row, and how they make columns of cases."""

import numpy as np
import pytest


def limits(row):
    return row.ci_low, row.ci_high


def with_limits(row):
    return row.estimate, row.ci_low, row.ci_high


def notes(row):
    return dict(part.split("=") for part in row.note.split("; "))


def columns(rows):
    return (np.array(column) for column in zip(*rows, strict=True))


def is_without_limits(row, status, estimate):
    assert row.status == status
    assert row.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan(limits(row)).all()
