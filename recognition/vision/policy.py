"""When a track is a vehicle that passed, and when its plate is worth a look: each number with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnalysisPolicy:
    """Thresholds of the analyser; shares are of the picture's height or width."""

    interval_s: float = 0.0
    """Frames nearer to the last analysed one than this are skipped: for weak machines, at the cost of samples."""
    lost_s: float = 1.0
    """A vehicle unseen for so long has left."""
    min_samples: int = 6
    """Fewer boxes are a flicker of the detector, not a passage."""
    min_duration_s: float = 0.3
    min_height_share: float = 0.11
    """A vehicle that never gets higher than this never came near: neither plate nor speed can be told."""
    min_confidence: float = 0.5
    """Best box of the track; the detector is far surer of every real vehicle that comes near."""
    min_plate_vehicle_width_px: float = 104.0
    """A plate is about a quarter of a car's width; below some 26 px of plate width nothing can be read."""
    look_interval_s: float = 0.08
    """Between looks at one vehicle while its plate is still being learned."""
    look_way: float = 0.2
    """A vehicle that moved or grew by this share of its box since the last look is looked at at once: one above some
    100 km/h in every frame, for it is in the picture for half a second, and its speed hangs on those looks."""
    slow_look_interval_s: float = 0.4
    """Between looks once the plate has been read often enough."""
    patient_looks: int = 3
    """Fruitless looks in a row after which the interval doubles each time, as long as the vehicle stands still."""
    settled_looks: int = 8
    """Reads after which the slow interval holds."""
    settling_height_px: float = 12.0
    """Plates smaller than this settle nothing: as long as the vehicle moves, better looks may come."""
    small_look_interval_s: float = 0.12
    """Between looks at a moving vehicle whose plate has been read often, but only small."""
    max_looks: int = 48
    """Looks at one track at the most: a parked car is not read for ever, a moving one crosses the picture in fewer."""
    grown: float = 1.15
    """A vehicle seen this much larger than at any look before is looked at at once."""
    border_px: float = 2.0
    """A box this near the picture's lower edge is cut off, and its plate with it."""
    report_after_s: float = 180.0
    """A vehicle that stands so long (no queue does) has arrived: reported, and again only if it drives off."""
    parked_overlap: float = 0.6
    """A still vehicle that overlaps this much with one reported still before is the same parked vehicle."""
    parked_memory: int = 64
    max_samples: int = 3000
    """Longer tracks keep every second sample: a vehicle that stands for an hour has bounded memory."""
