"""Insurance and inspection that ran out: by the register, the calendar of the place, and who needs them at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    CAR,
    CLOCK_LOST,
    GANTRY,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SURVEYED_M,
    TRUCK,
    in_lane,
    pair,
    seconds,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Stand
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Carried, Circumstances, Papers, Scene

_INSURANCE, _INSPECTION = frozenset({"insurance"}), frozenset({"inspection"})
_PLACES = (
    Place("holdout-register-a", GANTRY, SURVEYED_M, lanes=pair(3.5, APPROACHING)),
    Place("holdout-register-b", MAST, SURVEYED_M, lanes=pair(3.25, RECEDING)),
)
TODAY = date(2026, 6, 1)
_LATE_EVENING = datetime(2026, 5, 31, 21, 20, tzinfo=UTC)
"""Twenty past midnight of 1 June in Moscow, the last day of May in Greenwich."""
_BEFORE_MIDNIGHT = datetime(2026, 6, 1, 20, 40, tzinfo=UTC)
"""Twenty to midnight of 1 June in Moscow."""


def _ago(draw: Draw, low: int, high: int) -> date:
    return TODAY - timedelta(days=int(draw.rng.integers(low, high + 1)))


def _passes(draw: Draw, papers: Papers, kind: Any = CAR, **more: Any) -> Scene:
    place, kmh = draw.one_of(_PLACES), draw.between(25.0, 70.0)
    given = {key: more.pop(key) for key in ("circumstances",) if key in more}
    one = in_lane(draw, place, draw.one_of(("left", "right")), kmh, size=draw.size(kind), papers=papers, **more)
    return draw.scene(place, seconds(draw, kmh, 90.0), one, **given)


def _taxi(papers: Papers) -> Papers:
    return replace(papers, plate="MK48277", plate_type="1b")


def ran_out_long_ago(draw: Draw) -> Scene:
    """A vehicle's insurance ran out 15 to 400 days ago."""
    kind = draw.kind()
    return _passes(draw, draw.papers(kind, insured_until=_ago(draw, 15, 400)), kind, truth=_INSURANCE)


def ran_out_lately(draw: Draw) -> Scene:
    """A car's insurance ran out 3 to 14 days ago."""
    return _passes(draw, draw.papers(CAR, insured_until=_ago(draw, 3, 14)), truth=_INSURANCE)


def ran_out_yesterday(draw: Draw) -> Scene:
    """A car's insurance ran out the day before: the last day it held was yesterday."""
    return _passes(draw, draw.papers(CAR, insured_until=_ago(draw, 1, 1)), truth=_INSURANCE)


def rider_without(draw: Draw) -> Scene:
    """A motorcycle's insurance ran out."""
    return _passes(draw, draw.papers(MOTORCYCLE, insured_until=_ago(draw, 20, 300)), MOTORCYCLE, truth=_INSURANCE)


def holds(draw: Draw) -> Scene:
    """A vehicle is insured for days to months to come."""
    kind = draw.kind()
    return _passes(draw, draw.papers(kind, insured_until=_ago(draw, -200, -1)), kind)


def last_day(draw: Draw) -> Scene:
    """It is the last day of a car's insurance, sometimes its last minutes."""
    at = Circumstances(begins_at=_BEFORE_MIDNIGHT) if draw.chance(0.5) else Circumstances()
    return _passes(draw, draw.papers(CAR, insured_until=TODAY), circumstances=at)


def first_hour_of_new(draw: Draw) -> Scene:
    """It is past midnight in Moscow, and the insurance holds until this very day, not until yesterday."""
    papers = draw.papers(CAR, insured_until=TODAY, inspected_until=TODAY)
    return _passes(draw, papers, circumstances=Circumstances(begins_at=_LATE_EVENING))


def register_does_not_say(draw: Draw) -> Scene:
    """The register does not answer, or says nothing of insurance and inspection."""
    papers = draw.papers(CAR, insured_until=None, inspected_until=None)
    return _passes(draw, replace(papers, register=None) if draw.chance(0.5) else papers)


def number_of_another(draw: Draw) -> Scene:
    """The number belongs to a vehicle of another kind: it is a copy or was misread, and its owner did nothing."""
    seen, other = draw.one_of(((CAR, TRUCK), (TRUCK, CAR), (BUS, CAR), (MOTORCYCLE, CAR), (CAR, MOTORCYCLE)))
    lapsed = _ago(draw, 20, 300)
    return _passes(draw, draw.papers(other, insured_until=lapsed, inspected_until=lapsed), seen)


