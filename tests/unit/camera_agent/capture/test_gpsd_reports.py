"""What a TPV report of gpsd is worth, line by line; the daemon itself stands in the integration tests."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.addresses import LineAddress
from camera_agent.capture.gpsd import FIX_MAX_AGE_S, BrokenReportError, PositionReader, fix_of
from camera_agent.clock import ManualClock
from recognition.violations import PositionFix

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GOOD = {"class": "TPV", "mode": 3, "lat": 55.0, "lon": 37.0, "eph": 8.0}


def line(**changes: Any) -> bytes:
    import json  # noqa: PLC0415

    return json.dumps({name: value for name, value in (GOOD | changes).items() if value is not None}).encode()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def reader(clock: ManualClock) -> PositionReader:
    """One that was never started: lines are handed to it."""
    return PositionReader(LineAddress(path=Path("/nowhere")), clock=clock, rng=random.Random(1))


@pytest.mark.parametrize(
    ("changes", "sigma_m"),
    [
        ({}, 4.0),
        ({"eph": None, "epx": 6.0, "epy": 8.0}, 5.0),
        ({"eph": 8.0, "epx": 60.0, "epy": 80.0}, 4.0),
        ({"eph": None}, 25.0),
        ({"eph": None, "epx": 6.0}, 25.0),
        ({"eph": 0}, 25.0),
        ({"eph": -3.0}, 25.0),
        ({"eph": "8"}, 25.0),
        ({"mode": 2}, 4.0),
    ],
)
def test_the_receivers_own_error_is_two_sigma_and_an_untold_one_is_poor(changes: Any, sigma_m: float) -> None:
    assert fix_of(GOOD | changes) == PositionFix(55.0, 37.0, sigma_m)


@pytest.mark.parametrize("changes", [{"mode": 0}, {"mode": 1}, {"eph": 200.1}, {"eph": 1e9}])
def test_no_fix_and_a_hopeless_one_are_none(changes: Any) -> None:
    assert fix_of(GOOD | changes) is None
    assert fix_of(GOOD | {"eph": 199.9}) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": None}, {"mode": "3"}, {"mode": True}, {"lat": None}, {"lon": None}, {"lat": 90.1}, {"lon": -180.1},
        {"lat": float("nan")}, {"lon": float("inf")}, {"lat": "55.0"}, {"lat": True}, {"lat": 10**400},
    ],
)  # fmt: skip
def test_a_fix_that_is_nowhere_is_broken(changes: Any) -> None:
    with pytest.raises(BrokenReportError):
        fix_of(GOOD | changes)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["mode", "lat", "lon", "eph", "epx", "epy"], _JSON)))
def test_whatever_comes_is_a_place_on_earth_with_its_doubt_or_none(report: dict[str, Any]) -> None:
    try:
        fix = fix_of(report)
    except BrokenReportError:
        return
    if fix is not None:
        assert abs(fix.latitude) <= 90
        assert abs(fix.longitude) <= 180
        assert 0 < fix.sigma_m <= 100


def test_a_fix_grows_old_to_the_second(reader: PositionReader, clock: ManualClock) -> None:
    assert reader.fix() is None
    reader._take(line())
    clock.set(START + timedelta(seconds=FIX_MAX_AGE_S))
    assert reader.fix() == PositionFix(55.0, 37.0, 4.0)
    clock.set(START + timedelta(seconds=FIX_MAX_AGE_S + 0.001))
    assert reader.fix() is None
    health = reader.health()
    assert (health["has_fix"], health["latitude"], health["age_s"]) == (False, 55.0, 10.0)


def test_a_report_without_a_fix_does_not_make_the_last_one_younger(reader: PositionReader, clock: ManualClock) -> None:
    reader._take(line())
    clock.set(START + timedelta(seconds=9))
    reader._take(line(mode=1, lat=None, lon=None))
    assert reader.fix() is not None
    clock.set(START + timedelta(seconds=11))
    assert reader.fix() is None


@pytest.mark.parametrize(
    "noise",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe\x00", b"[" * 60_000, b'{"class":"TPV"}', b'{"class":"TPV","mode":3}'],
)
def test_broken_lines_are_counted_and_change_nothing(reader: PositionReader, noise: bytes) -> None:
    reader._take(line())
    reader._take(noise)
    assert reader.fix() == PositionFix(55.0, 37.0, 4.0)
    assert reader.health()["broken"] == 1
    reader._take(line(lat=55.0001))
    assert reader.fix() == PositionFix(55.0001, 37.0, 4.0)


def test_other_reports_are_passed_over_and_an_error_is_kept(reader: PositionReader) -> None:
    for kind in ("VERSION", "DEVICES", "WATCH", "SKY", "GST"):
        reader._take(line(**{"class": kind}))
    assert reader.fix() is None
    assert (reader.health()["reports"], reader.health()["broken"]) == (0, 0)
    reader._lines.counts.is_connected = True
    reader._take(b'{"class":"ERROR","message":"Unrecognized request"}')
    assert reader.health()["last_error"] == "gpsd says: Unrecognized request"


@pytest.mark.parametrize(("north_deg", "jumps"), [(0.0003, 0), (0.0004, 0), (0.0005, 1), (1.0, 1)])
def test_a_jump_beyond_both_doubts_is_noted_and_the_new_place_counts(
    reader: PositionReader, north_deg: float, jumps: int
) -> None:
    """30 m and twice both doubts of 4 m are 46 m; a thousandth of a degree is 111 m."""
    reader._take(line())
    reader._take(line(lat=55.0 + north_deg))
    assert reader.health()["jumps"] == jumps
    assert reader.fix() == PositionFix(55.0 + north_deg, 37.0, 4.0)


def test_who_was_silent_long_enough_may_come_back_elsewhere(reader: PositionReader, clock: ManualClock) -> None:
    reader._take(line())
    clock.set(START + timedelta(seconds=60))
    reader._take(line(lat=56.0))
    assert reader.health()["jumps"] == 0
