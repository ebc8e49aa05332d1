"""Frames to H.264 in MP4: the same frames give the same file on the same machine."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.render import SceneRenderer
from models.synthesis.scenes.scenario import Scenario

Picture = NDArray[np.uint8]
_BATCH = 40


@cache
def _renderer(scenario: Scenario) -> SceneRenderer:
    """One renderer a process: its backdrop takes seconds."""
    cv2.setNumThreads(1)
    return SceneRenderer(scenario)


def _render_one(scenario: Scenario, sequence: int) -> Picture:
    """Work of a rendering process."""
    return _renderer(scenario).frame(sequence)


def render_frames(scenario: Scenario, sequences: range, processes: int = 2) -> Iterator[Picture]:
    """Frames in order, rendered by ``processes`` processes; the result does not depend on their number."""
    if processes <= 1:
        for sequence in sequences:
            yield _render_one(scenario, sequence)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for start in range(0, len(sequences), _BATCH):
            batch = sequences[start : start + _BATCH]
            yield from pool.map(_render_one, [scenario] * len(batch), batch)


def encode_mp4(pictures: Iterable[Picture], path: Path, *, fps: int, quality: int = 21) -> int:
    """Write ``pictures`` (H, W, 3) BGR as H.264, yuv420p; ``quality`` is the codec's constant rate factor.

    One encoding thread and no time stamps of the wall clock, so that the bytes repeat.

    Returns:
        The number of frames written.
    """
    count = 0
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream(
            "libx264", rate=fps, options={"crf": str(quality), "preset": "medium", "g": str(fps * 2)}
        )
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, fps)
        stream.codec_context.thread_count = 1
        for picture in pictures:
            if count == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count
