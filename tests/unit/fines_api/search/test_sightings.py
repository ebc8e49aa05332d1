from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.errors import InvalidError
from fines_api.search.clones.policy import impossible, is_worth_a_look, pair_of, worst_by_plate
from fines_api.search.geography import is_inside, rings_of, within
from fines_api.search.sightings.convoy import LIKELY, Meeting, company_of, tail
from fines_api.search.sightings.trace import LegFlag, Seen, leg_between, legs_of
from recognition.contracts import PlateKey

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MOSCOW, PETERSBURG = (37.6173, 55.7558), (30.3351, 59.9343)
KEY = PlateKey(plate="A123BC77", plate_region="ru", plate_type="1")


def seen(minutes: float, point: tuple[float, float] | None, bound_s: float | None = 0.02, number: int = 0) -> Seen:
    return Seen(UUID(int=number), AT + timedelta(minutes=minutes), str(point), point, bound_s)


def test_a_hole_is_outside_and_nonsense_is_refused() -> None:
    outer = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    hole = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]
    polygon = {"type": "Polygon", "coordinates": [outer, hole]}
    assert within({"in": (1, 1), "hole": (5, 5), "out": (11, 5)}, polygon) == ["in"]
    for wrong in (
        {"type": "Point", "coordinates": [1, 1]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 2]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], "x", [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [1, 1], [0, 0]]]},
        {},
    ):
        with pytest.raises(InvalidError, match=r"search\.polygon"):
            rings_of(wrong)


@given(st.floats(0.01, 9.99), st.floats(0.01, 9.99), st.integers(0, 4))
def test_where_a_ring_begins_does_not_matter(east: float, north: float, shift: int) -> None:
    corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 5.0), (0.0, 10.0)]
    turned = corners[shift:] + corners[:shift]
    assert is_inside((east, north), [[*turned, turned[0]]]) == is_inside((east, north), [[*corners, corners[0]]])


def test_a_leg_tells_gap_distance_and_speed() -> None:
    north = (37.6173, 55.8457)  # 10 km
    leg = leg_between(seen(0, MOSCOW), seen(10, north))
    assert leg.distance_m == pytest.approx(10_000, abs=10)
    assert leg.mean_kmh == pytest.approx(60, abs=0.1)
    assert leg.flags == ()
    assert leg_between(seen(0, MOSCOW), seen(61, north)).flags == (LegFlag.GAP,)
    assert leg_between(seen(0, MOSCOW), seen(2, north)).flags == (LegFlag.IMPOSSIBLE,)
    assert len(legs_of([seen(0, MOSCOW), seen(10, north), seen(20, MOSCOW)])) == 2
    assert leg_between(seen(0, None), seen(2, north)).distance_m is None


@pytest.mark.parametrize(
    ("bounds", "is_impossible"),
    [((0.02, 0.02), True), ((30.0, 0.02), False), ((0.02, 30.0), False), ((None, 0.02), False), ((0.02, None), False)],
)
def test_clocks_that_may_be_wrong_make_nothing_impossible(
    bounds: tuple[float | None, float | None], is_impossible: bool
) -> None:
    """10 km less two views of 150 m within 125 s are 279 km/h; thirty seconds more are 225."""
    leg = leg_between(seen(0, MOSCOW, bounds[0]), seen(125 / 60, (37.6173, 55.8457), bounds[1]))
    assert (LegFlag.IMPOSSIBLE in leg.flags) is is_impossible


def test_two_cameras_that_see_each_others_road_make_no_clone() -> None:
    near = (37.6173, 55.7578)  # 222 m on
    assert leg_between(seen(0, MOSCOW), seen(0.001, near)).flags == ()
    assert not is_worth_a_look(pair_of(KEY, seen(0, MOSCOW), seen(0, near)))


def test_a_clone_is_one_suspicion_whichever_passage_came_first() -> None:
    one, other = seen(0, MOSCOW, number=1), seen(20, PETERSBURG, number=2)
    assert pair_of(KEY, one, other) == pair_of(KEY, other, one)
    found = impossible(pair_of(KEY, other, one))
    assert found is not None
    assert found.needed_kmh == pytest.approx(1900, rel=0.01)
    later = impossible(pair_of(KEY, other, seen(60, MOSCOW, number=3)))
    assert later is not None
    assert worst_by_plate([later, found]) == [found]
    assert impossible(pair_of(KEY, one, seen(180, PETERSBURG, number=4))) is None
    at_once = impossible(pair_of(KEY, seen(0, MOSCOW, 0.0), seen(0, PETERSBURG, 0.0, 5)))
    assert at_once is not None
    assert at_once.needed_kmh < float("inf")


def _days(lags: list[float]) -> list[Meeting]:
    return [Meeting(86_400.0 * day, lag, f"s{day % 4}") for day, lag in enumerate(lags)]


def test_company_is_told_from_the_same_road_every_morning() -> None:
    chance = Random(7)
    commuter = _days([chance.uniform(-600, 600) for _ in range(60)])
    friend = _days([chance.uniform(-20, 20) for _ in range(8)])
    assert not company_of(commuter, 60, 500).is_likely
    assert company_of(friend, 60, 500).is_likely
    assert company_of(friend, 60, 500).common_sites == 4
    assert company_of(friend[:2], 60, 500).score < LIKELY


def test_one_journey_counts_once_however_many_cameras_it_passes() -> None:
    journey = [Meeting(60.0 * number, 5.0, f"s{number}") for number in range(20)]
    company = company_of(journey, 60, 1)
    assert (company.journeys, company.common_sites, company.is_likely) == (1, 20, False)


def test_among_a_commuter_roads_strangers_hardly_one_is_called_company() -> None:
    chance = Random(20261125)
    strangers = [_days([chance.uniform(-600, 600) for _ in range(20)]) for _ in range(1000)]
    assert sum(company_of(one, 60, 1000).is_likely for one in strangers) == 0


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0.01, 0.99))
def test_the_tail_is_a_chance_that_falls(least: int, count: int, share: float) -> None:
    assert 0 <= tail(least, count, share) <= 1 + 1e-9
    assert tail(0, count, share) == pytest.approx(1)
    assert tail(least + 1, count, share) <= tail(least, count, share) + 1e-12
