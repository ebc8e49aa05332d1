"""Scenes of what only the register knows: insurance and technical inspection."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Stand
from models.synthesis.tracks.places import FRONTS, REARS
from models.synthesis.tracks.scene import NOON, Carried, Circumstances, Papers, Scene, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass

_INSURANCE = frozenset({"insurance"})
_INSPECTION = frozenset({"inspection"})
_MOSCOW = ZoneInfo("Europe/Moscow")


def _passes(draw: Draw, papers: Papers, kind: VehicleClass = VehicleClass.CAR, **more: Any) -> Vehicle:
    """A vehicle that drives by, going or coming."""
    start, heading = draw.one_of((((1.75, 8.0), AWAY), ((1.75, 62.0), TOWARDS)))
    return draw.vehicle("a", start, heading, draw.between(20.0, 60.0), papers=papers, size=draw.size(kind), **more)


def _scene(draw: Draw, *vehicles: Vehicle, begins_at: datetime = NOON) -> Scene:
    place = REARS if vehicles[0].heading_deg == AWAY else FRONTS
    return draw.scene(place, 9.0, *vehicles, circumstances=Circumstances(begins_at=begins_at))


def _local_day(moment: datetime) -> date:
    return moment.astimezone(_MOSCOW).date()


def _some_moment(draw: Draw) -> datetime:
    """Return a moment of any hour: near midnight the day differs between UTC and the place."""
    hour = draw.one_of((draw.between(0, 24), draw.between(20.5, 21.5), draw.between(23.5, 24.5)))
    return NOON.replace(hour=0) + timedelta(hours=hour)


def _duty_kind(draw: Draw) -> VehicleClass:
    """Return a kind that is inspected everywhere: lorries and buses."""
    return draw.one_of((VehicleClass.TRUCK, VehicleClass.BUS))


def not_insured(draw: Draw) -> Scene:
    """The insurance ran out 3 to 400 days ago."""
    until = _local_day(NOON) - timedelta(days=int(draw.between(3, 400)))
    return _scene(draw, _passes(draw, draw.papers(insured_until=until), truth=_INSURANCE))


def not_inspected(draw: Draw) -> Scene:
    """The inspection of a lorry or bus ran out 30 to 400 days ago."""
    kind = _duty_kind(draw)
    until = _local_day(NOON) - timedelta(days=int(draw.between(30, 400)))
    return _scene(draw, _passes(draw, draw.papers(kind, inspected_until=until), kind, truth=_INSPECTION))


def papers_in_order(draw: Draw) -> Scene:
    """Insured and inspected."""
    kind = draw.kind()
    return _scene(draw, _passes(draw, draw.papers(kind, is_emergency=False), kind))


def valid_until_today(draw: Draw) -> Scene:
    """Insured and inspected until the day of the passage, at whatever hour."""
    begins_at, kind = _some_moment(draw), _duty_kind(draw)
    today = _local_day(begins_at + timedelta(seconds=9))
    papers = draw.papers(kind, insured_until=today, inspected_until=today)
    return _scene(draw, _passes(draw, papers, kind), begins_at=begins_at)


def register_silent(draw: Draw) -> Scene:
    """The register knows neither, or does not answer."""
    papers = draw.papers(insured_until=None, inspected_until=None)
    return _scene(draw, _passes(draw, replace(papers, register=None) if draw.chance(0.5) else papers))


def another_vehicle_by_the_register(draw: Draw) -> Scene:
    """The plate belongs to a motorcycle without papers; a car wears it: a copy."""
    past = _local_day(NOON) - timedelta(days=90)
    papers = draw.papers(VehicleClass.MOTORCYCLE, insured_until=past, inspected_until=past)
    return _scene(draw, _passes(draw, papers))


def load_without_papers(draw: Draw) -> Scene:
    """A car without papers is carried on a tow truck."""
    past = _local_day(NOON) - timedelta(days=90)
    kind = VehicleClass.TRUCK
    truck = replace(_passes(draw, draw.papers(kind, is_emergency=False), kind), vehicle_id="truck")
    load = draw.vehicle(
        "load", (0.0, 0.0), AWAY, 0.0,
        carried=Carried("truck"), papers=draw.papers(insured_until=past, inspected_until=past),
    )  # fmt: skip
    return _scene(draw, truck, load)


def parked_without_insurance(draw: Draw) -> Scene:
    """A car stands at the kerb; whether a standing car must be insured the scene leaves open."""
    past = _local_day(NOON) - timedelta(days=90)
    parked = draw.vehicle(
        "a", (1.75, draw.between(24.0, 34.0)), AWAY, (Stand(),),
        papers=draw.papers(insured_until=past), may=_INSURANCE,
    )  # fmt: skip
    return _scene(draw, parked)


GROUPS = (
    Group(
        "insurance",
        violating=named(not_insured),
        innocent=named(
            papers_in_order, valid_until_today, register_silent, another_vehicle_by_the_register, load_without_papers,
            parked_without_insurance, **spared(not_insured),
        ),
    ),
    Group(
        "inspection",
        violating=named(not_inspected),
        innocent=named(
            papers_in_order, valid_until_today, register_silent, another_vehicle_by_the_register, load_without_papers,
            **spared(not_inspected),
        ),
    ),
)  # fmt: skip
