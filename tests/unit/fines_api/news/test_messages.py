import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.hotlists.policy import HitState, Verdict
from fines_api.hotlists.schemas import HitInfo
from fines_api.news.messages import News, body_of, event_id_of, message, push_message, topic_of
from fines_api.news.policy import NewsType
from recognition.contracts import HotlistReason, MatchKind, VehicleClass

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HIT_ID, ENTRY_ID = UUID(int=7), UUID(int=8)
PRIVATE = ("А123ВС 77", "A123BC77", "Test road", "55.75", "white Lada", str(ENTRY_ID), "sha", "petrov", "a note")


def hit(state: HitState = HitState.NEW, reason: HotlistReason = HotlistReason.STOLEN, priority: int = 2) -> HitInfo:
    return HitInfo(
        id=12, hit_id=HIT_ID, entry_id=ENTRY_ID, owner_region="77", seen_region="50", plate="A123BC77",
        plate_region="ru", plate_type="1", plate_display="А123ВС 77", plate_confidence=0.97, reason=reason,
        priority=priority, description="white Lada", place="Test road, km 7", latitude=55.75, longitude=37.62,
        captured_at=AT, matched_at=AT, state=state, vehicle_class=VehicleClass.CAR, images={"plate": "sha"},
        verdict_by="police:petrov", verdict_at=AT, verdict_note="a note", state_reason=None, list_code="stolen",
        match_kind=MatchKind.EXACT, match_cost=0.0, listed_plate="A123BC77", score=0.9, reasons=[], site_id="site-1",
        camera_id="camera-1", action=None, action_by=None, action_at=None,
    )  # fmt: skip


@given(
    st.sampled_from([NewsType.HIT_CREATED, NewsType.HIT_JUDGED]),
    st.sampled_from([HitState.NEW, *map(HitState, Verdict)]),
    st.sampled_from(HotlistReason),
    st.integers(1, 3),
)
def test_a_browser_is_told_neither_plate_nor_place_nor_why(
    news: NewsType, state: HitState, reason: HotlistReason, priority: int
) -> None:
    told = body_of(push_message(News(UUID(int=1), news, AT, hit(state, reason, priority)), "https://r.example/"))
    for private in (*PRIVATE, reason.value):
        assert private.encode() not in told
    assert len(told) < 3000


@pytest.mark.parametrize("state", [HitState.WRONG_PLATE, HitState.WRONG_VEHICLE, HitState.STALE])
def test_a_wrong_match_is_taken_back_without_plate_and_place(state: HitState) -> None:
    told = body_of(message(News(UUID(int=1), NewsType.HIT_JUDGED, AT, hit(state)), "https://r.example/"))
    assert json.loads(told)["data"]["state"] == state.value.replace("_", " ")
    for private in PRIVATE:
        assert private.encode() not in told


def test_a_possible_match_names_plate_and_place_and_no_more() -> None:
    told = body_of(message(News(UUID(int=1), NewsType.HIT_CREATED, AT, hit()), "https://r.example/"))
    assert [private for private in PRIVATE if private.encode() in told] == ["А123ВС 77", "Test road"]
    assert json.loads(told)["data"]["url"] == "https://r.example/police#hit-12"


def test_an_event_has_one_name_per_region_type_and_hit() -> None:
    names = {
        event_id_of(news, region, each)
        for news in NewsType
        for region in ("77", "50")
        for each in (HIT_ID, ENTRY_ID)
        for _ in range(2)
    }
    assert len(names) == len(NewsType) * 4
    assert "." not in News(event_id_of(NewsType.HIT_CREATED, "77", HIT_ID), NewsType.HIT_CREATED, AT, None).message_id


def test_the_topic_names_region_and_reason() -> None:
    news = News(UUID(int=1), NewsType.HIT_CREATED, AT, hit(reason=HotlistReason.MISSING_PERSON))
    assert topic_of(news, "77") == "rubezh/77/hits/missing_person"
    assert topic_of(News(UUID(int=1), NewsType.TEST, AT, None), "77") == "rubezh/77/test"
