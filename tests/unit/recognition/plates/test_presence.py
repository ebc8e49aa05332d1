"""One plate in two places: only what no vehicle can have driven is said to be impossible."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.plates.presence import Sighting, great_circle_m, is_impossible_presence, least_speed_kmh

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MOSCOW, PETERSBURG = (55.7558, 37.6173), (59.9343, 30.3351)


def seen(place: tuple[float, float], after_s: float = 0.0, bound_ms: float | None = 50.0) -> Sighting:
    return Sighting(*place, NOON + timedelta(seconds=after_s), bound_ms)


def test_the_way_from_moscow_to_petersburg() -> None:
    assert great_circle_m(seen(MOSCOW), seen(PETERSBURG)) == pytest.approx(633_000, rel=0.005)


def test_a_degree_of_latitude_is_60_nautical_miles() -> None:
    assert great_circle_m(seen((10.0, 20.0)), seen((11.0, 20.0))) == pytest.approx(60 * 1852, rel=0.002)


def test_across_the_date_line_is_near() -> None:
    assert great_circle_m(seen((65.0, 179.99)), seen((65.0, -179.99))) == pytest.approx(940, abs=5)


@pytest.mark.parametrize(("hours", "is_impossible"), [(1.0, True), (2.5, True), (2.54, False), (7.0, False)])
def test_moscow_to_petersburg_within_hours(hours: float, is_impossible: bool) -> None:
    assert is_impossible_presence(seen(MOSCOW), seen(PETERSBURG, hours * 3600)) is is_impossible


def test_the_clocks_doubt_is_the_owners_time() -> None:
    near = (MOSCOW[0] + 0.02, MOSCOW[1])
    assert is_impossible_presence(seen(MOSCOW), seen(near, 25.0))
    assert not is_impossible_presence(seen(MOSCOW, bound_ms=2000.0), seen(near, 25.0, bound_ms=2000.0))


@pytest.mark.parametrize("bounds", [(None, 50.0), (50.0, None), (None, None)])
def test_an_unknown_clock_says_nothing(bounds: tuple[float | None, float | None]) -> None:
    one, other = seen(MOSCOW, bound_ms=bounds[0]), seen(PETERSBURG, 1.0, bound_ms=bounds[1])
    assert least_speed_kmh(one, other) is None
    assert not is_impossible_presence(one, other)


def test_neighbouring_cameras_may_both_see_it_at_once() -> None:
    """Hard innocent: two cameras 150 m apart, one at each end of a junction, the same second."""
    near = (MOSCOW[0] + 150 / 111_320, MOSCOW[1])
    assert not is_impossible_presence(seen(MOSCOW, bound_ms=0.0), seen(near, 0.0, bound_ms=0.0))


def test_far_apart_at_one_moment_by_perfect_clocks_is_impossible() -> None:
    assert is_impossible_presence(seen(MOSCOW, bound_ms=0.0), seen(PETERSBURG, 0.0, bound_ms=0.0))


@given(
    north=st.floats(-89, 89),
    east=st.floats(-180, 180),
    after_s=st.floats(-1e5, 1e5),
    bound_ms=st.floats(0, 1e4),
)
def test_it_does_not_matter_which_was_seen_first(north: float, east: float, after_s: float, bound_ms: float) -> None:
    one, other = seen(MOSCOW), seen((north, east), after_s, bound_ms)
    assert least_speed_kmh(one, other) == pytest.approx(least_speed_kmh(other, one))
