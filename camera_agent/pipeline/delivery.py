"""Delivery beside recording: its own thread, its own connection to the journal, its own patience."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from camera_agent.clock import Clock
from camera_agent.control import DeviceState, Identity
from camera_agent.errors import AgentError
from camera_agent.outbox.centre import Centre
from camera_agent.outbox.queue import DeliveryQueue
from camera_agent.outbox.retention import DEFAULT_QUOTA_BYTES, Retention
from camera_agent.outbox.uploader import DeliveryReport, Uploader
from recognition.evidence import VerifyingKey

_log = structlog.get_logger()


@contextmanager
def open_uploader(
    state: DeviceState, identity: Identity, clock: Clock, centre_url: str | None, quota_bytes: int = DEFAULT_QUOTA_BYTES
) -> Iterator[Uploader]:
    """Open what delivers an enrolled device's outbox, and close it again.

    Raises:
        OutboxError: the journal is damaged.
    """
    journal = state.journal(identity.device_id, clock)
    try:
        with Centre(centre_url or identity.centre_url, identity.device_id, state.key(), clock) as centre:
            yield Uploader(
                DeliveryQueue(journal, clock),
                centre,
                VerifyingKey.from_pem(identity.centre_public_key_pem),
                Retention(journal, clock, quota_bytes=quota_bytes),
            )
    finally:
        journal.close()


class DeliveryThread:
    """Delivers while a pipeline records; ``finish`` drains what is left."""

    def __init__(
        self,
        state: DeviceState,
        clock: Clock,
        centre_url: str | None,
        *,
        patience_s: float,
        quota_bytes: int = DEFAULT_QUOTA_BYTES,
    ) -> None:
        self.report = DeliveryReport()
        self._state = state
        self._identity = state.enrolled()
        self._clock = clock
        self._centre_url = centre_url
        self._patience_s = patience_s
        self._quota_bytes = quota_bytes
        self._recording_over = threading.Event()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def finish(self) -> DeliveryReport:
        """Wait until everything is delivered, or the centre's patience is used up.

        Raises:
            AgentError: something still waits; it is safe in the outbox.
        """
        self._recording_over.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self.report

    def abandon(self) -> None:
        """Stop at once; what waits stays in the outbox."""
        self._stop.set()
        self._recording_over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with open_uploader(
                self._state, self._identity, self._clock, self._centre_url, self._quota_bytes
            ) as uploader:
                self.report = uploader.report
                rng = random.Random()  # noqa: S311 - jitter
                uploader.run(self._recording_over, self._clock, rng)
                if not self._stop.is_set():
                    uploader.drain(self._stop, self._clock, rng, self._patience_s)
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits in finish()
            self._error = error
            if not isinstance(error, AgentError):
                _log.exception("delivery.failed")
