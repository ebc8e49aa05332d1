"""Delivery: evidence first, then events; nothing counts as delivered before a receipt signed by the centre says so.

Evidence that was altered on this device's disk is never passed off as good: its event is marked ``damaged``, an alarm
stands in ``camera-agent status``, and the altered bytes are offered once under the old digest, so that the centre
refuses them (``evidence.digest_mismatch``) and keeps them in quarantine where an operator can see them.  The event
itself stays here; the gap in the sequence shows at the centre.
"""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from camera_agent.backoff import Backoff
from camera_agent.clock import Clock
from camera_agent.errors import DeliveryError
from camera_agent.outbox.centre import Centre
from camera_agent.outbox.crash import step
from camera_agent.outbox.queue import BlobRef, DeliveryQueue, WaitingEvent
from camera_agent.outbox.retention import Retention
from recognition.contracts import (
    RECEIPT_PAYLOAD_TYPE,
    EventBatchAnswer,
    EvidenceError,
    IntakeResult,
    IntakeStatus,
    Receipt,
)
from recognition.evidence import VerifyingKey, open_envelope

BATCH_EVENTS = 32
_RETRY_INITIAL_S, _RETRY_MAXIMUM_S = 0.5, 60.0
_IDLE_S = 0.2
_RELEASE_EVERY_S = 60.0
_log = structlog.get_logger()


@dataclass
class DeliveryReport:
    """What one delivery did."""

    delivered: int = 0
    quarantined: int = 0
    damaged: int = 0
    postponed: int = 0


