"""What an operator reads of the receivers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from camera_agent.clock import ManualClock
from camera_agent.control import DeviceState
from camera_agent.control.receivers import feed_words, position_words, receiver_words
from camera_agent.control.status import fresh_health

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FIX = {
    "address": "tcp://127.0.0.1:2947", "is_connected": True, "has_fix": True, "latitude": 55.0, "longitude": 37.5,
    "sigma_m": 2.5, "age_s": 0.6, "reports": 9, "broken": 0, "jumps": 0, "failures": 0, "last_error": "",
}  # fmt: skip
FEED = {
    "address": "/run/feed", "is_connected": True, "groups": ["north"], "reports": 40, "refused": {}, "too_long": 0,
    "age_s": 0.4, "is_heard": True, "failures": 0, "last_error": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "is_good", "words"),
    [
        ({}, True, "55.00000, 37.50000 ± 5 m, 1 s old"),
        ({"jumps": 2}, True, "jumped 2 times"),
        ({"has_fix": False, "age_s": 40.0}, False, "the last fix is 40 s old: the receiver finds no satellites"),
        ({"has_fix": False, "age_s": None, "is_connected": False}, False, "no fix from tcp://127.0.0.1:2947: not conn"),
        ({"has_fix": False, "is_connected": False, "last_error": "Connection refused"}, False, "Connection refused"),
    ],
)
def test_the_position_is_told_in_words(changes: dict[str, Any], is_good: bool, words: str) -> None:
    found = position_words(FIX | changes)
    assert found[0] is is_good
    assert words in found[1]


@pytest.mark.parametrize(
    ("changes", "is_good", "words"),
    [
        ({}, True, "40 reports, the last is 0 s old"),
        ({"refused": {"late": 3, "at": 1}}, True, "refused: 1 at, 3 late"),
        ({"groups": []}, False, "no signal head of the site names its group"),
        ({"is_heard": False}, False, "the adapter says nothing of these groups: north"),
        ({"is_heard": False, "is_connected": False, "last_error": "No such file or directory"}, False, "No such file"),
    ],
)
def test_the_feed_is_told_in_words(changes: dict[str, Any], is_good: bool, words: str) -> None:
    found = feed_words(FEED | changes)
    assert found[0] is is_good
    assert words in found[1]


def test_only_what_is_configured_and_runs_is_told(tmp_path: Path) -> None:
    state, clock = DeviceState(tmp_path), ManualClock(START)
    assert receiver_words(fresh_health(state, clock)) == {}
    state.write_health({"at": START.isoformat(), "position": FIX})
    assert set(receiver_words(fresh_health(state, clock))) == {"position"}
    state.write_health({"at": START.isoformat(), "signal_feed": FEED, "position": FIX})
    assert set(receiver_words(fresh_health(state, clock))) == {"position", "signal_feed"}
    clock.set(START + timedelta(minutes=1))
    assert receiver_words(fresh_health(state, clock)) == {}
