import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import ClockSource, VideoError
from recognition.vision import read_video

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_capture_time_is_the_start_plus_the_time_within_the_stream(make_video: Callable[..., Path]) -> None:
    images = list(read_video(make_video(), camera_id="gate", started_at=START))
    assert [image.meta.sequence for image in images] == list(range(20))
    assert images[0].meta.captured_at == START
    assert images[10].meta.captured_at == START + timedelta(seconds=0.4)
    assert images[10].meta.pts_s == pytest.approx(0.4)
    assert images[3].meta.clock.source is ClockSource.FILE
    assert images[3].bgr.shape == (96, 160, 3)
    assert images[3].bgr.dtype == np.uint8


def test_nobody_can_draw_on_the_evidence(make_video: Callable[..., Path]) -> None:
    image = next(read_video(make_video(), camera_id="gate", started_at=START))
    with pytest.raises(ValueError, match="read-only"):
        image.bgr[0, 0] = 0


def test_a_damaged_stream_is_read_through(make_video: Callable[..., Path]) -> None:
    path = make_video(pictures=30, suffix=".ts")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(bytes(data))
    reader = read_video(path, camera_id="gate", started_at=START)
    times = [image.meta.pts_s for image in reader]
    assert len(times) >= 20
    assert times == sorted(set(times))


def test_a_file_cut_off_in_the_middle_gives_what_is_there(make_video: Callable[..., Path]) -> None:
    path = make_video(pictures=30, suffix=".ts")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert 5 <= len(list(read_video(path, camera_id="gate", started_at=START))) < 30


@pytest.mark.parametrize(
    ("content", "code"), [(None, "video.missing"), (b"", "video.empty"), (b"\x00hello" * 500, "video.unreadable")]
)
def test_what_is_no_video_is_said_in_one_message(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError) as caught:
        list(read_video(path, camera_id="gate", started_at=START))
    assert caught.value.code == code
    assert caught.value.hint


def test_a_video_whose_pictures_are_all_destroyed_is_empty(make_video: Callable[..., Path]) -> None:
    path = make_video(suffix=".mkv")
    data = bytearray(path.read_bytes())
    start = data.index(b"\x1f\x43\xb6\x75") + 40  # inside the first Matroska cluster
    data[start:] = b"\x00" * (len(data) - start)
    path.write_bytes(bytes(data))
    with pytest.raises(VideoError) as caught:
        list(read_video(path, camera_id="gate", started_at=START))
    assert caught.value.code in {"video.empty", "video.unreadable"}


def test_a_sound_file_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 800)
    with pytest.raises(VideoError) as caught:
        read_video(path, camera_id="gate", started_at=START)
    assert caught.value.code == "video.empty"


@pytest.mark.needs_data
def test_the_yard_stream_is_read_to_its_end(real_data: Path) -> None:
    reader = read_video(real_data / "videos/etokone_09_40_26.ts", camera_id="yard", started_at=START)
    times = [image.meta.pts_s for image in reader]
    assert len(times) == 120
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(119 / 15, abs=0.01)
