"""Every gate lets a sound case pass, stops one that is broken in exactly one place, and is asked by every rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from inspect import isfunction, signature
from typing import Any

import pytest

from recognition.contracts import ClockQuality, ClockSource, VehicleClass
from recognition.violations import Finding, Refusal, gates, point_speed
from recognition.violations.case import AppearanceRead, Feature, PositionFix, RegisterFacts, RuleInput, Seen
from recognition.violations.gates import EVERY_RULE, Gate

RULES = (
    "point_speed", "solid_line", "red_light", "stop_line", "pedestrian", "seat_belt", "phone", "lights_off",
    "insurance", "inspection", "section_speed",
)  # fmt: skip
Break = Callable[[RuleInput, Finding], RuleInput]


def uncertified(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, site=case.site.model_copy(update={"certificate": None}))


def unread(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, plate=None)


def by_a_doubtful_clock(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, clock=ClockQuality(source=ClockSource.HOST, bound_ms=1500.0))


def on_a_tow_truck(case: RuleInput, finding: Finding) -> RuleInput:
    around = (-30.0, -40.0, 30.0, 20.0)
    carrier = tuple(
        replace(s, box_px=tuple(edge + more for edge, more in zip(s.box_px, around, strict=True)))  # type: ignore[arg-type]
        for s in case.samples
    )
    return replace(case, others=(carrier,))


def with_a_clock_that_leaps(case: RuleInput, finding: Finding) -> RuleInput:
    """The wall clock is set back by 0.1 s in the middle of what is shown; stream time goes on."""
    middle = _middle(case, finding)
    return replace(
        case,
        samples=tuple(
            replace(s, captured_at=s.captured_at - timedelta(seconds=0.1)) if i >= middle else s
            for i, s in enumerate(case.samples)
        ),
    )


def with_a_box_that_leaps(case: RuleInput, finding: Finding) -> RuleInput:
    """In one frame in the middle of what is shown the box lies beside the vehicle."""
    middle = _middle(case, finding)
    x0, y0, x1, y1 = case.samples[middle].box_px
    aside = 1.3 * (x1 - x0)
    box = (x0 + aside, y0, x1 + aside, y1)
    return replace(
        case, samples=tuple(replace(s, box_px=box) if i == middle else s for i, s in enumerate(case.samples))
    )


def elsewhere(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, position=PositionFix(latitude=55.76, longitude=37.6, sigma_m=3.0))


def with_a_turned_camera(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, view_shift_px=3.1)


def by_an_ambulance(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, register=replace(case.register or RegisterFacts(), is_emergency=True))


def with_a_motorcycles_plate(case: RuleInput, finding: Finding) -> RuleInput:
    return replace(case, register=replace(case.register or RegisterFacts(), vehicle_class=VehicleClass.MOTORCYCLE))


BREAKS: dict[Gate, tuple[str, Break]] = {
    gates.certificate_holds: ("no_certificate", uncertified),
    gates.plate_is_read: ("no_plate", unread),
    gates.clock_is_known: ("clock_uncertain", by_a_doubtful_clock),
    gates.vehicle_is_alone: ("vehicle_ambiguous", on_a_tow_truck),
    gates.time_is_steady: ("time_jump", with_a_clock_that_leaps),
    gates.track_is_steady: ("track_leaps", with_a_box_that_leaps),
    gates.position_agrees: ("position_differs", elsewhere),
    gates.camera_has_not_moved: ("camera_moved", with_a_turned_camera),
    gates.is_no_emergency: ("emergency_vehicle", by_an_ambulance),
    gates.class_agrees: ("class_differs_from_register", with_a_motorcycles_plate),
}
each_gate = pytest.mark.parametrize("gate", [pytest.param(gate, id=gate.__name__) for gate in BREAKS])
each_rule = pytest.mark.parametrize("name", RULES)


@pytest.fixture
def violating(scenes: Any, road: Any, high_road: Any, case_of: Any) -> Callable[[str], RuleInput]:
    """The violating case of a rule."""

    def build(name: str) -> RuleInput:
        case = scenes.violating(name, road, high_road, case_of)
        assert isinstance(case, RuleInput)
        return case

    return build


@pytest.fixture
def speeding(violating: Any) -> tuple[RuleInput, Finding]:
    """A speeding car and the finding about it."""
    case = violating("point_speed")
    return case, _found("point_speed", case)


@each_gate
def test_a_sound_case_passes(speeding: Any, gate: Gate) -> None:
    assert gate(*speeding) is None


@each_gate
def test_a_case_broken_in_one_place_is_stopped_by_that_gate_alone(speeding: Any, gate: Gate) -> None:
    case, finding = speeding
    reason, broken = BREAKS[gate]
    refused = broken(case, finding)
    assert gate(refused, finding) == reason
    assert [other(refused, finding) for other in BREAKS if other is not gate] == [None] * (len(BREAKS) - 1)


def test_every_gate_has_its_broken_case() -> None:
    assert set(EVERY_RULE) <= set(BREAKS)
    public = {
        value
        for name, value in vars(gates).items()
        if isfunction(value) and not name.startswith("_") and [*signature(value).parameters] == ["case", "finding"]
    }
    assert public == set(BREAKS)


@each_rule
def test_the_sound_case_of_a_rule_is_found(violating: Any, name: str) -> None:
    finding = _found(name, violating(name))
    assert finding.rule == name
    assert 3 <= len(finding.frame_sequences) <= 5
    assert list(finding.frame_sequences) == sorted(finding.frame_sequences)


@each_rule
def test_a_rule_asks_every_gate_of_its_card(violating: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutation: with the gate the broken case is refused for that reason; with the gate taken out it is found."""
    module = import_module(f"recognition.violations.{name}")
    card = module.RULE
    case = violating(name)
    finding = _found(name, case)
    assert set(EVERY_RULE) <= set(card.gates) <= set(BREAKS)
    for gate in card.gates:
        reason, broken = BREAKS[gate]
        refused = broken(case, finding)
        monkeypatch.setattr(module, "RULE", card)
        assert module.judge(refused) == Refusal(name, reason)
        monkeypatch.setattr(module, "RULE", replace(card, gates=tuple(g for g in card.gates if g is not gate)))
        assert isinstance(module.judge(refused), Finding), f"{name} without {reason}"


