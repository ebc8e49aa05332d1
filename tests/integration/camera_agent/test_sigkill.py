"""The agent killed at any moment of a replay and started again loses no sealed package and doubles none."""

import json
import random
import signal
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from camera_agent.outbox.crash import STEPS
from recognition.contracts import EVENT_PAYLOAD_TYPE, GENESIS_HASH, CloudEvent, DsseEnvelope, EventType
from recognition.evidence import SigningKey, open_envelope, sha256_hex, verify_package

pytestmark = pytest.mark.integration
KEY = SigningKey.generate()


@dataclass(frozen=True)
class Recorded:
    """What a journal holds, checked from the outside, without the agent's own code for reading it."""

    facts: dict[str, dict[str, Any]]
    packages: frozenset[str]
    files: frozenset[str]


def read_state(state: Path) -> Recorded:
    """Check chain, signatures, evidence and packages of a state folder; return what it says."""
    database = sqlite3.connect(f"file:{state / 'journal.sqlite3'}?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT seq, natural_key, envelope FROM events ORDER BY seq").fetchall()
        blobs = {row[0] for row in database.execute("SELECT sha256 FROM event_blobs")}
    finally:
        database.close()
    facts, previous = {}, GENESIS_HASH
    packages = set()
    for place, (seq, natural_key, envelope) in enumerate(rows, start=1):
        payload = open_envelope(DsseEnvelope.model_validate_json(envelope), EVENT_PAYLOAD_TYPE, [KEY.verifying])
        event = CloudEvent.model_validate_json(payload)
        assert (seq, event.rubezhseq, event.rubezhprev) == (place, place, previous)
        previous = sha256_hex(payload)
        facts[natural_key] = {"id": str(event.id), **event.data}
        if event.type is EventType.CANDIDATE_SEALED:
            packages.add(str(event.data["package_sha256"]))
    assert len(facts) == len(rows)
    for digest in blobs:
        assert sha256_hex((state / "evidence" / digest[:2] / digest).read_bytes()) == digest
    for digest in packages:
        verify_package((state / "evidence" / digest[:2] / digest).read_bytes(), [KEY.verifying])
    files = {path.name for path in (state / "evidence").glob("??/*")}
    assert files == blobs, "every file belongs to an event, every event has its files"
    return Recorded(facts, frozenset(packages), frozenset(files))


def prepare(state: Path) -> Path:
    state.mkdir()
    (state / "device.key").write_bytes(KEY.private_pem)
    return state


@pytest.fixture(scope="module")
def undisturbed(driver: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorded, dict[str, int]]:
    state = prepare(tmp_path_factory.mktemp("undisturbed") / "state")
    assert driver.run(state) == {"code": 0, "signal": None}
    recorded = read_state(state)
    assert len(recorded.facts) == 7, "four passages, three of them too fast"
    assert len(recorded.packages) == 3
    return recorded, json.loads((state / "steps.json").read_text())


def kill_points(steps: dict[str, int]) -> list[str]:
    """Every named step at its first and last time."""
    return [f"{name}:{number}" for name in STEPS if name in steps for number in sorted({1, steps[name]})]


def test_every_named_step(driver: Any, undisturbed: tuple[Recorded, dict[str, int]], tmp_path: Path) -> None:
    recorded, steps = undisturbed
    points = kill_points(steps)
    assert len(points) >= 20
    for point in points:
        state = prepare(tmp_path / point.replace(":", "-"))
        assert driver.run(state, crash_at=point) == {"code": None, "signal": signal.SIGKILL}, point
        assert driver.run(state) == {"code": 0, "signal": None}, point
        assert read_state(state) == recorded, point


def test_any_moment_again_and_again(driver: Any, undisturbed: tuple[Recorded, dict[str, int]], tmp_path: Path) -> None:
    recorded, _ = undisturbed
    rng = random.Random(20261120)
    kills, rounds = 0, 0
    while rounds < 5 or kills < 10:  # how many moments fall within a run depends on the machine's pace
        assert rounds < 25, f"{kills} kills only"
        state = prepare(tmp_path / str(rounds))
        for _ in range(6):
            answer = driver.run(state, kill_after_ms=rng.uniform(1, 350))
            kills += answer["signal"] == signal.SIGKILL
        assert driver.run(state) == {"code": 0, "signal": None}
        assert read_state(state) == recorded
        rounds += 1
