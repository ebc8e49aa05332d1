"""One live camera in its own process: newest picture first, health told every second, a clean end on SIGTERM."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from camera_agent.backoff import Backoff
from camera_agent.capture.live import LiveOptions, LiveSource, is_network, without_password
from camera_agent.capture.probe import probe
from camera_agent.capture.tamper import PictureHealth, TamperWatch
from camera_agent.clock import Clock
from camera_agent.control import DeviceState
from camera_agent.errors import CaptureError
from camera_agent.observe import Observation, Observer, SceneContext
from camera_agent.outbox import Journal
from camera_agent.pipeline.chain import CameraPipeline, NewAnalyser
from camera_agent.pipeline.receivers import Receivers
from recognition.evidence import SigningKey

_HEALTH_EVERY_S = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class LiveSetup:
    """Everything a live run is made of."""

    source: str
    options: LiveOptions
    make_context: Callable[[str], SceneContext]
    new_analyser: NewAnalyser
    on_recorded: Callable[[Observation], None]
    receivers: Receivers = field(default_factory=Receivers)


def run_camera(
    setup: LiveSetup, state: DeviceState, journal: Journal, *, key: SigningKey, clock: Clock, stop: threading.Event
) -> None:
    """Record what the camera sees until told to stop, or until a file given as camera is over.

    Raises:
        CaptureError: the picture is not of the surveyed size.
        OutboxError: the disk is full or broken.
    """
    journal.sweep()
    context = setup.make_context(f"live:{uuid4()}")
    camera_id = context.site.camera.camera_id
    source = LiveSource(
        setup.source,
        camera_id=camera_id,
        clock=clock,
        options=setup.options,
        rng=random.Random(),  # noqa: S311 - jitter
    )
    observer = Observer(context, key, clock)
    pipeline = CameraPipeline(setup.new_analyser, observer, journal, setup.on_recorded, setup.receivers)
    health = _HealthWriter(setup, state, source, pipeline, clock)
    setup.receivers.start()
    source.start()
    try:
        for captured in source.frames():
            if stop.is_set():
                break
            if captured is not None:
                pipeline.feed(captured)
                health.look(
                    captured.image.bgr, captured.image.meta.pts_s, captured.image.meta.clock.model_dump(mode="json")
                )
            health.write()
        pipeline.finish()
    finally:
        source.stop()
        setup.receivers.stop()
    health.write(is_final=True)


class _HealthWriter:
    """Keeps ``health.json`` fresh: the supervisor restarts a pipeline whose word grows old."""

    def __init__(
        self, setup: LiveSetup, state: DeviceState, source: LiveSource, pipeline: CameraPipeline, clock: Clock
    ) -> None:
        self._source_address = without_password(setup.source)
        self._receivers = setup.receivers
        self._state = state
        self._source = source
        self._pipeline = pipeline
        self._clock = clock
        self._watch = TamperWatch()
        self._picture = PictureHealth()
        self._frame_clock: dict[str, object] = {}
        self._last_picture_s = self._written_s = float("-inf")

    def look(self, bgr: NDArray[np.uint8], pts_s: float, frame_clock: dict[str, object]) -> None:
        """Take in one picture."""
        before = self._picture
        self._picture = self._watch.look(bgr, pts_s)
        if self._picture != before:
            _log.warning("camera.sight", frozen=self._picture.frozen_since_s, covered=self._picture.covered_since_s)
        self._frame_clock = frame_clock
        self._last_picture_s = self._clock.monotonic_s()

    def write(self, *, is_final: bool = False) -> None:
        """Say how things are, at most once a second."""
        now_s = self._clock.monotonic_s()
        if not is_final and now_s - self._written_s < _HEALTH_EVERY_S:
            return
        self._written_s = now_s
        counts, decoded = self._pipeline.counts, self._source.counts
        silent_s = now_s - self._last_picture_s
        self._state.write_health(
            {
                "at": self._clock.now().isoformat(),
                "source": self._source_address,
                "is_final": is_final,
                "silent_s": round(silent_s, 3) if silent_s != float("inf") else None,
                "frozen": self._picture.frozen_since_s is not None,
                "covered": self._picture.covered_since_s is not None,
                "clock": self._frame_clock,
                "connections": decoded.connections,
                "failures": decoded.failures,
                "last_error": decoded.last_error,
                "decoded": decoded.frames,
                "dropped": decoded.dropped,
                "damaged": decoded.damaged,
                "breaks": decoded.breaks,
                **counts.as_dict(),
                **self._receivers.health(),
            }
        )


def first_size_px(source: str, options: LiveOptions, clock: Clock, stop: threading.Event) -> tuple[int, int] | None:
    """Wait for the camera and return its picture's size, px; None when told to stop first."""
    backoff = Backoff(options.retry_initial_s, options.retry_maximum_s, random.Random())  # noqa: S311 - jitter
    while not stop.is_set():
        try:
            report = probe(source, clock, options)
        except CaptureError as error:
            if not is_network(source):
                raise
            wait_s = backoff.next_s()
            _log.warning("capture.lost", reason=error.message, retry_in_s=round(wait_s, 2))
            stop.wait(wait_s)
        else:
            return report.width_px, report.height_px
    return None
