"""Which passage is a hit, which hit calls an officer, and what a verdict silences: pure rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fines_api.hotlists.appearance import is_colour_conflict, is_make_conflict
from recognition.contracts import (
    HotlistEntryRecord,
    HotlistReason,
    MatchKind,
    MatchPolicy,
    PlateKey,
    VehicleClass,
)

BACK_SEARCH = timedelta(hours=72)
LONGEST_VALIDITY = timedelta(days=366)
URGENT_LASTS = timedelta(hours=1)
PARTIAL_PRIORITY = 1
"""Only lists of this priority take plates with unknown characters."""
WILDCARDS = frozenset("*%?_#.[]^$\\|")
UNKNOWN_MARK = "?"
NEVER_DISPATCH = frozenset({HotlistReason.UNPAID_FINES, HotlistReason.NO_INSURANCE})
"""Nobody is stopped at gunpoint for money."""

_WIDTHS = tuple(MatchPolicy)
_TWO_WHEELS = frozenset({VehicleClass.MOTORCYCLE, VehicleClass.BICYCLE})
_NEIGHBOURS = frozenset(
    {frozenset({VehicleClass.CAR, VehicleClass.TRUCK}), frozenset({VehicleClass.TRUCK, VehicleClass.BUS})}
)
"""Classes that detectors and registers honestly confuse: a van is a car here and a truck there."""


class AlertPolicy(StrEnum):
    """What a hit on a list does: call an officer, show itself, or only be kept."""

    DISPATCH = "dispatch"
    NOTIFY = "notify"
    SILENT = "silent"


@dataclass(frozen=True)
class Hotlist:
    """One list of vehicles: why they are looked for, and what an entry of it may do.

    ``match_policy`` is what an entry gets, ``widest_policy`` what it may ask for; ``most_cost`` bounds a misread
    further than the file of costs does (None: not).  ``writers`` are roles (``police``) or names (``police:ivanova``).
    """

    code: str
    title: str
    reason: HotlistReason
    authority: str
    legal_basis: str
    priority: int
    match_policy: MatchPolicy
    widest_policy: MatchPolicy
    most_cost: float | None
    alert_policy: AlertPolicy
    confirm_every: timedelta
    longest_validity: timedelta
    is_urgent_allowed: bool
    writers: tuple[str, ...]


class HitState(StrEnum):
    """Where a hit stands.

    Only ``new`` calls an officer; ``possible`` is shown apart, ``notified`` without alarm, the others are kept and
    shown on demand.
    """

    NEW = "new"
    POSSIBLE = "possible"
    NOTIFIED = "notified"
    RECORDED = "recorded"
    WITHHELD = "withheld"
    CLEARED = "cleared"
    CORRECT = "correct"
    WRONG_PLATE = "wrong_plate"
    WRONG_REGION_OR_TYPE = "wrong_region_or_type"
    WRONG_VEHICLE = "wrong_vehicle"
    STALE = "stale"


class StateReason(StrEnum):
    """Why a hit was withheld or cleared."""

    VEHICLE_CLASS = "vehicle_class"
    MAKE = "make"
    COLOUR = "colour"
    STALE = "stale"
    TERM = "term"
    CLEARED = "cleared"


class Verdict(StrEnum):
    """What the officer saw."""

    CORRECT = "correct"
    WRONG_PLATE = "wrong_plate"
    WRONG_REGION_OR_TYPE = "wrong_region_or_type"
    WRONG_VEHICLE = "wrong_vehicle"
    STALE = "stale"


class FollowUp(StrEnum):
    """What was done about a hit."""

    STOPPED = "stopped"
    FOLLOWED = "followed"
    RECOVERED = "recovered"
    NO_ACTION = "no_action"


class Standing(StrEnum):
    """Where an entry stands at a moment; only ``in_force`` alerts."""

    IN_FORCE = "in_force"
    STALE = "stale"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Clearance:
    """A pair already found to be no match; ``None`` stands for any vehicle, or for any seen text."""

    content_version: int
    vehicle_class: VehicleClass | None
    plate: str | None = None


@dataclass(frozen=True)
class Start:
    """How a fresh hit starts."""

    state: HitState
    reason: StateReason | None = None


@dataclass(frozen=True)
class Seen:
    """What was seen, as far as it is known; make and colour are the vehicle's own, or of its plate's card."""

    plate: str
    vehicle_class: VehicleClass
    kind: MatchKind = MatchKind.EXACT
    make: str = ""
    colour: str = ""
    clearances: tuple[Clearance, ...] = field(default=())


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


def standing(entry: HotlistEntryRecord, confirm_every: timedelta, now: datetime) -> Standing:
    """Tell where an entry stands: its term over, its source silent for too long, or in force."""
    if entry.is_withdrawn:
        return Standing.WITHDRAWN
    if not entry.valid_from <= now < entry.valid_until:
        return Standing.EXPIRED
    return Standing.STALE if now - entry.confirmed_at > confirm_every else Standing.IN_FORCE


def is_within(policy: MatchPolicy, widest: MatchPolicy) -> bool:
    """Tell whether a policy finds no more than another."""
    return _WIDTHS.index(policy) <= _WIDTHS.index(widest)


def bears(hotlist: Hotlist, kind: MatchKind, cost: float) -> bool:
    """Tell whether a list takes such a match, whatever the entry, another region's too, asks for."""
    is_cheap = hotlist.most_cost is None or cost <= hotlist.most_cost
    return is_cheap and is_within(MatchPolicy(kind.value), hotlist.widest_policy)


