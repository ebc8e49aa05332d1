"""The frames of a scene: when they were truly taken, and what the camera's stream and wall clock say of that."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.synthesis.tracks.scene import DroppedFrames, Scene, SignalPlan, TimeJump
from recognition.signals import Aspect
from recognition.signals.timeline import Phase, SignalTimeline

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Frames:
    """Frames by number: true times ``at_s`` (F,), stream times ``pts_s`` (F,), wall clock."""

    at_s: Array
    pts_s: Array
    captured_at: tuple[datetime, ...]


def frames_of(scene: Scene) -> Frames:
    """Return the frames that were decoded, in order; a frame's number is its index."""
    at_s = np.arange(round(scene.duration_s * scene.fps)) / scene.fps
    for fault in scene.faults:
        if isinstance(fault, DroppedFrames):
            at_s = at_s[(at_s < fault.at_s) | (at_s >= fault.at_s + fault.for_s)]
    pts_s, wall_s = at_s.copy(), at_s.copy()
    for fault in scene.faults:
        if isinstance(fault, TimeJump):
            later = at_s >= fault.at_s
            pts_s[later] += fault.by_s
            if fault.wall_too:
                wall_s[later] += fault.by_s
    begins = scene.circumstances.begins_at
    captured_at = tuple(begins + timedelta(seconds=moment) for moment in wall_s.tolist())
    return Frames(at_s, pts_s, captured_at)


def timeline(plan: SignalPlan, frames: Frames) -> SignalTimeline:
    """Return what was seen of a head: each change lies between the frame before and the frame after it."""
    begins, ends = float(frames.pts_s[0]), float(frames.pts_s[-1])
    phases: list[Phase] = []
    since, moment = (begins, begins), 0.0
    for aspect, lasts_s in plan.aspects:
        moment += lasts_s
        after = int(np.searchsorted(frames.at_s, moment))
        if after >= len(frames.at_s):
            phases.append(Phase(aspect, *since, ends, ends))
            break
        if after == 0:
            continue
        until = (float(frames.pts_s[after - 1]), float(frames.pts_s[after]))
        if until == since:  # too short to be seen
            continue
        phases.append(Phase(aspect, *since, *until))
        since = until
    else:
        phases.append(Phase(Aspect.UNKNOWN, *since, ends, ends))
    return SignalTimeline(plan.head_id, tuple(phases))
