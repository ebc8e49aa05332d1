"""A case that every gate lets pass, to be broken in one place at a time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from recognition.contracts import ClockQuality, ClockSource, PlateConsensus, PlateRead, VehicleClass
from recognition.geometry import RoadPlane, TrackSample, measure_speed
from recognition.violations import RuleInput

CORNERS = ((600.0, 300.0), (660.0, 300.0), (660.0, 313.0), (600.0, 313.0))


def consensus_of(sample: TrackSample) -> PlateConsensus:
    """A plate read in one frame and confirmed in two more."""
    best = PlateRead(
        plate="A123BC77",
        plate_region="ru",
        plate_type="1",
        raw_text="A123BC77",
        confidence=0.97,
        frame_sequence=sample.frame_sequence,
        captured_at=sample.captured_at,
        corners_px=CORNERS,
        height_px=13.0,
    )
    return PlateConsensus(
        plate="A123BC77", plate_region="ru", plate_type="1", confidence=0.97, support=3, looks=3, best=best
    )


@pytest.fixture
def case_of() -> Callable[..., RuleInput]:
    """Build a case from a road and a drive; keywords replace its parts."""

    def build(road: Any, samples: tuple[TrackSample, ...], **parts: Any) -> RuleInput:
        site = parts.pop("site", None) or road.site()
        plane = RoadPlane.from_site(site)
        given: dict[str, Any] = {
            "samples": samples,
            "plane": plane,
            "site": site,
            "speed": measure_speed(samples, plane, site),
            "plate": consensus_of(samples[len(samples) // 2]),
            "vehicle_class": VehicleClass.CAR,
            "clock": ClockQuality(source=ClockSource.RTCP, bound_ms=20.0),
            **parts,
        }
        return RuleInput(**given)

    return build


@pytest.fixture
def crossing() -> Callable[..., Any]:
    """A way from lane to lane: x over time, from ``start`` to ``end`` within ``took_s`` around ``at_s``."""

    def way(start: float, end: float, *, at_s: float = 1.2, took_s: float = 1.6) -> Callable[[Any], Any]:
        def x_m(times: Any) -> Any:
            share = ((times - at_s) / took_s + 0.5).clip(0.0, 1.0)
            return start + (end - start) * (3 * share**2 - 2 * share**3)

        return x_m

    return way


@pytest.fixture
def day() -> timedelta:
    """One day."""
    return timedelta(days=1)
