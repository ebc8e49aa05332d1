"""Driving along the shoulder: both corners surely on it over fifteen metres, at an even pace, without a stop.

A shadow on the shoulder carries one corner there, never both (HARMS D12).  Who stops there, or comes to a stop or
from one out of view, has a reason that is not seen: a breakdown, a passenger, a parking place.
"""

from recognition.contracts import RuleMode, VehicleClass, ZoneKind
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import RoadPath
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.standing import joined_stands
from recognition.violations.way_over import slowest_kmh
from recognition.violations.zone_drive import ZoneDrive, find_drives

WAY_MIN_M = 15.0
SPEED_MIN_KMH = 15.0
"""Slower than this a vehicle looks for a place to stop, or lets others pass."""
STOOD_MIN_S = 1.0
SPEED_KEPT_SHARE = 0.7
"""Who loses or gains more of the speed than this leaves comes to a stop or from one."""
_ENDS_S = 0.6
_KMH = 3.6


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class is VehicleClass.BICYCLE:
        return None
    drives = find_drives(case, ZoneKind.SHOULDER, WAY_MIN_M)
    drive = next((drive for drive in drives if _is_driving_along(drive)), None)
    if drive is None:
        return None
    facts = drive.facts | {"slowest_kmh": round(slowest_kmh(drive.path, drive.first, drive.last), 1)}
    finding = finding_of(case, RULE.name, mode, drive.act, facts)
    return passed(RULE.gates, case, finding)


def _is_driving_along(drive: ZoneDrive) -> bool:
    path = drive.path
    is_fast = slowest_kmh(path, drive.first, drive.last) > SPEED_MIN_KMH
    return is_fast and _keeps_its_pace(drive) and not _stands_anywhere(path)


def _keeps_its_pace(drive: ZoneDrive) -> bool:
    """Tell whether the vehicle neither brakes nor speeds up as who stops or sets off does."""
    path = drive.path
    after = int(path.at_s.searchsorted(path.at_s[drive.first] + _ENDS_S))
    before = int(path.at_s.searchsorted(path.at_s[drive.last] - _ENDS_S))
    if not drive.first < after <= before < drive.last:
        return False
    entry_kmh, exit_kmh = _speed_kmh(path, drive.first, after), _speed_kmh(path, before, drive.last)
    return min(entry_kmh, exit_kmh) >= SPEED_KEPT_SHARE * max(entry_kmh, exit_kmh)


def _speed_kmh(path: RoadPath, first: int, last: int) -> float:
    return path.way_m(first, last) / float(path.at_s[last] - path.at_s[first]) * _KMH


def _stands_anywhere(path: RoadPath) -> bool:
    """Tell whether the vehicle was seen to stand at any time, before, on or after the shoulder."""
    return any(path.at_s[last] - path.at_s[first] >= STOOD_MIN_S for first, last in joined_stands(path))


RULE = Rule(
    name="shoulder",
    title="Driving along the shoulder",
    proves=(
        "a frame with the whole vehicle on the shoulder at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove on the shoulder, with the uncertainty",
        "that it neither stopped there nor braked to a stop",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.15 ч.1"},
    reviewers=2,
)
