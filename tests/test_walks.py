"""Why a call says nothing, and how long a partner asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cxcontracts.exchanges import Response
from cxcontracts.walks import retry_after

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("31536000", 31_536_000.0),
        ("Mon, 01 Jun 2026 12:00:30 GMT", 30.0),
        ("Mon, 01 Jun 2026 14:00:30 +0200", 30.0),
        ("Mon, 01 Jun 2020 12:00:00 GMT", 0.0),
        ("-1e309", None),
        ("-5", None),
        ("9" * 5000, None),
        ("soon", None),
        ("Mon, 99 Jun 2026 12:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 251_622_071_939.0),
        ("", None),
    ],
)
def test_how_long_a_partner_asks_us_to_wait_is_read_or_passed_over(written: str, seconds: float | None) -> None:
    assert retry_after(Response(429, {"retry-after": written}), NOW) == seconds


def test_without_a_word_there_is_no_wait() -> None:
    assert retry_after(Response(429), NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("date", "seconds"), [("Mon, 01 Jun 2026 13:00:00 GMT", 30.0), ("yesterday", 3630.0), ("Mon, 01 Jun 2026 14:00:00 GMT", 0.0)]
)
def test_a_day_to_come_back_is_read_by_the_partners_own_clock(date: str, seconds: float) -> None:
    headers = {"retry-after": "Mon, 01 Jun 2026 13:00:30 GMT", "date": date}
    assert retry_after(Response(503, headers), NOW) == seconds
