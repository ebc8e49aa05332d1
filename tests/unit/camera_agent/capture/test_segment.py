import io
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest

from camera_agent.capture import Captured
from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.file import file_pictures
from camera_agent.errors import CaptureError
from recognition.contracts import VideoError


def play(path: Path, rig: ModuleType) -> tuple[list[Captured], DecodeCounts]:
    counts = DecodeCounts()
    return list(file_pictures(path, camera_id="camera", started_at=rig.START, counts=counts)), counts


def decoded(clip: bytes) -> tuple[av.VideoStream, list[np.ndarray]]:
    with av.open(io.BytesIO(clip)) as container:
        stream = container.streams.video[0]
        return stream, [frame.to_ndarray(format="bgr24") for frame in container.decode(stream)]


def test_capture_time_is_start_plus_presentation_time(clip: Path, rig: ModuleType) -> None:
    pictures, counts = play(clip, rig)
    assert counts.frames == rig.FRAMES
    assert counts.damaged == counts.breaks == 0
    for number, one in enumerate(pictures):
        assert one.image.meta.sequence == number
        assert one.image.meta.pts_s == pytest.approx(number / rig.RATE_HZ)
        assert abs(one.image.meta.captured_at - rig.START - timedelta(seconds=number / rig.RATE_HZ)) < timedelta(
            milliseconds=1
        )


@pytest.mark.parametrize(
    ("codec", "suffix"), [("libx264", "mp4"), ("libx264", "ts"), ("mjpeg", "mkv"), ("mpeg4", "avi")]
)
def test_kept_packets_give_the_same_pictures_again(tmp_path: Path, rig: ModuleType, codec: str, suffix: str) -> None:
    pictures, _ = play(rig.write_clip(tmp_path / f"clip.{suffix}", codec=codec, frames=40), rig)
    wanted = [pictures[number].image for number in (3, 17, 30)]
    again = pictures[-1].segment.pictures_at([image.meta.pts_s for image in wanted])
    assert len(again) == 3
    for image in wanted:
        assert np.array_equal(again[image.meta.pts_s], image.bgr)


def test_a_clip_of_h264_holds_the_cameras_own_packets(clip: Path, rig: ModuleType) -> None:
    pictures, _ = play(clip, rig)
    clip_bytes = pictures[-1].segment.clip(1.0, 2.0)
    stream, frames = decoded(clip_bytes)
    assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert 0 < clip_bytes.index(b"moov") < clip_bytes.index(b"mdat"), "the index comes first"
    first = 24  # the key frame before 1.0 s with a group of 12
    assert np.array_equal(frames[0], pictures[first].image.bgr)
    assert np.array_equal(frames[10], pictures[first + 10].image.bgr)
    assert 26 <= len(frames) <= 30
    assert clip_bytes == pictures[-1].segment.clip(1.0, 2.0)


@pytest.mark.parametrize(("codec", "suffix"), [("mjpeg", "mkv"), ("mpeg4", "avi")])
def test_a_clip_of_another_codec_is_encoded_anew(tmp_path: Path, rig: ModuleType, codec: str, suffix: str) -> None:
    pictures, _ = play(rig.write_clip(tmp_path / f"clip.{suffix}", codec=codec, frames=40), rig)
    stream, frames = decoded(pictures[-1].segment.clip(0.4, 1.2))
    assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert len(frames) >= 20
    assert np.abs(frames[-1].astype(int) - pictures[30].image.bgr.astype(int)).mean() < 12


def test_a_clip_of_what_is_no_longer_kept_is_refused(clip: Path, rig: ModuleType) -> None:
    pictures, _ = play(clip, rig)
    with pytest.raises(CaptureError, match=r"capture\.clip"):
        pictures[-1].segment.clip(-20.0, -10.0)


def test_timestamps_that_jump_begin_a_new_segment_and_capture_time_goes_on(tmp_path: Path, rig: ModuleType) -> None:
    path = tmp_path / "jump.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.gop_size = 10
        for number in range(40):
            frame = av.VideoFrame.from_ndarray(rig.draw(number), format="bgr24")
            frame.pts = number if number < 20 else number + 500  # twenty seconds forward
            frame.time_base = Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    pictures, counts = play(path, rig)
    assert counts.breaks == 1
    first, second = pictures[0].segment, pictures[-1].segment
    assert first is not second
    assert first.is_suspect
    assert pictures[20].image.meta.pts_s == 0.0
    times = [one.image.meta.captured_at for one in pictures]
    assert all(later - earlier < timedelta(milliseconds=60) for earlier, later in pairwise(times))
    wanted = pictures[25].image
    assert np.array_equal(second.pictures_at([wanted.meta.pts_s])[wanted.meta.pts_s], wanted.bgr)


def test_damaged_packets_are_counted_and_passed_over(tmp_path: Path, rig: ModuleType) -> None:
    data = bytearray(rig.write_clip(tmp_path / "good.ts", codec="libx264").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = bytes(6000)
    (tmp_path / "bad.ts").write_bytes(data)
    pictures, _ = play(tmp_path / "bad.ts", rig)
    assert rig.FRAMES // 2 < len(pictures) <= rig.FRAMES


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "video.missing"), (b"", "video.empty"), (b"not a video at all" * 50, "video.unreadable")],
)
def test_what_is_no_video_is_said(tmp_path: Path, rig: ModuleType, content: bytes | None, code: str) -> None:
    path = tmp_path / "video.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError) as caught:
        play(path, rig)
    assert caught.value.code == code
    assert caught.value.hint
