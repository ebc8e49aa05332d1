"""Mean speed between two cameras: drivers too fast all along, and what only looks so."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    CAR,
    EXPIRED,
    GANTRY,
    RECEDING,
    SURVEYED_M,
    TRUCK,
    in_lane,
    on_call,
    pair,
    seconds,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import (
    Circumstances,
    Earlier,
    Scene,
)
from recognition.contracts import ClockQuality, ClockSource, Section

FREE_KMH = 20.0
"""So much over the limit is not fined."""
_SECTION = frozenset({"section_speed"})
_STRETCHES = tuple(
    Place(
        f"holdout-section-{length_m:.0f}",
        GANTRY,
        SURVEYED_M,
        lanes=pair(3.5, way),
        section=Section(
            section_id="ring",
            from_site="ring-begins",
            to_site=f"holdout-section-{length_m:.0f}",
            length_m=length_m,
            length_sigma_m=2.0,
            limit_kmh=limit,
        ),
    )
    for length_m, limit, way in ((3000.0, 60, RECEDING), (5200.0, 90, APPROACHING))
)


def _through(draw: Draw, over_kmh: float, *, truth: frozenset[str] = frozenset(), **more: Any) -> Scene:
    place = draw.one_of(_STRETCHES)
    assert place.section is not None
    before_s = place.section.length_m / ((place.section.limit_kmh + over_kmh) / 3.6) + float(more.pop("late_s", 0.0))
    noted = {key: more.pop(key) for key in ("plate", "plate_type", "vehicle_class", "bound_ms") if key in more}
    given = {key: more.pop(key) for key in ("circumstances",) if key in more}
    kmh = float(more.pop("here_kmh", None) or draw.between(45.0, 95.0))
    car = in_lane(
        draw, place, draw.one_of(("left", "right")), kmh, earlier=Earlier(before_s, **noted), truth=truth, **more
    )
    return draw.scene(place, seconds(draw, kmh), car, **given)


def mean_far_over(draw: Draw) -> Scene:
    """A car was 28 to 70 km/h too fast on the whole section."""
    return _through(draw, draw.between(28.0, 70.0), truth=_SECTION)


def mean_barely_over(draw: Draw) -> Scene:
    """A car was 25 to 28 km/h too fast on the whole section."""
    return _through(draw, FREE_KMH + draw.between(5.0, 8.0), truth=_SECTION)


def brakes_for_camera(draw: Draw) -> Scene:
    """A car was too fast all along and drives slowly past the camera only."""
    return _through(draw, draw.between(30.0, 60.0), here_kmh=draw.between(35.0, 50.0), truth=_SECTION)


def lorry_mean_over(draw: Draw) -> Scene:
    """A lorry was too fast on the whole section."""
    return _through(draw, draw.between(28.0, 45.0), size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=_SECTION)


def mean_at_tolerance(draw: Draw) -> Scene:
    """A car was up to 20 km/h too fast on the mean: it breaks the traffic rules, yet no article makes it an offence."""
    return _through(draw, FREE_KMH - draw.between(1.5, 3.0), may=_SECTION)


def mean_at_limit(draw: Draw) -> Scene:
    """A car kept 1 to 3 km/h below the limit on the mean."""
    return _through(draw, -draw.between(1.0, 3.0))


def fast_only_here(draw: Draw) -> Scene:
    """A car rested on the way, and is fast only where this camera sees it."""
    return _through(draw, draw.between(-25.0, 0.0), here_kmh=draw.between(100.0, 130.0))


def plate_misread_there(draw: Draw) -> Scene:
    """The other camera noted a plate that differs by one sign."""
    papers = draw.papers()
    digit = draw.one_of([one for one in "0123456789" if one != (papers.plate or "")[2]])
    other = f"{(papers.plate or '')[:2]}{digit}{(papers.plate or '')[3:]}"
    return _through(draw, draw.between(30.0, 60.0), papers=papers, plate=other)


def trailer_of_same_text(draw: Draw) -> Scene:
    """The other camera noted a plate of the same text and another type: another vehicle."""
    return _through(draw, draw.between(30.0, 60.0), plate_type="1b")


def clone_of_other_kind(draw: Draw) -> Scene:
    """The other camera saw the plate on a lorry: one of the two is a copy."""
    return _through(draw, draw.between(30.0, 60.0), vehicle_class=TRUCK, papers=draw.papers(CAR))


def twin_too_soon(draw: Draw) -> Scene:
    """The plate was seen at both ends within seconds: nobody drives so fast, the plate has a twin."""
    return _through(draw, draw.between(700.0, 2500.0))


def seen_there_later(draw: Draw) -> Scene:
    """The other camera's clock says it saw the car after this one did."""
    return _through(draw, 40.0, late_s=-draw.between(250.0, 900.0))


def yesterday(draw: Draw) -> Scene:
    """The passage at the other end was a day ago."""
    return _through(draw, 40.0, late_s=86_400.0)


def clocks_apart(draw: Draw) -> Scene:
    """The mean would be too high, but one of the clocks is known to half a minute only."""
    if draw.chance(0.5):
        return _through(draw, draw.between(22.0, 30.0), bound_ms=40_000.0)
    poor = Circumstances(clock=ClockQuality(source=ClockSource.HOST, bound_ms=40_000.0))
    return _through(draw, draw.between(22.0, 30.0), circumstances=poor)


def fire_engine_mean(draw: Draw) -> Scene:
    """A fire engine with its blue light on was fast all along."""
    return _through(draw, draw.between(25.0, 40.0), **on_call(draw, TRUCK))


def section_not_verified(draw: Draw) -> Scene:
    """A car was too fast, but the device's verification ran out."""
    return _through(draw, draw.between(30.0, 60.0), circumstances=EXPIRED)


GROUPS = (
    Group(
        "section_speed",
        violating=named(mean_far_over, mean_barely_over, brakes_for_camera, lorry_mean_over),
        innocent=named(
            mean_at_tolerance,
            mean_at_limit,
            fast_only_here,
            plate_misread_there,
            trailer_of_same_text,
            clone_of_other_kind,
            twin_too_soon,
            seen_there_later,
            yesterday,
            clocks_apart,
            fire_engine_mean,
            section_not_verified,
        ),
    ),
)
