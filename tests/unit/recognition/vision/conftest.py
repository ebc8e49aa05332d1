"""Drawn frames, drawn videos, and the real networks loaded once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import ClockQuality, ClockSource, Frame
from recognition.vision import Image, VisionModels

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def vision_models() -> VisionModels:
    """The real networks of the registry."""
    return VisionModels.load()


@pytest.fixture
def make_image() -> Callable[..., Image]:
    """Make a frame of camera ``c`` at 25 per second."""

    def make(sequence: int, bgr: NDArray[np.uint8] | None = None, camera_id: str = "c") -> Image:
        pixels = bgr if bgr is not None else np.full((360, 640, 3), 90, dtype=np.uint8)
        meta = Frame(
            camera_id=camera_id,
            sequence=sequence,
            pts_s=sequence / 25,
            captured_at=START + timedelta(seconds=sequence / 25),
            clock=ClockQuality(source=ClockSource.FILE, bound_ms=None),
            width_px=pixels.shape[1],
            height_px=pixels.shape[0],
        )
        return Image(meta=meta, bgr=pixels)

    return make


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Write a short H.264 video with a bar that moves; the suffix chooses the container."""

    def make(pictures: int = 20, suffix: str = ".mp4") -> Path:
        path = tmp_path / f"drawn{suffix}"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(25))
            stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
            stream.codec_context.gop_size = 5
            for number in range(pictures):
                pixels = np.full((96, 160, 3), 40, dtype=np.uint8)
                pixels[:, 4 * number : 4 * number + 16] = 220
                for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="bgr24")):
                    container.mux(packet)
            for packet in stream.encode():
                container.mux(packet)
        return path

    return make
