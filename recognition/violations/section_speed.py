"""Speeding over a section: the mean speed between two cameras, less its uncertainty, is above the limit.

Both ends must have seen the same plate on vehicles that can be one, by clocks whose errors are bounded.  A mean speed
that no vehicle drives is no speeding but a copied plate, and is never a fine (HARMS D13, D17).
"""

import math

from recognition.contracts import Measurement, PlateKey, RuleMode, Section, VehicleClass
from recognition.geometry.section import measure_section
from recognition.plates.presence import SPEED_MAX_KMH
from recognition.violations.case import Finding, Refusal, RuleInput, SectionEntry, frames_to_keep
from recognition.violations.gates import EVERY_RULE, certificate_holds, mode_of, passed
from recognition.violations.legal_limits import TOO_UNCERTAIN, is_too_uncertain
from recognition.violations.rule import Rule

EXCESS_MIN_KMH = 1


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    section, entry = case.site.section, case.earlier
    if mode is RuleMode.OFF or section is None or entry is None or not case.samples:
        return None
    if entry.site_id != section.from_site or case.site.site_id != section.to_site:
        return None
    speed = measure_section(
        section,
        entered_at=entry.first_seen_at,
        entry_clock=entry.clock,
        left_at=case.samples[-1].captured_at,
        exit_clock=case.clock,
    )
    excess_kmh = math.floor(speed.value - speed.expanded_uncertainty - section.limit_kmh)
    if speed.invalid_reason != "time_jump" and excess_kmh < EXCESS_MIN_KMH:
        return None
    doubt = _why_not_one_vehicle(case, entry, speed)
    if doubt:
        return Refusal(RULE.name, doubt)
    finding = _finding(case, section, entry, speed, mode)
    return passed(RULE.gates, case, finding)


def _why_not_one_vehicle(case: RuleInput, entry: SectionEntry, speed: Measurement) -> str | None:
    """Return why both ends do not tell of one vehicle and one time, None where they do."""
    if speed.invalid_reason is not None:
        return speed.invalid_reason
    if case.plate is not None and _key(case.plate) != _key(entry.plate):
        return "plates_differ"
    if _is_class_conflict(case.vehicle_class, entry.vehicle_class):
        return "vehicles_differ"
    return "clone_suspicion" if speed.value > SPEED_MAX_KMH else None


def _key(plate: PlateKey) -> tuple[str, str, str]:
    return plate.plate_region, plate.plate_type, plate.plate


def _is_class_conflict(one: VehicleClass, other: VehicleClass) -> bool:
    """Tell whether the ends saw different classes; a van taken for a lorry at one of them goes free (HARMS D17)."""
    return one is not other and VehicleClass.UNKNOWN not in (one, other)


def _finding(case: RuleInput, section: Section, entry: SectionEntry, speed: Measurement, mode: RuleMode) -> Finding:
    enforced_kmh = math.floor(speed.value - speed.expanded_uncertainty)
    facts: dict[str, str | float | int | bool] = {
        "section_id": section.section_id,
        "length_m": section.length_m,
        "entered_at": entry.first_seen_at.isoformat(),
        "left_at": case.samples[-1].captured_at.isoformat(),
        "enforced_kmh": enforced_kmh,
    }
    if is_too_uncertain(speed):
        facts["not_enforceable"] = TOO_UNCERTAIN
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=RULE.name,
        mode=RuleMode.SHADOW if is_too_uncertain(speed) else mode,
        occurred_at=case.samples[-1].captured_at,
        frame_sequences=frames_to_keep(case.samples, must=plate_frame),
        measurement=speed,
        limit_kmh=float(section.limit_kmh),
        excess_kmh=float(enforced_kmh - section.limit_kmh),
        facts=facts,
    )


RULE = Rule(
    name="section_speed",
    title="Speed above the limit over a section",
    proves=(
        "value, expanded uncertainty and budget of the mean speed",
        "shortest way between both ends and the moments at each, with the bounds of both clocks",
        "limit in force over the section",
        "the same plate read at both ends, on vehicles of one class",
        "certificate valid at that moment",
        "the frame the plate was read from",
    ),
    gates=(certificate_holds, *EVERY_RULE),
    lowered_to_shadow_by=(TOO_UNCERTAIN,),
    judge=judge,
    articles={"ru": "12.9"},
    # C1.2 (mean speed) was not compared with the standard yet.
    event_codes=("C1",),
)
