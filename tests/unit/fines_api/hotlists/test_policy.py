"""Which passage is a hit, and which hit calls an officer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.hotlists.policy import (
    Clearance,
    HitState,
    Verdict,
    clears,
    first_state,
    is_class_conflict,
    is_in_force,
    is_same_plate,
)
from fines_api.hotlists.service import plate_key_of
from fines_api.kit.errors import InvalidError
from recognition.contracts import HotlistEntryRecord, HotlistReason, PlateKey, VehicleClass
from recognition.plates import canonical

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_C = VehicleClass


def entry(**changes: object) -> HotlistEntryRecord:
    return HotlistEntryRecord.model_validate(
        {
            "entry_id": UUID(int=1), "owner_region": "77", "version": 3, "plate": "A123BC77", "plate_region": "ru",
            "plate_type": "1", "reason": HotlistReason.STOLEN, "priority": 1, "vehicle_class": _C.CAR,
            "legal_basis": "case", "valid_from": _NOW, "valid_until": _NOW + timedelta(days=1), "confirmed_at": _NOW,
        } | changes
    )  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "seen", "is_conflict"),
    [
        (_C.CAR, _C.CAR, False),
        (_C.CAR, _C.UNKNOWN, False),
        (_C.UNKNOWN, _C.MOTORCYCLE, False),
        (_C.CAR, _C.TRUCK, False),
        (_C.TRUCK, _C.BUS, False),
        (_C.CAR, _C.BUS, True),
        (_C.CAR, _C.MOTORCYCLE, True),
        (_C.MOTORCYCLE, _C.BICYCLE, True),
    ],
)
def test_class_conflicts(listed: VehicleClass, seen: VehicleClass, is_conflict: bool) -> None:
    assert is_class_conflict(listed, seen) is is_conflict
    assert is_class_conflict(seen, listed) is is_conflict


@pytest.mark.parametrize(
    ("moment", "withdrawn", "expected"),
    [
        (_NOW, False, True),
        (_NOW - timedelta(microseconds=1), False, False),
        (_NOW + timedelta(days=1, microseconds=-1), False, True),
        (_NOW + timedelta(days=1), False, False),
        (_NOW, True, False),
    ],
)
def test_an_entry_is_in_force_from_its_first_to_before_its_last_moment(
    moment: datetime, withdrawn: bool, expected: bool
) -> None:
    assert is_in_force(entry(is_withdrawn=withdrawn), moment) is expected


@pytest.mark.parametrize(
    ("clearances", "seen", "state"),
    [
        ((), _C.CAR, HitState.NEW),
        ((), _C.MOTORCYCLE, HitState.WITHHELD),
        ((Clearance(3, _C.CAR),), _C.CAR, HitState.CLEARED),
        ((Clearance(3, _C.CAR),), _C.TRUCK, HitState.NEW),
        ((Clearance(3, None),), _C.TRUCK, HitState.CLEARED),
        ((Clearance(2, None),), _C.CAR, HitState.NEW),
    ],
)
def test_how_a_hit_starts(clearances: tuple[Clearance, ...], seen: VehicleClass, state: HitState) -> None:
    assert first_state(entry(), seen, clearances) is state


def test_what_a_verdict_clears() -> None:
    assert clears(Verdict.CORRECT, _C.CAR) is None
    assert clears(Verdict.STALE, _C.CAR) == "*"
    assert clears(Verdict.WRONG_PLATE, _C.CAR) is _C.CAR
    assert clears(Verdict.WRONG_VEHICLE, _C.UNKNOWN) is _C.UNKNOWN


@pytest.mark.parametrize("field", ["plate", "plate_region", "plate_type"])
def test_one_differing_part_is_another_plate(field: str) -> None:
    key = PlateKey(plate="A123BC77", plate_region="ru", plate_type="1")
    assert is_same_plate(entry(), key)
    assert not is_same_plate(entry(), key.model_copy(update={field: "b"}))


@given(st.text(alphabet="АВЕКМНОРСТУХABEKMHOPCTYX0123456789 -авекмнорстух", min_size=2, max_size=16))
def test_however_it_is_typed_the_key_is_the_same(text: str) -> None:
    def outcome(typed: str) -> object:
        try:
            return plate_key_of(typed, "ru", None)
        except InvalidError as error:
            return error.code

    assert outcome(text) == outcome(canonical(text)) == outcome(text.lower()) == outcome(f" {text} ")
