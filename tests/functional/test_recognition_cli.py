"""The commands as a person runs them: a process, its two outputs and its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.functional


def _recognition(*arguments: object, timeout_s: float = 200) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "recognition"
    return subprocess.run(
        [str(command), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def test_help_names_the_commands() -> None:
    done = _recognition("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("read", "analyse", "verify", "bench"))


@pytest.mark.parametrize(
    ("content", "code"), [(None, "video.missing"), (b"", "video.empty"), (b"\x00garbage" * 400, "video.unreadable")]
)
def test_a_video_that_is_none_is_one_message_and_no_traceback(
    project_root: Path, tmp_path: Path, content: bytes | None, code: str
) -> None:
    video = tmp_path / "clip.mp4"
    if content is not None:
        video.write_bytes(content)
    done = _recognition("analyse", video, "--site", project_root / "tests/assets/kraten.toml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert code in done.stderr
    assert "fix:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_with_another_unit_is_named(project_root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    text = (project_root / "tests/assets/kraten.toml").read_text(encoding="utf-8")
    assert "limit_kmh" in text
    site.write_text(text.replace("limit_kmh", "limit_mph"), encoding="utf-8")
    done = _recognition("analyse", tmp_path / "a.mp4", "--site", site)
    assert done.returncode == 2
    assert "site.unit" in done.stderr
    assert "limit_kmh" in done.stderr


@pytest.mark.needs_data
def test_a_surveyed_video_gives_one_json_line_per_vehicle(project_root: Path, real_data: Path, tmp_path: Path) -> None:
    """The first four seconds: by eye a lorry, two saloons and a hatchback drive away near the camera."""
    clip = _first_seconds(real_data / "videos/kraten_cars.mp4", tmp_path / "clip.mp4", frames=110)
    site = project_root / "tests/assets/kraten.toml"
    done = _recognition("analyse", clip, "--site", site, "--jsonl", "--start-at", "2016-03-18T04:21:25Z")
    assert done.returncode == 0, done.stderr
    passages = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(passages) == 4
    for passage in passages:
        assert passage["direction"] == "receding"
        assert passage["started_at"].startswith("2016-03-18T04:21:")
        assert passage["speed"] is not None
        assert 5 <= passage["speed"]["value"] <= 120
        assert passage["speed"]["expanded_uncertainty"] > 0
        assert passage["findings"] == []
    assert "4 passages in 110 pictures" in done.stderr


def _first_seconds(source: Path, target: Path, *, frames: int) -> Path:
    """Copy the first packets of a video without coding them again."""
    with av.open(str(source)) as whole, av.open(str(target), "w") as part:
        stream = part.add_stream_from_template(whole.streams.video[0])
        for number, packet in enumerate(whole.demux(whole.streams.video[0])):
            if number >= frames or packet.dts is None:
                break
            packet.stream = stream
            part.mux(packet)
    return target