@each_rule
def test_a_rule_that_is_off_or_not_named_says_nothing(violating: Any, name: str) -> None:
    case = violating(name)
    for rules in ({}, {name: {"mode": "off"}}):
        site = type(case.site).model_validate(case.site.model_dump(by_alias=True) | {"rules": rules})
        assert import_module(f"recognition.violations.{name}").judge(replace(case, site=site)) is None


@pytest.mark.parametrize(
    ("source", "bound_ms", "reason"),
    [
        (ClockSource.FILE, None, None),
        (ClockSource.HOST, 1000.0, None),
        (ClockSource.HOST, None, "clock_unknown"),
        (ClockSource.RTCP, 1000.1, "clock_uncertain"),
    ],
)
def test_the_clock(speeding: Any, source: ClockSource, bound_ms: float | None, reason: str | None) -> None:
    case, finding = speeding
    told = replace(case, clock=ClockQuality(source=source, bound_ms=bound_ms))
    assert gates.clock_is_known(told, finding) == reason


@pytest.mark.parametrize(
    ("from_days", "to_days", "reason"),
    [(-1, 1, None), (-30, -1, "certificate_expired"), (1, 30, "certificate_not_yet_valid")],
)
def test_the_certificate(speeding: Any, from_days: int, to_days: int, reason: str | None) -> None:
    case, finding = speeding
    dates = {
        "verified_at": finding.occurred_at + timedelta(from_days),
        "valid_until": finding.occurred_at + timedelta(to_days),
    }
    site = case.site.model_copy(update={"certificate": case.site.certificate.model_copy(update=dates)})
    assert gates.certificate_holds(replace(case, site=site), finding) == reason


@pytest.mark.parametrize(("frames", "reason"), [(2, None), (3, "vehicle_ambiguous")])
def test_two_frames_of_overlap_are_passing_by(speeding: Any, frames: int, reason: str | None) -> None:
    case, finding = speeding
    shown = [s for s in case.samples if s.frame_sequence >= min(finding.frame_sequences)]
    assert gates.vehicle_is_alone(replace(case, others=(tuple(shown[:frames]),)), finding) == reason


@pytest.mark.parametrize(("north_m", "sigma_m", "reason"), [(29, 0, None), (31, 0, "position_differs"), (40, 6, None)])
def test_the_receivers_own_doubt_is_allowed_for(speeding: Any, north_m: float, sigma_m: float, reason: str) -> None:
    case, finding = speeding
    fix = PositionFix(case.site.place.latitude + north_m / 111_320, case.site.place.longitude, sigma_m)
    assert gates.position_agrees(replace(case, position=fix), finding) == reason


@pytest.mark.parametrize(("lit", "reason"), [(1, None), (2, "emergency_vehicle")])
def test_a_beacon_is_believed_when_two_looks_agree(speeding: Any, lit: int, reason: str | None) -> None:
    case, finding = speeding
    reads = tuple(AppearanceRead(Feature.BEACON, Seen.YES, 0.9, i) for i in range(lit))
    assert gates.is_no_emergency(replace(case, appearance=reads), finding) == reason


@pytest.mark.parametrize(
    ("registered", "seen", "reason"),
    [
        (VehicleClass.TRUCK, VehicleClass.CAR, None),
        (VehicleClass.UNKNOWN, VehicleClass.CAR, None),
        (VehicleClass.CAR, VehicleClass.MOTORCYCLE, "class_differs_from_register"),
    ],
)
def test_two_wheels_are_not_four(
    speeding: Any, registered: VehicleClass, seen: VehicleClass, reason: str | None
) -> None:
    case, finding = speeding
    told = replace(case, vehicle_class=seen, register=RegisterFacts(vehicle_class=registered))
    assert gates.class_agrees(told, finding) == reason


@pytest.mark.parametrize(
    ("uncertainty", "method", "reason"),
    [
        (1.5, "plate", None),
        (1.6, "plate", "uncertainty_over_half_limit"),
        (1.5, "box_bottom", "contact_point_unknown"),
    ],
)
def test_what_is_counted_but_not_fined(speeding: Any, uncertainty: float, method: str, reason: str | None) -> None:
    speed = speeding[0].speed.model_copy(update={"expanded_uncertainty": uncertainty, "method": method})
    assert point_speed.why_not_enforceable(speed) == reason
    finding = point_speed.judge(replace(speeding[0], speed=speed))
    assert isinstance(finding, Finding)
    assert finding.facts.get("not_enforceable") == reason
    assert (finding.mode == "shadow") == (reason is not None)
    assert reason is None or reason in point_speed.RULE.lowered_to_shadow_by


def _found(name: str, case: RuleInput) -> Finding:
    finding = import_module(f"recognition.violations.{name}").judge(case)
    assert isinstance(finding, Finding), f"{name}: {finding}"
    return finding


def _middle(case: RuleInput, finding: Finding) -> int:
    first, last = min(finding.frame_sequences), max(finding.frame_sequences)
    shown = [i for i, s in enumerate(case.samples) if first < s.frame_sequence < last]
    return shown[len(shown) // 2]
