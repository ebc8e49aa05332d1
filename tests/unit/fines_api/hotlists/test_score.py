"""How much a hit is worth, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.hotlists.score import Looks, Score, score_of
from recognition.contracts import HotlistEntryRecord, HotlistReason, MatchKind, MatchPolicy, VehicleClass
from recognition.plates import ListMatch

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_MONTH = timedelta(days=30)
_EXACT = ListMatch(0, 0, MatchKind.EXACT, 0.0, "A123BC77")
_NEAR = ListMatch(0, 0, MatchKind.CONFUSABLE, 0.6, "A123BC77", (3,), (3,))
_LOOKS = Looks("A123BC77", 0.97, 5, 6, VehicleClass.CAR, make="Lada", colour="белый")
_ENTRY = HotlistEntryRecord(
    entry_id=UUID(int=1), owner_region="77", version=1, plate="A123BC77", plate_region="ru", plate_type="1",
    reason=HotlistReason.STOLEN, match_policy=MatchPolicy.CONFUSABLE, priority=1, vehicle_class=VehicleClass.CAR,
    make="ВАЗ", colour="white", legal_basis="case", valid_from=_NOW, valid_until=_NOW + _MONTH, confirmed_at=_NOW,
)  # fmt: skip


def score(match: ListMatch = _EXACT, looks: Looks = _LOOKS, age: timedelta = timedelta()) -> Score:
    return score_of(_ENTRY, match, looks, age, _MONTH)


def facts(found: Score, code: str) -> dict[str, str | int | float]:
    return next(reason.facts for reason in found.reasons if reason.code == code)


def test_the_value_is_the_product_of_its_reasons() -> None:
    found = score()
    assert [reason.code for reason in found.reasons] == [
        "match", "read", "looks", "vehicle_class", "appearance", "age",
    ]  # fmt: skip
    assert found.value == pytest.approx(0.97 * (0.5 + 0.5 * 5 / 6), abs=1e-3)
    assert found == score()


@pytest.mark.parametrize(
    ("match", "looks", "age"),
    [
        (_NEAR, replace(_LOOKS, plate="A128BC77"), timedelta()),
        (_EXACT, replace(_LOOKS, confidence=0.6), timedelta()),
        (_EXACT, replace(_LOOKS, support=2), timedelta()),
        (_EXACT, replace(_LOOKS, support=1, looks=1), timedelta()),
        (_EXACT, replace(_LOOKS, vehicle_class=VehicleClass.UNKNOWN), timedelta()),
        (_EXACT, replace(_LOOKS, vehicle_class=VehicleClass.MOTORCYCLE), timedelta()),
        (_EXACT, replace(_LOOKS, colour="чёрный"), timedelta()),
        (_EXACT, replace(_LOOKS, make="", colour=""), timedelta()),
        (_EXACT, _LOOKS, timedelta(days=20)),
        (_EXACT, _LOOKS, timedelta(days=31)),
    ],
)
def test_what_speaks_against_a_hit_lowers_it(match: ListMatch, looks: Looks, age: timedelta) -> None:
    assert score(match, looks, age).value < score(replace(_EXACT), replace(_LOOKS, support=6, looks=6)).value
    worse = score(match, looks, age)
    assert sum(a.factor < b.factor for a, b in zip(worse.reasons, score().reasons, strict=True)) >= 1


def test_a_misread_tells_which_characters_differ_and_what_it_costs() -> None:
    found = facts(score(_NEAR, replace(_LOOKS, plate="A128BC77")), "match")
    assert found == {
        "kind": "confusable", "listed": "A123BC77", "seen": "A128BC77", "listed_at": "3", "seen_at": "3", "cost": 0.6,
    }  # fmt: skip
    dearer = replace(_NEAR, cost=1.1)
    assert score(dearer).value < score(_NEAR).value < score().value


def test_the_class_of_vehicle_agrees_is_unknown_or_conflicts() -> None:
    for seen, answer in (("car", "agrees"), ("unknown", "unknown"), ("motorcycle", "conflicts"), ("truck", "agrees")):
        looks = replace(_LOOKS, vehicle_class=VehicleClass(seen))
        assert facts(score(looks=looks), "vehicle_class")["answer"] == answer


@given(
    confidence=st.floats(0, 1), support=st.integers(1, 9), more=st.integers(0, 9), cost=st.floats(0, 5),
    days=st.floats(-1, 500),
)  # fmt: skip
def test_a_score_is_between_nothing_and_one(
    confidence: float, support: int, more: int, cost: float, days: float
) -> None:
    looks = replace(_LOOKS, confidence=confidence, support=support, looks=support + more)
    found = score(replace(_NEAR, cost=cost), looks, timedelta(days=days))
    assert 0 <= found.value <= 1
