"""A journal in a temporary folder, and drafts to fill it with."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camera_agent.clock import ManualClock
from camera_agent.outbox import Blob, EventDraft, Journal, Priority
from recognition.contracts import EventType
from recognition.evidence import SigningKey

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def open_journal(tmp_path: Path, key: SigningKey, clock: ManualClock) -> Iterator[Callable[[], Journal]]:
    opened: list[Journal] = []

    def open_it(device_id: str = "camera-1") -> Journal:
        opened.append(Journal(tmp_path, device_id, key, clock))
        return opened[-1]

    yield open_it
    for journal in opened:
        journal.close()


@pytest.fixture
def draft() -> Callable[..., EventDraft]:
    def make(name: str, data: bytes = b"picture", priority: Priority = Priority.PASSAGE) -> EventDraft:
        is_passage = priority is Priority.PASSAGE
        return EventDraft(
            natural_key=name,
            type=EventType.PASSAGE_RECORDED if is_passage else EventType.CANDIDATE_SEALED,
            subject=f"passage/{name}",
            occurred_at=NOW,
            data={"name": name},
            blobs=(Blob.of(data, "image/jpeg" if is_passage else "application/zip"),) if data else (),
            priority=priority,
        )

    return make
