"""From a scene that breaks a rule, the same scene under a circumstance for which nobody may be accused."""

from collections.abc import Callable
from dataclasses import replace

from models.synthesis.tracks.draw import Builder, Draw
from models.synthesis.tracks.scene import Scene, Vehicle
from recognition.contracts import ClockQuality, ClockSource
from recognition.violations.case import PositionFix, RegisterFacts, Seen

Change = Callable[[Vehicle], Vehicle]
_DEGREE_M = 111_320.0


SPARED = (
    "ambulance_by_register", "ambulance_by_beacon", "plate_never_read", "camera_moved", "device_elsewhere",
    "clock_unknown", "certificate_expired",
)  # fmt: skip
"""Names of the scenes that look like the violation they are made from."""


def spared(builder: Builder) -> dict[str, Builder]:
    """Return the scene under every circumstance that spares a driver, by name."""
    return {
        "ambulance_by_register": lambda draw: _each(builder(draw), _is_ambulance),
        "ambulance_by_beacon": lambda draw: _each(builder(draw), _has_beacon),
        "plate_never_read": lambda draw: _each(builder(draw), _without_plate),
        "camera_moved": lambda draw: _camera_moved(builder(draw), draw),
        "device_elsewhere": lambda draw: _device_elsewhere(builder(draw), draw),
        "clock_unknown": lambda draw: _clock_unknown(builder(draw), draw),
    }


def of_any(*builders: Builder) -> Builder:
    """Return a builder that draws one of several."""
    return lambda draw: draw.one_of(builders)(draw)


def certificate_expired(builder: Builder) -> Builder:
    """Return the scene at a device whose verification has run out."""

    def expired(draw: Draw) -> Scene:
        scene = _each(builder(draw), _innocent)
        return replace(scene, circumstances=replace(scene.circumstances, is_certified=False))

    return expired


def _each(scene: Scene, change: Change) -> Scene:
    return replace(scene, vehicles=tuple(change(one) for one in scene.vehicles))


def _innocent(vehicle: Vehicle) -> Vehicle:
    return replace(vehicle, truth=frozenset(), may=frozenset())


def _is_ambulance(vehicle: Vehicle) -> Vehicle:
    facts = vehicle.papers.register or RegisterFacts()
    return replace(_innocent(vehicle), papers=replace(vehicle.papers, register=replace(facts, is_emergency=True)))


def _has_beacon(vehicle: Vehicle) -> Vehicle:
    return replace(_innocent(vehicle), looks=replace(vehicle.looks, beacon=Seen.YES))


def _without_plate(vehicle: Vehicle) -> Vehicle:
    return replace(_innocent(vehicle), papers=replace(vehicle.papers, plate=None, register=None))


def _camera_moved(scene: Scene, draw: Draw) -> Scene:
    moved = replace(scene.circumstances, view_shift_px=draw.between(6.0, 60.0))
    return replace(_each(scene, _innocent), circumstances=moved)


def _device_elsewhere(scene: Scene, draw: Draw) -> Scene:
    north_deg = draw.between(80.0, 5000.0) / _DEGREE_M
    fix = PositionFix(55.75 + north_deg, 37.6, draw.between(2.0, 8.0))
    return replace(_each(scene, _innocent), circumstances=replace(scene.circumstances, position=fix))


def _clock_unknown(scene: Scene, draw: Draw) -> Scene:
    bound_ms = draw.one_of((None, draw.between(1500.0, 60_000.0)))
    clock = ClockQuality(source=ClockSource.HOST, bound_ms=bound_ms)
    return replace(_each(scene, _innocent), circumstances=replace(scene.circumstances, clock=clock))