def on_deck(draw: Draw) -> Scene:
    """A tow truck in order carries a vehicle whose papers ran out: it is not driven."""
    kind = draw.one_of((CAR, TRUCK))
    lapsed = _ago(draw, 20, 300)
    cargo = draw.vehicle(
        "b",
        (0.0, 0.0),
        0.0,
        30.0,
        size=draw.size(CAR) if kind is CAR else replace(draw.size(TRUCK), length_m=6.0),
        papers=draw.papers(kind, insured_until=lapsed, inspected_until=lapsed),
        carried=Carried("a"),
    )
    scene = _passes(draw, draw.papers(TRUCK, insured_until=_ago(draw, -90, -9)), TRUCK)
    return replace(scene, vehicles=(*scene.vehicles, cargo))


def parked(draw: Draw) -> Scene:
    """A vehicle whose papers ran out stands there all the time, and nobody drives it."""
    kind, place = draw.one_of((CAR, TRUCK)), draw.one_of(_PLACES)
    lapsed = _ago(draw, 20, 300)
    papers = draw.papers(kind, insured_until=lapsed, inspected_until=lapsed)
    one = in_lane(
        draw, place, "right", (Stand(),), begins_m=draw.between(28.0, 40.0), size=draw.size(kind), papers=papers
    )
    return draw.scene(place, draw.between(6.0, 12.0), one)


def day_not_known(draw: Draw) -> Scene:
    """The device's clock cannot be trusted: whether the papers had run out by that day is not known."""
    lapsed = _ago(draw, 1, 5)
    return _passes(draw, draw.papers(BUS, insured_until=lapsed, inspected_until=lapsed), BUS, circumstances=CLOCK_LOST)


def number_not_read(draw: Draw) -> Scene:
    """Nobody could read the number."""
    return _passes(draw, Papers(plate=None))


def bus_not_inspected(draw: Draw) -> Scene:
    """A bus's inspection ran out 15 to 300 days ago."""
    return _passes(draw, draw.papers(BUS, inspected_until=_ago(draw, 15, 300)), BUS, truth=_INSPECTION)


def lorry_not_inspected(draw: Draw) -> Scene:
    """A heavy lorry's inspection ran out 15 to 300 days ago."""
    papers = draw.papers(TRUCK, inspected_until=_ago(draw, 15, 300), laden_mass_kg=int(draw.between(7_000, 26_000)))
    return _passes(draw, papers, TRUCK, truth=_INSPECTION)


def taxi_not_inspected(draw: Draw) -> Scene:
    """A taxi's inspection ran out: carrying passengers for money, it needs one."""
    return _passes(draw, _taxi(draw.papers(CAR, inspected_until=_ago(draw, 15, 300))), truth=_INSPECTION)


def private_car(draw: Draw) -> Scene:
    """A private car's inspection ran out, perhaps years ago: since March 2022 it needs none."""
    return _passes(draw, draw.papers(CAR, inspected_until=_ago(draw, 30, 1500)))


def private_motorcycle(draw: Draw) -> Scene:
    """A motorcycle's inspection ran out: it needs none."""
    return _passes(draw, draw.papers(MOTORCYCLE, inspected_until=_ago(draw, 30, 900)), MOTORCYCLE)


def inspected(draw: Draw) -> Scene:
    """A bus, lorry or taxi is inspected, until today or later."""
    kind = draw.one_of((BUS, TRUCK, CAR))
    papers = draw.papers(kind, inspected_until=_ago(draw, -200, 0))
    return _passes(draw, _taxi(papers) if kind is CAR else papers, kind)


def last_day_of_inspection(draw: Draw) -> Scene:
    """It is the last day of a bus's inspection, sometimes its last minutes or its first ones."""
    at = Circumstances(begins_at=draw.one_of((_BEFORE_MIDNIGHT, _LATE_EVENING)))
    return _passes(draw, draw.papers(BUS, inspected_until=TODAY), BUS, circumstances=at)


GROUPS = (
    Group(
        "insurance",
        violating=named(ran_out_long_ago, ran_out_lately, ran_out_yesterday, rider_without),
        innocent=named(
            holds,
            last_day,
            first_hour_of_new,
            register_does_not_say,
            number_of_another,
            on_deck,
            parked,
            day_not_known,
            number_not_read,
        ),
    ),
    Group(
        "inspection",
        violating=named(bus_not_inspected, lorry_not_inspected, taxi_not_inspected),
        innocent=named(
            private_car,
            private_motorcycle,
            inspected,
            last_day_of_inspection,
            register_does_not_say,
            number_of_another,
            on_deck,
            parked,
            day_not_known,
            number_not_read,
        ),
    ),
)