def alert_policy_of(hotlist: Hotlist, reason: HotlistReason) -> AlertPolicy:
    """Return what a hit on an entry does; debts never call anybody, whatever the list says."""
    is_dispatch = hotlist.alert_policy is AlertPolicy.DISPATCH
    return AlertPolicy.NOTIFY if is_dispatch and reason in NEVER_DISPATCH else hotlist.alert_policy


def may_write(hotlist: Hotlist, actor: str) -> bool:
    """Tell whether somebody may propose or approve on a list; operators at the machine may propose anywhere."""
    role = actor.partition(":")[0]
    return role == "operator" or bool({role, actor} & set(hotlist.writers))


def first_state(entry: HotlistEntryRecord, alert: AlertPolicy, where: Standing, seen: Seen) -> Start:
    """Decide how a fresh hit starts."""
    if against := _objection(entry, where, seen):
        return Start(HitState.WITHHELD, against)
    if any(is_cleared(entry, each, seen) for each in seen.clearances):
        return Start(HitState.CLEARED, StateReason.CLEARED)
    if alert is AlertPolicy.SILENT:
        return Start(HitState.RECORDED)
    if seen.kind is not MatchKind.EXACT:
        return Start(HitState.POSSIBLE)
    return Start(HitState.NEW if alert is AlertPolicy.DISPATCH else HitState.NOTIFIED)


def _objection(entry: HotlistEntryRecord, where: Standing, seen: Seen) -> StateReason | None:
    """Return what keeps a hit from being shown."""
    objections = {
        StateReason.TERM: where in {Standing.EXPIRED, Standing.WITHDRAWN},
        StateReason.STALE: where is Standing.STALE,
        StateReason.VEHICLE_CLASS: is_class_conflict(entry.vehicle_class, seen.vehicle_class),
        StateReason.MAKE: is_make_conflict(entry.make, seen.make),
        StateReason.COLOUR: is_colour_conflict(entry.colour, seen.colour),
    }
    return next((reason for reason, holds in objections.items() if holds), None)


def is_cleared(entry: HotlistEntryRecord, clearance: Clearance, seen: Seen) -> bool:
    """Tell whether an officer has already found this pair to be no match, of what the source says now."""
    return (
        clearance.content_version == entry.content_version
        and clearance.vehicle_class in {None, seen.vehicle_class}
        and clearance.plate in {None, seen.plate}
    )


def clears(verdict: Verdict, kind: MatchKind, vehicle_class: VehicleClass, plate: str) -> Clearance | None:
    """Tell which pair a verdict clears for the entry's present content; None: nothing.

    A stale entry is silent whatever is seen.  A seen text that is not the listed one was another plate and stays
    another plate; where text and list agree, the kind of vehicle tells the two apart.  The content version is 0: the
    caller knows it.
    """
    if verdict is Verdict.CORRECT:
        return None
    if verdict is Verdict.STALE:
        return Clearance(0, None)
    if kind is not MatchKind.EXACT and verdict is not Verdict.WRONG_VEHICLE:
        return Clearance(0, None, plate)
    return Clearance(0, vehicle_class)
