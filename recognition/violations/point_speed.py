"""Speeding past one camera: the measured speed less its uncertainty is above the limit.

The enforced excess is rounded down, in the driver's favour.  From which excess on the law fines is the law's matter and
stands at the centre, by jurisdiction and date; here every whole km/h counts.
"""

import math

import numpy as np

from recognition.contracts import Measurement, RuleMode
from recognition.geometry import box_bottoms_px, whole_samples
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.gates import EVERY_RULE, certificate_holds, mode_of, passed
from recognition.violations.legal_limits import TOO_UNCERTAIN, is_too_uncertain
from recognition.violations.rule import Rule

EXCESS_MIN_KMH = 1


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    speed, zone = case.speed, case.site.speed
    if mode is RuleMode.OFF or speed is None or zone is None:
        return None
    if not speed.is_valid:
        return Refusal(RULE.name, f"speed_{speed.invalid_reason}")
    excess_kmh = math.floor(speed.value - speed.expanded_uncertainty - zone.limit_kmh)
    if excess_kmh < EXCESS_MIN_KMH:
        return None
    finding = _finding(case, speed, mode, excess_kmh)
    return passed(RULE.gates, case, finding)


def why_not_enforceable(speed: Measurement) -> str | None:
    """Return why a valid speed may be counted but not fined, None where it may."""
    if is_too_uncertain(speed):
        return TOO_UNCERTAIN
    if speed.method != "plate":
        return "contact_point_unknown"
    return None


def _finding(case: RuleInput, speed: Measurement, mode: RuleMode, excess_kmh: int) -> Finding:
    assert case.site.speed is not None
    whole = whole_samples(case.samples, case.plane)
    along_m = case.plane.to_road(box_bottoms_px(whole))[:, 1]
    inside = np.flatnonzero((along_m >= case.site.speed.from_m) & (along_m <= case.site.speed.to_m))
    measured = [whole[int(index)] for index in inside]
    facts: dict[str, str | float | int | bool] = {
        "enforced_kmh": math.floor(speed.value - speed.expanded_uncertainty),
        "zone_m": case.site.speed.to_m - case.site.speed.from_m,
        "frames_measured": len(measured),
        "method": speed.method,
    }
    not_enforceable = why_not_enforceable(speed)
    if not_enforceable:
        facts["not_enforceable"] = not_enforceable
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=RULE.name,
        mode=RuleMode.SHADOW if not_enforceable else mode,
        occurred_at=measured[len(measured) // 2].captured_at,
        frame_sequences=frames_to_keep(measured, must=plate_frame),
        measurement=speed,
        limit_kmh=float(case.site.speed.limit_kmh),
        excess_kmh=float(excess_kmh),
        facts=facts,
    )


RULE = Rule(
    name="point_speed",
    title="Speed above the limit at one point",
    proves=(
        "value, expanded uncertainty and budget of the speed",
        "limit in force in the measuring zone",
        "first, middle and last frame of the measured way",
        "the frame the plate was read from",
        "certificate valid at that moment",
    ),
    gates=(certificate_holds, *EVERY_RULE),
    lowered_to_shadow_by=(TOO_UNCERTAIN, "contact_point_unknown"),
    judge=judge,
    articles={"ru": "12.9"},
    event_codes=("C1",),
)
