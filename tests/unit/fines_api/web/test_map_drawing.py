from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.search.schemas import TraceStep
from fines_api.search.sightings.trace import LegFlag
from fines_api.web.map_drawing import HEIGHT_PX, WIDTH_PX, Drawing, draw
from recognition.contracts import Place, PlateKey, VehicleClass
from recognition.plates.presence import great_circle_m

KEY = PlateKey(plate="A123BC77", plate_region="ru", plate_type="1")
PLACES = {
    "west": Place(address="West", latitude=55.7, longitude=37.4),
    "east": Place(address="East", latitude=55.7, longitude=37.8),
    "north": Place(address="North", latitude=55.9, longitude=37.6),
}


def steps(*sites: str, flags: tuple[LegFlag, ...] = ()) -> list[TraceStep]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        TraceStep(
            passage_id=UUID(int=number), key=KEY, captured_at=at + timedelta(minutes=number), site_id=site, place=site,
            latitude=None, longitude=None, vehicle_class=VehicleClass.CAR, mean_kmh=50.0, flags=flags,
        )
        for number, site in enumerate(sites)
    ]  # fmt: skip


def drawn(*sites: str, flags: tuple[LegFlag, ...] = ()) -> Drawing:
    drawing = draw(PLACES, steps(*sites, flags=flags))
    assert drawing is not None
    return drawing


def test_north_is_up_east_is_right_and_every_step_has_its_number() -> None:
    drawing = drawn("west", "east", "north", "west")
    at = {site.name: site for site in drawing.sites}
    assert at["West"].x < at["North"].x < at["East"].x
    assert at["North"].y < at["West"].y == at["East"].y
    assert {site.name: site.numbers for site in drawing.sites} == {"West": "1, 4", "East": "2", "North": "3"}
    assert len(drawing.legs) == 3
    assert not any(leg.is_impossible for leg in drawing.legs)


def test_the_scale_measures_the_plan() -> None:
    drawing = drawn("west", "east")
    west, east = (site for site in sorted(drawing.sites, key=lambda site: site.x) if site.numbers)
    told_m = (east.x - west.x) / drawing.scale_px * drawing.scale_m
    assert told_m == pytest.approx(great_circle_m(PLACES["west"], PLACES["east"]), rel=0.01)
    assert 40 < drawing.scale_px <= 200


@given(st.lists(st.sampled_from(list(PLACES)), min_size=1, max_size=100))
def test_whatever_the_way_it_lies_on_the_paper(way: list[str]) -> None:
    drawing = drawn(*way)
    assert all(0 <= site.x <= WIDTH_PX and 0 <= site.y <= HEIGHT_PX for site in drawing.sites if site.numbers)
    moves = sum(one != other for one, other in pairwise(way))
    assert len(drawing.legs) + drawing.left_out == moves


def test_there_and_back_are_two_lines_and_a_clone_is_marked() -> None:
    there, back = drawn("west", "east", "west", flags=(LegFlag.IMPOSSIBLE,)).legs
    assert (there.x, there.y) != (back.x, back.y)
    assert there.is_impossible


def test_a_way_nobody_knows_the_places_of_is_not_drawn() -> None:
    assert draw(PLACES, steps("nowhere")) is None
    assert draw(PLACES, []) is None
