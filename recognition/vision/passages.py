"""A vehicle that left becomes a passage: one fact with its plate, lane, speed and the pictures that show it."""

import hashlib
from uuid import UUID

from recognition.contracts import BoxPx, ImageRef, ImageRole, Passage, PlateConsensus, Site
from recognition.geometry import RoadPlane, describe_motion
from recognition.vision.pictures import cut, plate_box, to_jpeg, vehicle_box
from recognition.vision.vehicle import TrackedVehicle
from recognition.vision.video import Image


def build_passage(
    vehicle: TrackedVehicle,
    *,
    site: Site,
    plane: RoadPlane | None,
    device_id: str,
    passage_id: UUID,
    models: dict[str, str],
    code_version: str,
) -> tuple[Passage, dict[str, bytes]]:
    """Return the passage and its pictures by SHA-256.

    Where a plate was read, both pictures are cut from the very frame of that read: no other picture may stand beside
    a plate.  Otherwise the vehicle is shown where it is seen largest.
    """
    consensus = vehicle.consensus
    shown, box = vehicle.view_image, vehicle.view_box_px
    if consensus is not None and vehicle.plate_image is not None and vehicle.plate_box_px is not None:
        shown, box = vehicle.plate_image, vehicle.plate_box_px
    pictures = _pictures(shown, box, consensus)
    motion = describe_motion(vehicle.samples, plane, site)
    middle = vehicle.samples[len(vehicle.samples) // 2]
    passage = Passage(
        passage_id=passage_id,
        device_id=device_id,
        site_id=site.site_id,
        site_version=site.version,
        camera_id=shown.meta.camera_id,
        track_id=vehicle.track_id,
        started_at=vehicle.samples[0].captured_at,
        ended_at=vehicle.samples[-1].captured_at,
        captured_at=consensus.best.captured_at if consensus is not None else middle.captured_at,
        clock=shown.meta.clock,
        vehicle_class=vehicle.vehicle_class,
        vehicle_confidence=min(1.0, max(0.0, vehicle.confidence)),
        frames=len(vehicle.samples),
        lane_id=motion.lane_id,
        direction=motion.direction,
        plate=consensus,
        speed=motion.speed,
        images=tuple(reference for reference, _ in pictures),
        models=models,
        code_version=code_version,
    )
    return passage, {reference.sha256: data for reference, data in pictures}


def _pictures(image: Image, box: BoxPx, consensus: PlateConsensus | None) -> list[tuple[ImageRef, bytes]]:
    pictures = [_picture(image, vehicle_box(box), ImageRole.VEHICLE)]
    if consensus is not None:
        pictures.insert(0, _picture(image, plate_box(consensus.best), ImageRole.PLATE))
    return pictures


def _picture(image: Image, box: BoxPx, role: ImageRole) -> tuple[ImageRef, bytes]:
    part, cut_box = cut(image.bgr, box)
    data = to_jpeg(part)
    reference = ImageRef(
        role=role,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="image/jpeg",
        size_bytes=len(data),
        frame_sequence=image.meta.sequence,
        box_px=cut_box,
    )
    return reference, data
