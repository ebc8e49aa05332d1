"""A case that every gate lets pass, to be broken in one place at a time."""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
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
            "speed": parts["speed"] if "speed" in parts else measure_speed(samples, plane, site),
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


@pytest.fixture(scope="session")
def scenes() -> ModuleType:
    """The scenes of the rules about lights, people, drivers, papers and sections (see ``scenes.py``)."""
    name = "rubezh_violation_scenes"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "scenes.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def streets() -> ModuleType:
    """Whole vehicles of any heading on the road under a camera, and zones (see ``street.py``)."""
    name = "rubezh_violation_street"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "street.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def street(streets: ModuleType, perfect_road: Any) -> Any:
    """The usual road."""
    return streets.Street(perfect_road)


@pytest.fixture(scope="session")
def wide_street(streets: ModuleType, perfect_road: Any) -> Any:
    """The same under a camera that sees a whole junction."""
    camera = replace(perfect_road.camera, focal_px=950.0, height_m=9.0, pitch_rad=0.436)
    return streets.Street(replace(perfect_road, camera=camera))
