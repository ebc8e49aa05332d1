"""What is said of a vehicle beside its track: the vote on its plate, the classifiers' looks, its earlier passage."""

from datetime import timedelta

import numpy as np

from models.synthesis.tracks.scene import Looks, Vehicle
from recognition.contracts import ClockQuality, ClockSource, PlateConsensus, PlateRead, Site
from recognition.geometry import TrackSample
from recognition.violations.case import AppearanceRead, Feature, SectionEntry, Seen

PLATE_REGION = "ru"
_SUPPORT = 6
_LOOKS = 7


def plate_of(text: str, plate_type: str, at: TrackSample) -> PlateConsensus:
    """Return the vote on a plate, its best look in the frame given."""
    left, top, right, bottom = at.box_px
    middle = (left + right) / 2
    drawn = (
        (middle - 30, bottom - 40),
        (middle + 30, bottom - 40),
        (middle + 30, bottom - 27),
        (middle - 30, bottom - 27),
    )
    best = PlateRead(
        plate=text,
        plate_region=PLATE_REGION,
        plate_type=plate_type,
        raw_text=text,
        confidence=0.97,
        frame_sequence=at.frame_sequence,
        captured_at=at.captured_at,
        corners_px=at.plate_corners_px or drawn,
        height_px=max(8.0, (bottom - top) / 12),
    )
    return PlateConsensus(
        plate=text,
        plate_region=PLATE_REGION,
        plate_type=plate_type,
        confidence=0.98,
        support=_SUPPORT,
        looks=_LOOKS,
        best=best,
    )


def earlier_passage(vehicle: Vehicle, site: Site, middle: TrackSample) -> SectionEntry:
    """Return what the camera at the section's other end had noted.

    Raises:
        ValueError: the site has no section.
    """
    entry = vehicle.earlier
    if entry is None or site.section is None:
        raise ValueError(f"{vehicle.vehicle_id} has no earlier passage: its scene or its site names none")
    ends = (site.section.from_site, site.section.to_site)
    captured_at = middle.captured_at - timedelta(seconds=entry.before_s)
    seen_there = TrackSample(middle.frame_sequence, middle.pts_s, captured_at, middle.box_px, middle.confidence)
    return SectionEntry(
        site_id=ends[0] if site.site_id == ends[1] else ends[1],
        first_seen_at=captured_at,
        clock=ClockQuality(source=ClockSource.RTCP, bound_ms=entry.bound_ms),
        plate=plate_of(entry.plate or vehicle.papers.plate or "A123BC77", entry.plate_type, seen_there),
        vehicle_class=entry.vehicle_class or vehicle.size.kind,
    )


def looks_of(
    looks: Looks, numbers: list[int], rng: np.random.Generator, *, shows_front: bool
) -> tuple[AppearanceRead, ...]:
    """Return the classifiers' answers on a few frames spread over the track; from behind no driver is to be seen."""
    count = min(looks.count, len(numbers))
    frames = [numbers[index] for index in np.linspace(0, len(numbers) - 1, count).round().astype(int).tolist()]
    answers = {Feature.BEACON: looks.beacon}
    if shows_front:
        answers |= {Feature.SEAT_BELT: looks.belt, Feature.PHONE: looks.phone, Feature.HEADLIGHTS: looks.headlights}
    else:
        answers |= dict.fromkeys((Feature.SEAT_BELT, Feature.PHONE, Feature.HEADLIGHTS), Seen.NOT_VISIBLE)
    wrong = int(rng.integers(count)) if count else 0
    sureness = np.clip(looks.confidence + rng.normal(0, 0.02, (len(answers), count)), 0.3, 0.995)
    return tuple(
        AppearanceRead(
            feature,
            _opposite(seen) if feature is looks.wrong_once and place == wrong else seen,
            float(sureness[row, place]),
            frame,
        )
        for row, (feature, seen) in enumerate(answers.items())
        for place, frame in enumerate(frames)
    )


def _opposite(seen: Seen) -> Seen:
    return Seen.NO if seen is Seen.YES else Seen.YES
