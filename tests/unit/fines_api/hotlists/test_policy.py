"""Which passage is a hit, and which hit calls an officer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fines_api.hotlists.appearance import is_colour_conflict, is_make_conflict
from fines_api.hotlists.entry_form import plate_key_of, record_of
from fines_api.hotlists.policy import (
    AlertPolicy,
    Clearance,
    Hotlist,
    Seen,
    Standing,
    Verdict,
    alert_policy_of,
    bears,
    clears,
    first_state,
    is_class_conflict,
    is_same_plate,
    may_write,
    standing,
)
from fines_api.hotlists.schemas import NewEntry
from fines_api.kit.errors import InvalidError
from recognition.contracts import (
    HotlistEntryRecord,
    HotlistReason,
    MatchKind,
    MatchPolicy,
    PlateKey,
    VehicleClass,
)
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


def hotlist(**changes: object) -> Hotlist:
    fields: dict[str, object] = {
        "code": "stolen", "title": "t", "reason": HotlistReason.STOLEN, "authority": "", "legal_basis": "",
        "priority": 1, "match_policy": MatchPolicy.EXACT, "widest_policy": MatchPolicy.PARTIAL, "most_cost": None,
        "alert_policy": AlertPolicy.DISPATCH, "confirm_every": timedelta(days=30),
        "longest_validity": timedelta(days=366), "is_urgent_allowed": True, "writers": ("police",),
    }  # fmt: skip
    return Hotlist(**(fields | changes))  # type: ignore[arg-type]


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
    ("moment", "changes", "expected"),
    [
        (_NOW, {}, Standing.IN_FORCE),
        (_NOW - timedelta(microseconds=1), {}, Standing.EXPIRED),
        (_NOW + timedelta(days=1, microseconds=-1), {}, Standing.IN_FORCE),
        (_NOW + timedelta(days=1), {}, Standing.EXPIRED),
        (_NOW, {"is_withdrawn": True}, Standing.WITHDRAWN),
        (_NOW, {"confirmed_at": _NOW - timedelta(days=30)}, Standing.IN_FORCE),
        (_NOW, {"confirmed_at": _NOW - timedelta(days=30, microseconds=1)}, Standing.STALE),
        (_NOW + timedelta(days=1), {"confirmed_at": _NOW - timedelta(days=99)}, Standing.EXPIRED),
    ],
)
def test_where_an_entry_stands(moment: datetime, changes: dict[str, object], expected: Standing) -> None:
    assert standing(entry(**changes), timedelta(days=30), moment) is expected


_CAR = Seen("A123BC77", _C.CAR)


@pytest.mark.parametrize(
    ("alert", "where", "seen", "state", "reason"),
    [
        ("dispatch", "in_force", _CAR, "new", None),
        ("dispatch", "in_force", replace(_CAR, kind=MatchKind.CONFUSABLE), "possible", None),
        ("dispatch", "in_force", replace(_CAR, kind=MatchKind.PARTIAL), "possible", None),
        ("notify", "in_force", _CAR, "notified", None),
        ("notify", "in_force", replace(_CAR, kind=MatchKind.CONFUSABLE), "possible", None),
        ("silent", "in_force", _CAR, "recorded", None),
        ("silent", "in_force", replace(_CAR, kind=MatchKind.PARTIAL), "recorded", None),
        ("dispatch", "stale", _CAR, "withheld", "stale"),
        ("dispatch", "expired", _CAR, "withheld", "term"),
        ("dispatch", "withdrawn", _CAR, "withheld", "term"),
        ("dispatch", "in_force", replace(_CAR, vehicle_class=_C.MOTORCYCLE), "withheld", "vehicle_class"),
        ("dispatch", "in_force", replace(_CAR, make="БМВ"), "withheld", "make"),
        ("dispatch", "in_force", replace(_CAR, colour="чёрный"), "withheld", "colour"),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(2, _C.CAR),)), "cleared", "cleared"),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(2, _C.TRUCK),)), "new", None),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(2, None),)), "cleared", "cleared"),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(2, None, "A128BC77"),)), "new", None),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(2, None, "A123BC77"),)), "cleared", "cleared"),
        ("dispatch", "in_force", replace(_CAR, clearances=(Clearance(1, None),)), "new", None),
    ],
)
def test_how_a_hit_starts(alert: str, where: str, seen: Seen, state: str, reason: str | None) -> None:
    listed = entry(make="Lada", colour="белый", content_version=2)
    start = first_state(listed, AlertPolicy(alert), Standing(where), seen)
    assert (start.state.value, start.reason and start.reason.value) == (state, reason)


def test_what_a_verdict_clears() -> None:
    exact, near = MatchKind.EXACT, MatchKind.CONFUSABLE
    assert clears(Verdict.CORRECT, exact, _C.CAR, "A123BC77") is None
    assert clears(Verdict.STALE, near, _C.CAR, "A123BC77") == Clearance(0, None)
    assert clears(Verdict.WRONG_VEHICLE, near, _C.UNKNOWN, "A123BC77") == Clearance(0, _C.UNKNOWN)
    for verdict in (Verdict.WRONG_PLATE, Verdict.WRONG_REGION_OR_TYPE):
        assert clears(verdict, exact, _C.CAR, "A123BC77") == Clearance(0, _C.CAR)
        assert clears(verdict, near, _C.CAR, "A128BC77") == Clearance(0, None, "A128BC77")


@pytest.mark.parametrize(
    ("kind", "cost", "widest", "most_cost", "expected"),
    [
        ("exact", 0.0, "exact", None, True),
        ("confusable", 0.4, "exact", None, False),
        ("confusable", 0.4, "confusable", None, True),
        ("confusable", 0.4, "confusable", 0.4, True),
        ("confusable", 0.5, "partial", 0.4, False),
        ("partial", 0.0, "confusable", None, False),
        ("partial", 0.0, "partial", 0.4, True),
    ],
)
def test_what_a_list_bears(kind: str, cost: float, widest: str, most_cost: float | None, expected: bool) -> None:
    bearing = hotlist(widest_policy=MatchPolicy(widest), most_cost=most_cost)
    assert bears(bearing, MatchKind(kind), cost) is expected


@pytest.mark.parametrize("reason", list(HotlistReason))
def test_nobody_is_stopped_for_money(reason: HotlistReason) -> None:
    expected = AlertPolicy.NOTIFY if reason.value in {"unpaid_fines", "no_insurance"} else AlertPolicy.DISPATCH
    assert alert_policy_of(hotlist(), reason) is expected
    assert alert_policy_of(hotlist(alert_policy=AlertPolicy.SILENT), reason) is AlertPolicy.SILENT


@pytest.mark.parametrize(
    ("actor", "writers", "may"),
    [
        ("police:ivanova", ("police",), True),
        ("police:ivanova", ("police:petrov",), False),
        ("police:petrov", ("police:petrov",), True),
        ("officer:ivanova", ("police",), False),
        ("operator:cli", (), True),
    ],
)
def test_who_may_write(actor: str, writers: tuple[str, ...], may: bool) -> None:
    assert may_write(hotlist(writers=writers), actor) is may


@pytest.mark.parametrize(
    ("listed", "seen", "is_conflict"),
    [
        ("белый", "black", True), ("белый", "White", False), ("белый", "серебристый", False), ("", "black", False),
        ("металлик", "black", False), ("red, blue", "green", False), ("dark blue", "жёлтый", True),
    ],
)  # fmt: skip
def test_colours_that_cannot_be_one(listed: str, seen: str, is_conflict: bool) -> None:
    assert is_colour_conflict(listed, seen) is is_colour_conflict(seen, listed) is is_conflict


@pytest.mark.parametrize(
    ("listed", "seen", "is_conflict"),
    [("ВАЗ", "Lada", False), ("Lada", "BMW", True), ("", "BMW", False), ("Made-up", "BMW", False)],
)
def test_makes_that_cannot_be_one(listed: str, seen: str, is_conflict: bool) -> None:
    assert is_make_conflict(listed, seen) is is_make_conflict(seen, listed) is is_conflict


_PARTIAL = ("A1?3BC77", "partial", 1, None)


@pytest.mark.parametrize(
    ("text", "policy", "priority", "code"),
    [
        _PARTIAL,
        ("A123BC77", "exact", 3, None),
        ("A123BC77", "confusable", 1, None),
        ("A1?3BC77", "exact", 1, "hotlist.wildcard"),
        ("A1?3BC77", "confusable", 1, "hotlist.wildcard"),
        ("A123BC77", "partial", 1, "hotlist.partial"),
        ("A1?3BC77", "partial", 2, "hotlist.partial"),
        ("A1??B?77", "partial", 1, None),
        ("A???B?77", "partial", 1, "hotlist.partial"),
        ("A1*3BC77", "partial", 1, "hotlist.wildcard"),
        ("A1?3BC7%", "partial", 1, "hotlist.wildcard"),
        ("Z1?3BC77", "partial", 1, "hotlist.plate"),
    ],
)
def test_what_a_list_takes(text: str, policy: str, priority: int, code: str | None) -> None:
    new = NewEntry(
        plate=text, plate_region="ru", list_code="stolen", match_policy=MatchPolicy(policy), legal_basis="case",
        plate_type="1", valid_until=_NOW + timedelta(days=1),
    )  # fmt: skip
    if code is None:
        assert record_of(new, hotlist(priority=priority), UUID(int=1), "77", _NOW).plate == text
        return
    with pytest.raises(InvalidError) as refused:
        record_of(new, hotlist(priority=priority), UUID(int=1), "77", _NOW)
    assert refused.value.code == code


def test_an_entry_asks_for_no_more_than_its_list_allows() -> None:
    narrow = hotlist(widest_policy=MatchPolicy.EXACT)
    new = NewEntry(
        plate="A123BC77", plate_region="ru", list_code="stolen", legal_basis="case",
        match_policy=MatchPolicy.CONFUSABLE, valid_until=_NOW + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(InvalidError, match=r"hotlist\.policy"):
        record_of(new, narrow, UUID(int=1), "77", _NOW)
    assert record_of(new.model_copy(update={"match_policy": None}), narrow, UUID(int=1), "77", _NOW).plate == "A123BC77"


def test_a_record_of_an_older_region_stands_on_its_reasons_list() -> None:
    record = entry()
    assert (record.list_code, record.content_version, record.match_policy) == ("stolen", 3, MatchPolicy.EXACT)
    for wrong in ({"plate": "A1?3BC77"}, {"match_policy": "partial"}, {"plate": "A???B?77", "match_policy": "partial"}):
        with pytest.raises(ValidationError):
            entry(**wrong)


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
