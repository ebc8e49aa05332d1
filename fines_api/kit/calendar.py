"""Legal days and terms: calendar days in the region's own time zone, days off from a maintained library.

A term is data (``Term``); this module only counts.  Moments go in and come out as aware UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from fines_api.kit.errors import ConfigurationError

_SATURDAY = 5


class CountFrom(StrEnum):
    """Which day is the first of a term."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class Term:
    """A legal term in calendar days.

    ``moves_off_days`` tells whether a last day that is not a working day moves to the next working day.
    """

    days: int
    count_from: CountFrom
    moves_off_days: bool


@lru_cache(maxsize=16)
def zone(name: str) -> ZoneInfo:
    """Return the time zone.

    Raises:
        ConfigurationError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(f"time zone {name!r} is not known", hint="use an IANA name: Europe/Moscow") from error


def local_day(moment: datetime, timezone: str) -> date:
    """Return the calendar day on which the moment falls where the law applies."""
    return moment.astimezone(zone(timezone)).date()


def start_of(day: date, timezone: str) -> datetime:
    """Return the UTC moment at which the local day begins."""
    return datetime.combine(day, time.min, zone(timezone)).astimezone(UTC)


def end_of(day: date, timezone: str) -> datetime:
    """Return the UTC moment at which the local day is over; whatever is earlier still counts as that day."""
    return start_of(day + timedelta(days=1), timezone)


def last_day(first: date, term: Term, country: str) -> date:
    """Return the last day of a term that is set off by something on the day ``first``."""
    offset = term.days - 1 if term.count_from is CountFrom.SAME_DAY else term.days
    day = first + timedelta(days=offset)
    return next_working_day(day, country) if term.moves_off_days else day


def next_working_day(day: date, country: str) -> date:
    """Return the day itself if people work on it, else the first one after it on which they do."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


def is_working_day(day: date, country: str) -> bool:
    """Tell whether the day is neither a weekend nor a public holiday of the country (ISO 3166-1 alpha-2)."""
    return day.weekday() < _SATURDAY and day not in _holidays(country, day.year)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country.upper(), years=year))
    except NotImplementedError as error:
        raise ConfigurationError(f"no calendar of public holidays for {country!r}") from error
