"""Picture → tracks → events, one segment of the stream after the other; a vehicle is recorded as soon as it is gone."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from camera_agent.capture import Captured, Segment
from camera_agent.errors import CaptureError
from camera_agent.observe import Beside, Observation, Observer
from camera_agent.outbox import Journal
from camera_agent.pipeline.heads import HeadWatch
from camera_agent.pipeline.receivers import Receivers
from recognition.contracts import Site
from recognition.geometry import TrackSample, ViewWatch
from recognition.vision import TrackedVehicle
from recognition.vision.video import Image

_REMEMBERED_VEHICLES = 32


class Analyser(Protocol):
    """Finds the vehicles of one unbroken stretch of pictures; the same pictures give the same vehicles."""

    def feed(self, image: Image) -> Sequence[TrackedVehicle]:
        """Take in one picture; return the vehicles that are gone now."""
        ...

    def finish(self) -> Sequence[TrackedVehicle]:
        """End the stretch; return the vehicles still in view."""
        ...

    def present(self) -> tuple[tuple[TrackSample, ...], ...]:
        """Return the samples so far of the vehicles still in view."""
        ...

    def people(self, first_s: float, last_s: float) -> tuple[tuple[TrackSample, ...], ...]:
        """Return the tracks of the persons seen from one stream time to another."""
        ...


NewAnalyser = Callable[[float], Analyser]
"""Makes an analyser for a stream of so many pictures per second."""


@dataclass
class PipelineCounts:
    """What one run recorded."""

    frames: int = 0
    passages: int = 0
    with_plate: int = 0
    candidates: int = 0
    known: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """The counts by name."""
        return {**vars(self), "refusals": dict(self.refusals)}


class CameraPipeline:
    """Feeds one camera's pictures through analyser and observer into the journal."""

    def __init__(
        self,
        new_analyser: NewAnalyser,
        observer: Observer,
        journal: Journal,
        on_recorded: Callable[[Observation], None],
        receivers: Receivers | None = None,
    ) -> None:
        self.counts = PipelineCounts()
        self._new_analyser = new_analyser
        self._observer = observer
        self._journal = journal
        self._on_recorded = on_recorded
        self._receivers = receivers or Receivers()
        self._analyser: Analyser | None = None
        self._heads: HeadWatch | None = None
        self._view: ViewWatch | None = None
        self._segment: Segment | None = None
        self._gone: deque[tuple[TrackSample, ...]] = deque(maxlen=_REMEMBERED_VEHICLES)  # no pictures

    def feed(self, captured: Captured) -> None:
        """Take in one picture and record the vehicles that are gone.

        Raises:
            CaptureError: the picture is not of the size that was surveyed (``capture.picture_size``).
            OutboxError: what was seen cannot be made durable.
        """
        check_size(self._observer.context.site, captured.image.meta.width_px, captured.image.meta.height_px)
        if captured.segment is not self._segment:
            self.finish()
            self._segment = captured.segment
        if self._analyser is None:
            self._analyser = self._new_analyser(captured.segment.rate_hz)
            self._begin_watching(captured.segment.rate_hz)
        if self._heads is not None:
            self._heads.see(captured)
        if self._view is not None:
            self._view.see(captured.image.meta.pts_s, captured.image.bgr)
        self.counts.frames += 1
        self._record_all(self._analyser.feed(captured.image), captured.segment, is_unfinished=False)

    def finish(self) -> None:
        """End the segment and record the vehicles still in view."""
        if self._analyser is None or self._segment is None:
            return
        self._record_all(self._analyser.finish(), self._segment, is_unfinished=True)
        self._analyser = self._heads = None
        self._gone.clear()

    def _record_all(self, vehicles: Sequence[TrackedVehicle], segment: Segment, *, is_unfinished: bool) -> None:
        self._gone.extend(vehicle.samples for vehicle in vehicles)
        for vehicle in vehicles:
            self._record(vehicle, segment, is_unfinished=is_unfinished)

    def _record(self, vehicle: TrackedVehicle, segment: Segment, *, is_unfinished: bool) -> None:
        if self._journal.has(self._observer.natural_key(segment, vehicle)):
            self.counts.known += 1  # recorded before a restart, together with all its packages
            return
        observation = self._observer.observe(
            vehicle,
            segment,
            self._beside(vehicle),
            is_unfinished=is_unfinished,
        )
        self._journal.append(observation.drafts)
        self.counts.refusals.update(observation.refusals)
        self.counts.passages += 1
        self.counts.with_plate += observation.passage.plate is not None
        self.counts.candidates += len(observation.candidates)
        self._on_recorded(observation)

    def _begin_watching(self, rate_hz: float) -> None:
        context = self._observer.context
        self._heads = HeadWatch(context.site, rate_hz, self._receivers.feed, self.counts.refusals)
        self._view = ViewWatch(context.view) if context.view is not None else None

    def _beside(self, vehicle: TrackedVehicle) -> Beside:
        assert self._analyser is not None
        first_s, last_s = vehicle.samples[0].pts_s, vehicle.samples[-1].pts_s
        shift_px = self._view.shift_px(first_s, last_s) if self._view is not None else None
        people = self._analyser.people(first_s, last_s)
        timelines = self._heads.timelines() if self._heads is not None else {}
        receiver = self._receivers.position
        position = receiver.fix() if receiver is not None else None
        return Beside(self._seen_with(vehicle), people, timelines, shift_px, position)

    def _seen_with(self, vehicle: TrackedVehicle) -> tuple[tuple[TrackSample, ...], ...]:
        assert self._analyser is not None
        first_s, last_s = vehicle.samples[0].pts_s, vehicle.samples[-1].pts_s
        others = [samples for samples in self._gone if samples is not vehicle.samples]
        others.extend(self._analyser.present())
        return tuple(one for one in others if one[0].pts_s <= last_s and one[-1].pts_s >= first_s)


def check_size(site: Site, width_px: int, height_px: int) -> None:
    """Refuse pictures of another size than the site was surveyed on.

    Raises:
        CaptureError: ``capture.picture_size``.
    """
    camera = site.camera
    if (camera.width_px, camera.height_px) != (width_px, height_px):
        raise CaptureError(
            f"the picture is {width_px}x{height_px}, site {site.site_id} was surveyed on "
            f"{camera.width_px}x{camera.height_px}",
            code="capture.picture_size",
            hint="set the camera to the surveyed size, or survey the site again on this one",
        )
