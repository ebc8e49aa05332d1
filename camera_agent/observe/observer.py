"""From the end of one track to the events that are recorded of it, all at once or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from camera_agent.capture import Segment
from camera_agent.clock import Clock
from camera_agent.observe.package import PackageMaker, SealedCandidate
from camera_agent.outbox import Blob, EventDraft, Priority
from camera_agent.outbox.journal import device_namespace
from recognition.contracts import EventType, Passage, Site, ViolationCandidate
from recognition.evidence import SigningKey
from recognition.geometry import RoadPlane, TrackSample, ViewReference
from recognition.signals import SignalTimeline
from recognition.violations import Finding, PositionFix, RuleInput, assess
from recognition.vision import TrackedVehicle, build_passage


@dataclass(frozen=True, eq=False)
class SceneContext:
    """What is the same for every vehicle of one run: the site, who watches, with which models and code.

    Attributes:
        site_file: the exact bytes of the site file, which go into every package; empty without a survey.
        natural_key: what distinguishes this run from every other of this device.
        view: what the camera saw when it was surveyed; None where nobody kept a still.
    """

    site: Site
    site_file: bytes
    plane: RoadPlane | None
    device_id: str
    models: dict[str, str]
    code_version: str
    natural_key: str
    view: ViewReference | None = None

    def name(self, natural_key: str) -> UUID:
        """The id that this device gives to this thing, now and after any restart."""
        return uuid5(device_namespace(self.device_id), natural_key)


@dataclass(frozen=True)
class Beside:
    """What else was known while a vehicle was there: vehicles, persons, signal heads, view and the device's position.

    ``view_shift_px``: how far the view lay off its survey; ``position``: where the device's own receiver puts it.
    """

    others: tuple[tuple[TrackSample, ...], ...] = ()
    people: tuple[tuple[TrackSample, ...], ...] = ()
    signals: Mapping[str, SignalTimeline] = field(default_factory=dict)
    view_shift_px: float | None = None
    position: PositionFix | None = None


@dataclass(frozen=True)
class Observation:
    """One vehicle's passage, what it is alleged to have done, and the events to record."""

    passage: Passage
    candidates: tuple[ViolationCandidate, ...] = ()
    drafts: tuple[EventDraft, ...] = ()
    refusals: Counter[str] = field(default_factory=Counter)


class Observer:
    """Turns tracks into events; pure but for the sealing time, which its clock gives."""

    def __init__(self, context: SceneContext, key: SigningKey, clock: Clock) -> None:
        self.context = context
        self._packages = PackageMaker(context, key, clock)

    def natural_key(self, segment: Segment, vehicle: TrackedVehicle) -> str:
        """What makes this passage the same passage after a restart (a parked car may leave under its number)."""
        began = vehicle.samples[0].frame_sequence
        return f"{self.context.natural_key}:segment:{segment.index}:track:{vehicle.track_id}:from:{began}"

    def observe(
        self,
        vehicle: TrackedVehicle,
        segment: Segment,
        beside: Beside | None = None,
        *,
        is_unfinished: bool = False,
    ) -> Observation:
        """Describe one vehicle, given what else was seen while it was there.

        ``is_unfinished``: the segment broke while the vehicle was in view.  If the timestamps jumped, they are not
        believed for it either: no speed, no finding.
        """
        context = self.context
        natural_key = self.natural_key(segment, vehicle)
        plane = None if is_unfinished and segment.is_suspect else context.plane
        passage, images = build_passage(
            vehicle,
            site=context.site,
            plane=plane,
            device_id=context.device_id,
            passage_id=context.name(f"passage:{natural_key}"),
            models=context.models,
            code_version=context.code_version,
        )
        drafts = [_passage_draft(natural_key, passage, images)]
        sealed, refusals = [], Counter[str]()
        if plane is not None:
            assessment = assess(_case(vehicle, passage, context, beside or Beside()))
            refusals = assessment.reasons
            sealed = self._seal(natural_key, assessment.findings, vehicle, passage, segment)
        drafts.extend(_candidate_draft(natural_key, number, one) for number, one in enumerate(sealed))
        return Observation(passage, tuple(one.candidate for one in sealed), tuple(drafts), refusals)

    def _seal(
        self,
        natural_key: str,
        findings: Sequence[Finding],
        vehicle: TrackedVehicle,
        passage: Passage,
        segment: Segment,
    ) -> list[SealedCandidate]:
        if vehicle.consensus is None or vehicle.plate_image is None:
            return []
        return [
            self._packages.seal(f"{natural_key}:rule:{finding.rule}:{number}", finding, vehicle, passage, segment)
            for number, finding in enumerate(findings)
        ]


def _case(
    vehicle: TrackedVehicle,
    passage: Passage,
    context: SceneContext,
    beside: Beside,
) -> RuleInput:
    assert context.plane is not None
    return RuleInput(
        samples=vehicle.samples,
        plane=context.plane,
        site=context.site,
        speed=passage.speed,
        plate=vehicle.consensus,
        vehicle_class=vehicle.vehicle_class,
        clock=passage.clock,
        others=beside.others,
        people=beside.people,
        signals=beside.signals,
        position=beside.position,
        view_shift_px=beside.view_shift_px,
    )


def _passage_draft(natural_key: str, passage: Passage, images: dict[str, bytes]) -> EventDraft:
    return EventDraft(
        natural_key=natural_key,
        type=EventType.PASSAGE_RECORDED,
        subject=f"passage/{passage.passage_id}",
        occurred_at=passage.captured_at,
        data=passage.model_dump(mode="json"),
        blobs=tuple(Blob.of(images[image.sha256], image.media_type) for image in passage.images),
        priority=Priority.PASSAGE,
    )


def _candidate_draft(natural_key: str, number: int, sealed: SealedCandidate) -> EventDraft:
    candidate = sealed.candidate
    return EventDraft(
        natural_key=f"{natural_key}:candidate:{candidate.rule}:{number}",
        type=EventType.CANDIDATE_SEALED,
        subject=f"candidate/{candidate.candidate_id}",
        occurred_at=candidate.occurred_at,
        data=candidate.model_dump(mode="json"),
        blobs=(Blob.of(sealed.package.data, "application/zip"),),
        priority=Priority.PACKAGE,
    )
