from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fines_api.kit.calendar import CountFrom, Term, end_of, is_working_day, last_day, local_day, start_of, zone
from fines_api.kit.errors import ConfigurationError

DAYS = st.dates(min_value=date(2023, 1, 1), max_value=date(2027, 12, 31))


def test_the_region_decides_which_day_it_is() -> None:
    moment = datetime(2024, 12, 31, 21, 0, tzinfo=UTC)
    assert local_day(moment, "Europe/Moscow") == date(2025, 1, 1)
    assert local_day(moment - timedelta(seconds=1), "Europe/Moscow") == date(2024, 12, 31)
    assert local_day(moment, "Asia/Vladivostok") == date(2025, 1, 1)
    assert local_day(moment, "Europe/Kaliningrad") == date(2024, 12, 31)


def test_a_day_of_daylight_saving_has_23_or_25_hours() -> None:
    berlin = "Europe/Berlin"
    assert end_of(date(2026, 3, 29), berlin) - start_of(date(2026, 3, 29), berlin) == timedelta(hours=23)
    assert end_of(date(2026, 10, 25), berlin) - start_of(date(2026, 10, 25), berlin) == timedelta(hours=25)


@given(DAYS, st.integers(min_value=1, max_value=120))
def test_counting_from_the_same_day_ends_one_day_earlier(first: date, days: int) -> None:
    same = last_day(first, Term(days, CountFrom.SAME_DAY, moves_off_days=False), "ru")
    after = last_day(first, Term(days, CountFrom.NEXT_DAY, moves_off_days=False), "ru")
    assert after - same == timedelta(days=1)
    assert after == first + timedelta(days=days)


@settings(deadline=None)  # the first call of a year reads its holidays
@given(DAYS, st.integers(min_value=1, max_value=120))
def test_a_moving_term_ends_on_a_working_day_and_never_earlier(first: date, days: int) -> None:
    term = Term(days, CountFrom.NEXT_DAY, moves_off_days=True)
    end = last_day(first, term, "ru")
    assert is_working_day(end, "ru")
    assert end >= first + timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 1, 8), False),
        (date(2026, 1, 12), True),
        (date(2026, 2, 23), False),
        (date(2026, 6, 12), False),
        (date(2026, 6, 13), False),
        (date(2026, 6, 15), True),
    ],
)
def test_public_holidays_and_weekends_of_russia(day: date, is_working: bool) -> None:
    assert is_working_day(day, "ru") is is_working


def test_unknown_zone_and_country_are_refused_with_a_reason() -> None:
    with pytest.raises(ConfigurationError, match="Mars/Olympus"):
        zone("Mars/Olympus")
    with pytest.raises(ConfigurationError, match="'xx'"):
        is_working_day(date(2026, 1, 13), "xx")
