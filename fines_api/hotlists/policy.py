"""Which passage is a hit, and which hit calls an officer: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from recognition.contracts import HotlistEntryRecord, PlateKey, VehicleClass

BACK_SEARCH = timedelta(hours=72)
LONGEST_VALIDITY = timedelta(days=366)
WILDCARDS = frozenset("*%?_#.[]^$\\|")

_TWO_WHEELS = frozenset({VehicleClass.MOTORCYCLE, VehicleClass.BICYCLE})
_NEIGHBOURS = frozenset(
    {frozenset({VehicleClass.CAR, VehicleClass.TRUCK}), frozenset({VehicleClass.TRUCK, VehicleClass.BUS})}
)
"""Classes that detectors and registers honestly confuse: a van is a car here and a truck there."""


class HitState(StrEnum):
    """Where a hit stands.  Only ``new`` calls an officer; ``withheld`` and ``cleared`` are kept and shown on demand."""

    NEW = "new"
    WITHHELD = "withheld"
    CLEARED = "cleared"
    CORRECT = "correct"
    WRONG_PLATE = "wrong_plate"
    WRONG_VEHICLE = "wrong_vehicle"
    STALE = "stale"


class Verdict(StrEnum):
    """What the officer saw."""

    CORRECT = "correct"
    WRONG_PLATE = "wrong_plate"
    WRONG_VEHICLE = "wrong_vehicle"
    STALE = "stale"


@dataclass(frozen=True)
class Clearance:
    """A pair already found to be no match; ``vehicle_class`` ``None`` stands for any vehicle."""

    entry_version: int
    vehicle_class: VehicleClass | None


def is_same_plate(entry: PlateKey, seen: PlateKey) -> bool:
    """Tell whether two plates are one: country, type and text, exactly."""
    return (entry.plate, entry.plate_region, entry.plate_type) == (seen.plate, seen.plate_region, seen.plate_type)


def is_class_conflict(listed: VehicleClass, seen: VehicleClass) -> bool:
    """Tell whether the seen vehicle cannot be the listed one; ``unknown`` conflicts with nothing."""
    if VehicleClass.UNKNOWN in {listed, seen} or listed is seen:
        return False
    if listed in _TWO_WHEELS or seen in _TWO_WHEELS:
        return True
    return frozenset({listed, seen}) not in _NEIGHBOURS


def is_in_force(entry: HotlistEntryRecord, now: datetime) -> bool:
    """Tell whether the entry may alert now: not withdrawn, begun, not past its term."""
    return not entry.is_withdrawn and entry.valid_from <= now < entry.valid_until


def first_state(entry: HotlistEntryRecord, seen: VehicleClass, clearances: tuple[Clearance, ...]) -> HitState:
    """Decide how a fresh hit starts."""
    if is_class_conflict(entry.vehicle_class, seen):
        return HitState.WITHHELD
    for clearance in clearances:
        if clearance.entry_version == entry.version and clearance.vehicle_class in {None, seen}:
            return HitState.CLEARED
    return HitState.NEW


def clears(verdict: Verdict, seen: VehicleClass) -> VehicleClass | str | None:
    """Tell which kind of vehicle a verdict clears for the entry: ``*`` any, a class, or ``None`` nothing."""
    if verdict is Verdict.CORRECT:
        return None
    return "*" if verdict is Verdict.STALE else seen
