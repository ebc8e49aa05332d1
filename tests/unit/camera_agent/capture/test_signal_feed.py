"""What a controller's lines are worth: read, put in order, refused with a reason, and told in stream time."""

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.capture import StreamTime
from camera_agent.capture.signal_feed import MEMORY, FeedHistory, FeedLineError, FeedReport, parse_report
from recognition.contracts import SignalHead
from recognition.signals import Aspect

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GOOD = {"group": "north", "aspect": "red", "at": "2026-11-20T09:00:00.120Z", "bound_ms": 20}
HEAD = SignalHead(head_id="main", feed="north")
EXACT = StreamTime(START, 0.0)


def report(at_s: float, aspect: Aspect, *, bound_s: float = 0.02, group: str = "north") -> FeedReport:
    return FeedReport(group, aspect, START + timedelta(seconds=at_s), bound_s)


def history(*reports: FeedReport) -> FeedHistory:
    kept = FeedHistory({"north"})
    for one in reports:
        kept.add(one, one.at)
    return kept


def test_a_line_is_a_report() -> None:
    assert parse_report(json.dumps(GOOD | {"note": "more keys do no harm"}).encode()) == FeedReport(
        "north", Aspect.RED, START + timedelta(milliseconds=120), 0.02
    )
    moscow = (START + timedelta(milliseconds=120)).astimezone(timezone(timedelta(hours=3))).isoformat()
    assert parse_report(json.dumps(GOOD | {"at": moscow}).encode()) == parse_report(json.dumps(GOOD).encode())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"group": None}, "group"), ({"group": 7}, "group"), ({"aspect": "purple"}, "aspect"),
        ({"aspect": ["red"]}, "aspect"), ({"aspect": None}, "aspect"), ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-20T09:00:00"}, "at"), ({"at": 1763629200}, "at"), ({"at": "0001-01-01T00:00:00+23:00"}, "at"),
        ({"bound_ms": None}, "bound"), ({"bound_ms": -1}, "bound"), ({"bound_ms": "20"}, "bound"),
        ({"bound_ms": True}, "bound"), ({"bound_ms": 60_001}, "bound"), ({"bound_ms": float("nan")}, "bound"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_report_says_why(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(FeedLineError) as caught:
        parse_report(json.dumps(GOOD | changes).encode())
    assert caught.value.reason == reason


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_noise_is_a_reason_and_never_anything_else(noise: bytes) -> None:
    with pytest.raises(FeedLineError) as caught:
        parse_report(noise)
    assert caught.value.reason in {"json", "group", "aspect", "bound", "at"}


def test_wall_clock_becomes_stream_time_with_the_doubt_of_both_clocks() -> None:
    kept = history(report(0, Aspect.GREEN), report(1, Aspect.GREEN), report(2, Aspect.RED), report(3, Aspect.RED))
    stream = StreamTime(START - timedelta(seconds=100), 0.03)
    timeline = kept.timelines([HEAD], stream)["main"]
    assert [phase.aspect for phase in timeline.phases] == [Aspect.GREEN, Aspect.RED]
    red = timeline.phases[1]
    assert (red.from_earliest_s, red.from_latest_s) == pytest.approx((101.0 - 0.05, 102.0 + 0.05))
    assert timeline.aspect_at(102.5) is Aspect.RED


def test_pictures_of_an_unknown_clock_are_told_nothing() -> None:
    kept = history(report(0, Aspect.RED), report(1, Aspect.RED))
    assert kept.timelines([HEAD], StreamTime(START, None)) == {}
    assert set(kept.timelines([HEAD], EXACT)) == {"main"}


def test_a_head_is_told_by_its_own_group_only_and_two_heads_may_share_one() -> None:
    kept = FeedHistory({"north", "south"})
    kept.add(report(0, Aspect.RED), START)
    heads = [HEAD, SignalHead(head_id="twin", feed="north"), SignalHead(head_id="far", feed="south")]
    assert set(kept.timelines(heads, EXACT)) == {"main", "twin"}


@pytest.mark.parametrize(
    ("at_s", "bound_s", "reason"),
    [
        (-9.9, 0.0, None), (-10.1, 0.0, "late"), (-10.1, 0.2, None), (0.9, 0.0, None), (1.1, 0.0, "early"),
        (1.1, 0.2, None), (-3600.0, 0.0, "late"), (3600.0, 0.0, "early"),
    ],
)  # fmt: skip
def test_a_clock_that_is_wrong_is_not_believed(at_s: float, bound_s: float, reason: str | None) -> None:
    kept = FeedHistory({"north"})
    kept.add(report(at_s, Aspect.RED, bound_s=bound_s), START)
    assert dict(kept.refused) == ({reason: 1} if reason else {})
    assert (kept.newest() is None) is (reason is not None)


def test_a_group_the_site_does_not_know_is_counted_and_not_kept() -> None:
    kept = FeedHistory({"north"})
    for number in range(1000):
        kept.add(report(0, Aspect.RED, group=f"g{number}"), START)
    assert dict(kept.refused) == {"other_group": 1000}
    assert kept.newest() is None


@given(st.permutations(range(8)), st.integers(0, 2**32))
def test_the_order_of_arrival_and_repeated_lines_change_nothing(order: list[int], seed: int) -> None:
    shown = [Aspect.GREEN] * 3 + [Aspect.AMBER] * 2 + [Aspect.RED] * 3
    reports = [report(number, shown[number]) for number in range(8)]
    rng, kept = random.Random(seed), FeedHistory({"north"})
    for number in [*order, *rng.choices(order, k=3)]:
        kept.add(reports[number], START + timedelta(seconds=7))
    assert kept.timelines([HEAD], EXACT) == history(*reports).timelines([HEAD], EXACT)
    assert not kept.refused


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_two_aspects_at_one_moment_are_none(late: float) -> None:
    """Whether the second comes at once or after the next report, and a third does not mend it."""
    kept = FeedHistory({"north"})
    told = [report(0, Aspect.RED), report(1, Aspect.RED), report(2, Aspect.RED)]
    now = START + timedelta(seconds=3)
    for one in told if late else told[:2]:
        kept.add(one, now)
    for aspect in (Aspect.GREEN, Aspect.RED):
        kept.add(report(1, aspect), now)
    if not late:
        kept.add(told[2], now)
    timeline = kept.timelines([HEAD], EXACT)["main"]
    assert [phase.aspect for phase in timeline.phases] == [Aspect.RED, Aspect.UNKNOWN, Aspect.RED]
    assert kept.refused["contradiction"] == 2


def test_memory_is_bounded_in_time_and_in_number() -> None:
    kept = FeedHistory({"north"})
    for number in range(30_000):
        kept.add(report(0.01 * number, Aspect.RED), START + timedelta(seconds=0.01 * number))
    assert len(kept._kept["north"]) == 20_000
    later = MEMORY / timedelta(seconds=1) + 0.01 * 29_999 - 1
    kept.add(report(later, Aspect.GREEN), START + timedelta(seconds=later))
    oldest = kept._kept["north"][0].at
    assert START + timedelta(seconds=later) - oldest <= MEMORY
    assert len(kept._kept["north"]) == 102