class Uploader:
    """Drains one journal into one centre."""

    def __init__(self, queue: DeliveryQueue, centre: Centre, centre_key: VerifyingKey, retention: Retention) -> None:
        self._queue = queue
        self._centre = centre
        self._centre_key = centre_key
        self._retention = retention
        self._last_error: DeliveryError | None = None
        self._released_s: float | None = None
        self.report = DeliveryReport()

    def deliver_batch(self) -> bool:
        """Deliver the next batch; False when nothing is due.

        Raises:
            DeliveryError: the centre does not answer, refuses, or signs wrongly; nothing of the batch is lost.
        """
        batch = self._queue.next_batch(BATCH_EVENTS)
        if not batch:
            return False
        self._send([event for event in batch if all(self._deliver_blob(event, blob) for blob in event.blobs)])
        return True

    def run(self, stop: threading.Event, clock: Clock, rng: random.Random) -> None:
        """Deliver until told to stop; what the centre does not take waits."""
        backoff = Backoff(_RETRY_INITIAL_S, _RETRY_MAXIMUM_S, rng)
        while not stop.is_set():
            stop.wait(self._attempt(backoff, clock))

    def drain(self, stop: threading.Event, clock: Clock, rng: random.Random, patience_s: float) -> None:
        """Deliver until nothing waits, or nothing was taken for ``patience_s``.

        Raises:
            DeliveryError: something still waits (``delivery.waiting``, or what the centre said last).
        """
        backoff = Backoff(_RETRY_INITIAL_S, _RETRY_MAXIMUM_S, rng)
        last_success_s = clock.monotonic_s()
        while not stop.is_set():
            taken = self.report.delivered + self.report.quarantined + self.report.damaged
            wait_s = self._attempt(backoff, clock)
            if not self._queue.has_waiting():
                self._release()
                return
            now_s = clock.monotonic_s()
            if self.report.delivered + self.report.quarantined + self.report.damaged > taken:
                last_success_s = now_s
            elif now_s - last_success_s >= patience_s:
                raise self._last_error or DeliveryError(
                    "the centre is not ready to take some events yet",
                    code="delivery.waiting",
                    hint="they are safe in the outbox: camera-agent status; run camera-agent deliver again later",
                )
            stop.wait(wait_s)

    def _attempt(self, backoff: Backoff, clock: Clock) -> float:
        """Deliver one batch; return how long to wait before the next."""
        try:
            has_sent = self.deliver_batch()
        except DeliveryError as error:
            self._last_error = error
            wait_s = backoff.next_s(error.retry_after_s)
            _log.warning("delivery.waits", reason=error.message, code=error.code, retry_in_s=round(wait_s, 2))
            return wait_s
        self._last_error = None
        self._release_now_and_then(clock)
        if has_sent:
            backoff.reset()
        return 0.0 if has_sent else _IDLE_S

    def _deliver_blob(self, event: WaitingEvent, blob: BlobRef) -> bool:
        if self._centre.has_object(blob.sha256):
            return True
        try:
            data, is_intact = self._queue.journal.evidence.read(blob.sha256)
        except FileNotFoundError:
            self._alarm(event, "evidence.lost", f"{blob.sha256} is no longer on this device's disk")
            return False
        if not is_intact:
            self._alarm(event, "evidence.altered", f"{blob.sha256} was altered on this device's disk")
            self._offer_altered(blob, data)
            return False
        try:
            self._centre.put_object(blob.sha256, data, blob.media_type)
        except DeliveryError as error:
            if not error.is_refusal:
                raise
            self._postpone(event, error)
            return False
        step("delivery.object_sent")
        return True

    def _send(self, events: Sequence[WaitingEvent]) -> None:
        if not events:
            return
        try:
            answer = self._centre.send_events(
                [event.envelope for event in events], is_backlog=all(event.is_backlog for event in events)
            )
        except DeliveryError as error:
            if not error.is_refusal:
                raise
            if len(events) == 1:
                self._postpone(events[0], error)
                return
            half = len(events) // 2  # one of them is poison: find it, the others go on
            self._send(events[:half])
            self._send(events[half:])
            return
        step("delivery.events_sent")
        self._check_receipt(events, answer)
        self._queue.settle(list(zip(events, answer.results, strict=True)), answer.receipt)
        self._count(answer)

    def _postpone(self, event: WaitingEvent, error: DeliveryError) -> None:
        self._queue.postpone(event.seq, error.code, error.message)
        self.report.postponed += 1
        _log.error("delivery.refused", seq=event.seq, code=error.code, detail=error.message)

    def _offer_altered(self, blob: BlobRef, data: bytes) -> None:
        try:
            self._centre.put_object(blob.sha256, data, blob.media_type)
        except DeliveryError as error:
            _log.error("evidence.altered", sha256=blob.sha256, centre=error.code)
        else:
            _log.error("evidence.altered", sha256=blob.sha256, centre="took bytes that do not match their digest")

    def _alarm(self, event: WaitingEvent, code: str, detail: str) -> None:
        self._queue.mark_damaged(event.seq, code, detail)
        self.report.damaged += 1
        _log.error(code, seq=event.seq, detail=detail)

    def _check_receipt(self, sent: Sequence[WaitingEvent], answer: EventBatchAnswer) -> None:
        """Believe an answer only if its receipt is signed by our centre, for this device, about just these events."""
        try:
            receipt = Receipt.model_validate_json(
                open_envelope(answer.receipt, RECEIPT_PAYLOAD_TYPE, [self._centre_key])
            )
        except (EvidenceError, ValueError) as error:
            raise _bad_receipt("it is not signed by the centre this device enrolled with") from error
        if receipt.device_id != self._queue.journal.device_id or receipt.results != answer.results:
            raise _bad_receipt("it speaks of another device or other results")
        if len(sent) != len(answer.results) or not all(map(_is_about, answer.results, sent)):
            raise _bad_receipt("it does not name the events that were sent")

    def _count(self, answer: EventBatchAnswer) -> None:
        for result in answer.results:
            if result.status is IntakeStatus.RETRY:
                self.report.postponed += 1
            elif result.status is IntakeStatus.QUARANTINED:
                self.report.quarantined += 1
                _log.error("delivery.quarantined", seq=result.seq, code=result.code, detail=result.detail)
            else:
                self.report.delivered += 1

    def _release_now_and_then(self, clock: Clock) -> None:
        now_s = clock.monotonic_s()
        if self._released_s is None or now_s - self._released_s >= _RELEASE_EVERY_S:
            self._released_s = now_s
            self._release()

    def _release(self) -> None:
        released = self._retention.release()
        if released.files:
            _log.info("retention.released", files=released.files, freed_bytes=released.freed_bytes)
        if released.early_files:
            _log.warning("retention.early", files=released.early_files, reason="the quota is full")


def _is_about(result: IntakeResult, event: WaitingEvent) -> bool:
    """Tell whether a result speaks of an event; one whose signature the centre cannot check has no place there."""
    is_placed = (result.epoch, result.seq) == (event.epoch, event.seq)
    is_unplaced = result.status is IntakeStatus.QUARANTINED and (result.epoch, result.seq) == (0, 0)
    return result.event_sha256 == event.event_sha256 and (is_placed or is_unplaced)


def _bad_receipt(why: str) -> DeliveryError:
    return DeliveryError(
        f"the centre's receipt is not valid: {why}",
        code="receipt.invalid",
        hint="somebody may stand between device and centre, or the centre was replaced: check, then enrol again",
    )
