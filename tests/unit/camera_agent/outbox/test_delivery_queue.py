from collections.abc import Callable
from datetime import timedelta

import pytest

from camera_agent.clock import ManualClock
from camera_agent.outbox import EventDraft, Journal, Priority
from camera_agent.outbox.queue import DeliveryQueue, WaitingEvent
from camera_agent.outbox.retention import Retention
from recognition.contracts import DsseEnvelope, IntakeResult, IntakeStatus
from recognition.evidence import SigningKey, sign_envelope

OpenJournal = Callable[..., Journal]
MakeDraft = Callable[..., EventDraft]


@pytest.fixture
def receipt(key: SigningKey) -> DsseEnvelope:
    return sign_envelope(b"{}", "application/json", key)


def result(event: WaitingEvent, status: IntakeStatus) -> tuple[WaitingEvent, IntakeResult]:
    return event, IntakeResult(
        epoch=event.epoch, seq=event.seq, event_sha256=event.event_sha256, status=status, code="x"
    )


def test_fresh_goes_before_backlog_and_passages_before_packages(
    open_journal: OpenJournal, draft: MakeDraft, clock: ManualClock
) -> None:
    journal = open_journal()
    journal.append([draft("old passage"), draft("old package", b"zip", Priority.PACKAGE)])
    clock.set(clock.now() + timedelta(minutes=5))
    journal.append([draft("new package", b"zip 2", Priority.PACKAGE), draft("new passage")])
    queue = DeliveryQueue(journal, clock)
    order = []
    while batch := queue.next_batch(10):
        order.extend(event.seq for event in batch)
        for event in batch:
            queue.mark_damaged(event.seq, "test", "taken")
    assert order == [4, 3, 1, 2]


def test_a_receipt_settles_and_a_retry_waits_longer_each_time(
    open_journal: OpenJournal, draft: MakeDraft, clock: ManualClock, receipt: DsseEnvelope
) -> None:
    journal = open_journal()
    journal.append([draft("a"), draft("b"), draft("c")])
    queue = DeliveryQueue(journal, clock)
    first, second, third = queue.next_batch(10)
    queue.settle(
        [
            result(first, IntakeStatus.DUPLICATE),
            result(second, IntakeStatus.RETRY),
            result(third, IntakeStatus.QUARANTINED),
        ],
        receipt,
    )
    rows = journal.connection.execute("SELECT status, receipt_id FROM events ORDER BY seq").fetchall()
    assert [tuple(row) for row in rows] == [("accepted", 1), ("pending", None), ("quarantined", 1)]
    assert queue.next_batch(10) == []
    assert queue.has_waiting()
    waits_s = []
    for _ in range(4):
        waited_s = 0
        while not (batch := queue.next_batch(10)):
            clock.set(clock.now() + timedelta(seconds=1))
            waited_s += 1
        waits_s.append(waited_s)
        queue.settle([result(batch[0], IntakeStatus.RETRY)], receipt)
    assert waits_s == [1, 2, 4, 8]


def test_evidence_leaves_only_after_receipt_and_safety_period(
    open_journal: OpenJournal, draft: MakeDraft, clock: ManualClock, receipt: DsseEnvelope
) -> None:
    journal = open_journal()
    journal.append([draft("a", b"shared"), draft("b", b"shared"), draft("c", b"own of c"), draft("d", b"own of d")])
    queue = DeliveryQueue(journal, clock)
    retention = Retention(journal, clock, safety_period=timedelta(days=7))
    a, b, c, d = queue.next_batch(10)
    queue.settle([result(a, IntakeStatus.ACCEPTED), result(c, IntakeStatus.ACCEPTED)], receipt)
    queue.settle([result(d, IntakeStatus.QUARANTINED)], receipt)
    clock.set(clock.now() + timedelta(days=6))
    assert retention.release().files == 0
    clock.set(clock.now() + timedelta(days=2))
    assert retention.release().files == 1  # "shared" is still needed by b, quarantined d stays for a person
    assert not journal.evidence.path_of(c.blobs[0].sha256).exists()
    assert journal.evidence.path_of(b.blobs[0].sha256).exists()
    assert journal.evidence.path_of(d.blobs[0].sha256).exists()


def test_a_full_quota_shortens_the_safety_period_but_never_the_wait_for_a_receipt(
    open_journal: OpenJournal, draft: MakeDraft, clock: ManualClock, receipt: DsseEnvelope
) -> None:
    journal = open_journal()
    for name in ("a", "b", "c"):
        journal.append([draft(name, name.encode() * 1000)])
    queue = DeliveryQueue(journal, clock)
    retention = Retention(journal, clock, quota_bytes=1500)
    assert retention.release().files == 0  # nothing is delivered: nothing may go, quota or not
    for event in queue.next_batch(2):
        queue.settle([result(event, IntakeStatus.ACCEPTED)], receipt)
        clock.set(clock.now() + timedelta(minutes=1))
    released = retention.release()
    assert (released.files, released.early_files) == (2, 2)
    assert journal.evidence.size_bytes() == 1000


def test_the_oldest_receipt_goes_first(
    open_journal: OpenJournal, draft: MakeDraft, clock: ManualClock, receipt: DsseEnvelope
) -> None:
    journal = open_journal()
    drafts = [draft(name, name.encode() * 1000) for name in ("a", "b", "c")]
    journal.append(drafts)
    queue = DeliveryQueue(journal, clock)
    for event in reversed(queue.next_batch(3)):
        queue.settle([result(event, IntakeStatus.ACCEPTED)], receipt)
        clock.set(clock.now() + timedelta(minutes=1))
    Retention(journal, clock, quota_bytes=2500).release()
    left = [journal.evidence.path_of(one.blobs[0].sha256).exists() for one in drafts]
    assert left == [True, True, False]
