"""One finding becomes one sealed package: the frames as they were, the plate, the clip, the survey, the track."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from camera_agent.capture import Segment
from camera_agent.clock import Clock
from camera_agent.errors import CaptureError
from camera_agent.observe.items import PackageItems
from camera_agent.observe.track_record import track_record
from recognition.contracts import EvidenceManifest, EvidenceRole, Passage, PlateKey, ViolationCandidate
from recognition.evidence import SealedPackage, SigningKey, canonical_bytes, seal
from recognition.evidence.annotate import annotate, cut, encode_jpeg, encode_png
from recognition.violations import Finding, reviewers_of
from recognition.vision import TrackedVehicle

if TYPE_CHECKING:
    from camera_agent.observe.observer import SceneContext

CLIP_AROUND_S = 6.0
_PLATE_MARGIN = 0.5
_log = structlog.get_logger()


@dataclass(frozen=True)
class SealedCandidate:
    """A claim and the package that must prove it."""

    candidate: ViolationCandidate
    package: SealedPackage


class PackageMaker:
    """Seals packages of one run."""

    def __init__(self, context: "SceneContext", key: SigningKey, clock: Clock) -> None:
        self._context = context
        self._key = key
        self._clock = clock

    def seal(
        self, natural_key: str, finding: Finding, vehicle: TrackedVehicle, passage: Passage, segment: Segment
    ) -> SealedCandidate:
        """Gather the evidence of a finding, sign its index, and make the claim that names the package.

        What cannot be had any more (frames that left the ring, a clip) is said in the facts; the plate's own frame
        is always there.

        Raises:
            EvidenceError: the evidence contradicts itself.
        """
        items = PackageItems()
        facts = dict(finding.facts)
        self._add_plate(items, vehicle)
        missing = self._add_frames(items, finding, vehicle, segment)
        if missing:
            facts["frames_missing"] = missing
        if not self._add_clip(items, finding, vehicle, segment):
            facts["clip_missing"] = True
        self._add_record(items, finding, vehicle)
        manifest = self._manifest(natural_key, finding, vehicle, passage=passage, facts=facts, items=items)
        package = seal(manifest, items.files, self._key)
        return SealedCandidate(_claim(manifest, finding, vehicle, passage, package), package)

    def _add_plate(self, items: PackageItems, vehicle: TrackedVehicle) -> None:
        assert vehicle.consensus is not None
        assert vehicle.plate_image is not None
        read, image = vehicle.consensus.best, vehicle.plate_image
        crop, crop_box_px = cut(image.bgr, read.corners_px, _PLATE_MARGIN)
        name = f"frames/f{image.meta.sequence:06d}.png"
        items.add_picture(
            name, encode_png(image.bgr), EvidenceRole.PLATE_FRAME, image.meta, _box_around(read.corners_px)
        )
        items.add_picture("plate.png", encode_png(crop), EvidenceRole.PLATE_CROP, image.meta, crop_box_px)

    def _add_frames(self, items: PackageItems, finding: Finding, vehicle: TrackedVehicle, segment: Segment) -> int:
        assert vehicle.plate_image is not None
        samples = {sample.frame_sequence: sample for sample in vehicle.samples}
        own = vehicle.plate_image.meta.sequence
        wanted = [samples[sequence] for sequence in finding.frame_sequences if sequence != own and sequence in samples]
        pictures = segment.pictures_at([sample.pts_s for sample in wanted])
        for sample in wanted:
            if sample.pts_s in pictures:
                path = f"frames/f{sample.frame_sequence:06d}.jpg"
                items.add_frame(path, encode_jpeg(pictures[sample.pts_s]), sample)
        return len(wanted) - len(pictures)

    def _add_clip(self, items: PackageItems, finding: Finding, vehicle: TrackedVehicle, segment: Segment) -> bool:
        first, last = vehicle.samples[0], vehicle.samples[-1]
        middle_s = first.pts_s + (finding.occurred_at - first.captured_at).total_seconds()
        try:
            clip = segment.clip(max(first.pts_s, middle_s - CLIP_AROUND_S), min(last.pts_s, middle_s + CLIP_AROUND_S))
        except CaptureError as error:
            _log.warning(error.code, reason=error.message, track_id=vehicle.track_id)
            return False
        items.add_file("clip.mp4", clip, EvidenceRole.CLIP, "video/mp4")
        return True

    def _add_record(self, items: PackageItems, finding: Finding, vehicle: TrackedVehicle) -> None:
        assert vehicle.consensus is not None
        assert vehicle.plate_image is not None
        if self._context.site_file:
            items.add_file("site.toml", self._context.site_file, EvidenceRole.SITE, "application/toml")
        record = track_record(vehicle, self._context.plane, finding)
        items.add_file("track.json", canonical_bytes(record), EvidenceRole.TRACK, "application/json")
        image = vehicle.plate_image
        box_px = next((s.box_px for s in vehicle.samples if s.frame_sequence == image.meta.sequence), None)
        marked = annotate(
            image.bgr,
            box_px=box_px,
            plate_corners_px=vehicle.consensus.best.corners_px,
            captions=_captions(finding, vehicle, self._context.site.site_id),
        )
        items.add_picture("annotated.jpg", encode_jpeg(marked, 90), EvidenceRole.ANNOTATED, image.meta, box_px)

    def _manifest(
        self,
        natural_key: str,
        finding: Finding,
        vehicle: TrackedVehicle,
        *,
        passage: Passage,
        facts: dict[str, str | float | int | bool],
        items: PackageItems,
    ) -> EvidenceManifest:
        assert vehicle.consensus is not None
        context = self._context
        return EvidenceManifest(
            package_id=context.name(f"package:{natural_key}"),
            candidate_id=context.name(f"candidate:{natural_key}"),
            passage_id=passage.passage_id,
            device_id=context.device_id,
            camera_id=passage.camera_id,
            site_id=passage.site_id,
            site_version=passage.site_version,
            rule=finding.rule,
            occurred_at=finding.occurred_at,
            clock=passage.clock,
            plate_read=vehicle.consensus.best,
            measurement=finding.measurement,
            limit_kmh=finding.limit_kmh,
            excess_kmh=finding.excess_kmh,
            facts=facts,
            items=items.lines,
            models=context.models,
            code_version=context.code_version,
            sealed_at=self._clock.now(),
        )


def _claim(
    manifest: EvidenceManifest, finding: Finding, vehicle: TrackedVehicle, passage: Passage, package: SealedPackage
) -> ViolationCandidate:
    consensus = vehicle.consensus
    assert consensus is not None
    return ViolationCandidate(
        candidate_id=manifest.candidate_id,
        passage_id=manifest.passage_id,
        device_id=manifest.device_id,
        site_id=manifest.site_id,
        site_version=manifest.site_version,
        rule=manifest.rule,
        rule_mode=finding.mode,
        occurred_at=manifest.occurred_at,
        plate=PlateKey(plate=consensus.plate, plate_region=consensus.plate_region, plate_type=consensus.plate_type),
        plate_confidence=consensus.confidence,
        vehicle_class=passage.vehicle_class,
        measurement=manifest.measurement,
        limit_kmh=manifest.limit_kmh,
        excess_kmh=manifest.excess_kmh,
        facts=manifest.facts,
        reviewers=reviewers_of(manifest.rule),
        package_sha256=package.sha256,
        package_bytes=len(package.data),
    )


def _captions(finding: Finding, vehicle: TrackedVehicle, site_id: str) -> list[str]:
    assert vehicle.consensus is not None
    captions = [f"{site_id}  {finding.rule}  {finding.occurred_at:%Y-%m-%d %H:%M:%S} UTC  {vehicle.consensus.plate}"]
    measurement = finding.measurement
    if measurement is not None:
        digits = 1 if measurement.unit == "km/h" else 2
        spread = f"{measurement.expanded_uncertainty:.{digits}f} {measurement.unit} (k=2)"
        limit = f"  limit {finding.limit_kmh:.0f} km/h" if finding.limit_kmh else ""
        captions.append(f"{measurement.quantity} {measurement.value:.{digits}f} +- {spread}{limit}")
    return captions


def _box_around(corners_px: tuple[tuple[float, float], ...]) -> tuple[float, float, float, float]:
    across, down = [x for x, _ in corners_px], [y for _, y in corners_px]
    return (min(across), min(down), max(across), max(down))
