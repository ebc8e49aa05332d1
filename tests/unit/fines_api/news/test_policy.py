from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.hotlists.policy import HitState
from fines_api.news.policy import (
    ATTEMPTS,
    GIVE_UP_AFTER,
    LONGEST_QUIET_S,
    Kind,
    NewsFilter,
    NewsType,
    Outcome,
    goes_out,
    is_given_up,
    is_gone,
    is_retraction,
    next_pause_s,
    quiet_s,
)
from recognition.contracts import HotlistReason

_CHANCE = st.floats(0, 1)
_TRIES = st.integers(1, ATTEMPTS - 1)


def pause_s(tries: int, chance: float, retry_after_s: float | None = None) -> float:
    found = next_pause_s(tries, chance, retry_after_s)
    assert found is not None
    return found


def test_the_first_pause_is_seconds_and_the_last_is_hours() -> None:
    assert pause_s(1, 0.0) == 5
    assert pause_s(ATTEMPTS - 1, 0.0) == 10 * 3600
    assert next_pause_s(ATTEMPTS, 0.0) is None


@given(_TRIES, _CHANCE, _CHANCE)
def test_pauses_grow_and_jitter_stays_within_a_fifth(tries: int, one: float, other: float) -> None:
    base = pause_s(tries, 0.0)
    assert base <= pause_s(tries, one) <= base * 1.2
    if tries > 1:
        assert pause_s(tries, one) > pause_s(tries - 1, other)


@given(_TRIES, _CHANCE, st.floats(0, 1e9))
def test_retry_after_is_respected_up_to_a_day(tries: int, chance: float, asked_s: float) -> None:
    found = pause_s(tries, chance, asked_s)
    assert found >= min(asked_s, 24 * 3600)
    assert found == max(pause_s(tries, chance), min(asked_s, 24 * 3600))


@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e9))
def test_a_receiver_that_is_down_is_left_alone_for_minutes_or_as_it_asks(pause: float, asked_s: float | None) -> None:
    found = quiet_s(pause, asked_s)
    assert found <= max(LONGEST_QUIET_S, min(asked_s or 0, 24 * 3600))
    assert found >= min(asked_s or 0, 24 * 3600)


@pytest.mark.parametrize("state", list(HitState))
def test_only_what_calls_an_officer_is_announced(state: HitState) -> None:
    assert goes_out(NewsType.HIT_CREATED, state) == (state is HitState.NEW)
    is_verdict = state in {"correct", "wrong_plate", "wrong_region_or_type", "wrong_vehicle", "stale"}
    assert goes_out(NewsType.HIT_JUDGED, state) == is_verdict
    assert is_retraction(NewsType.HIT_JUDGED, state) == (state is not HitState.CORRECT)
    assert not is_retraction(NewsType.HIT_CREATED, state)


def test_a_filter_takes_types_priorities_and_reasons() -> None:
    urgent = NewsFilter(frozenset({NewsType.HIT_CREATED}), 1, frozenset({HotlistReason.STOLEN}))
    assert urgent.takes(NewsType.HIT_CREATED, 1, HotlistReason.STOLEN)
    assert not urgent.takes(NewsType.HIT_JUDGED, 1, HotlistReason.STOLEN)
    assert not urgent.takes(NewsType.HIT_CREATED, 2, HotlistReason.STOLEN)
    assert not urgent.takes(NewsType.HIT_CREATED, 1, HotlistReason.WANTED)
    every = NewsFilter(frozenset(NewsType), 3, frozenset())
    assert all(every.takes(NewsType.HIT_CREATED, 3, reason) for reason in HotlistReason)


def test_what_is_gone_for_good() -> None:
    assert is_gone(Kind.WEBPUSH, Outcome(status_code=404, error="news.status"))
    assert is_gone(Kind.WEBPUSH, Outcome(status_code=410, error="news.status"))
    assert is_gone(Kind.WEBHOOK, Outcome(status_code=410, error="news.status"))
    assert not is_gone(Kind.WEBHOOK, Outcome(status_code=404, error="news.status"))
    assert not is_gone(Kind.MQTT, Outcome(error="news.unreachable"))


def test_a_receiver_is_given_up_after_five_days() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert not is_given_up(since, since + GIVE_UP_AFTER - timedelta(seconds=1))
    assert is_given_up(since, since + GIVE_UP_AFTER)
