"""The retention clock: the last day, the warning before it, and what the command says."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bonescint.custody.retention import retention, summary_line
from bonescint.errors import InputError
from tests.unit.called import call
from tests.unit.study_config import configure


def study(published: str | None, years: int = 10) -> dict[str, Any]:
    return {"publication_date": published, "retention_years": years}


@pytest.mark.parametrize(
    ("published", "years", "until"),
    [
        ("2026-03-31", 10, date(2036, 3, 31)),
        ("2024-02-29", 10, date(2034, 3, 1)),
        ("2024-02-29", 4, date(2028, 2, 29)),
        ("2096-02-29", 4, date(2100, 3, 1)),
        ("2026-12-31", 0, date(2026, 12, 31)),
        ("2023-02-28", 1, date(2024, 2, 28)),
    ],
)
def test_the_last_day(published: str, years: int, until: date) -> None:
    assert retention(study(published, years), date(2026, 1, 1)).keep_until == until


@pytest.mark.parametrize(
    ("today", "left", "warning", "due"),
    [
        (date(2035, 12, 31), 91, False, False),
        (date(2036, 1, 1), 90, True, False),
        (date(2036, 3, 31), 0, True, False),
        (date(2036, 4, 1), -1, True, True),
    ],
)
def test_the_warning_and_the_end(today: date, left: int, warning: bool, due: bool) -> None:
    found = retention(study("2026-03-31"), today)
    assert (found.days_left, found.warning, found.due) == (left, warning, due)
    lines = [summary_line(study("2026-03-31"), today, language) for language in ("ja", "en")]
    if not warning:
        assert lines == [None, None]
    else:
        assert all(line and "2036-03-31" in line and "destroy" in line for line in lines)
        assert ("過ぎました" in str(lines[0])) == due


def test_no_publication_means_keep() -> None:
    found = retention(study(None), date(2099, 1, 1))
    assert (found.keep_until, found.days_left, found.due, found.warning) == (
        None,
        None,
        False,
        False,
    )
    assert retention({}, date(2099, 1, 1)).years == 10
    assert summary_line(study(None), date(2099, 1, 1), "ja") is None


@pytest.mark.parametrize(
    ("published", "years"), [("2026-02-30", 10), ("2026-2-3", 10), ("2026-01-01", 9000)]
)
def test_an_invalid_date(published: str, years: int) -> None:
    with pytest.raises(InputError, match="publication_date"):
        retention(study(published, years), date(2026, 1, 1))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("published", [None, "2000-01-01"])
def test_the_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    published: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    configure(language=language, study=study(published))
    assert call("retention") == 0
    out = capsys.readouterr().out
    assert "private/ledger.key" in out
    assert out.count("2010-01-01") == (7 if published else 0)  # the warning and six rows
    assert ("destroy" in out.splitlines()[1]) == bool(published)
