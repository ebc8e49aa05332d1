from datetime import UTC, datetime, timedelta

from camera_agent.capture.time_source import LiveTimeSource
from camera_agent.clock import ManualClock
from recognition.contracts import ClockSource

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_without_a_report_the_hosts_clock_follows_the_fastest_picture() -> None:
    clock = ManualClock(NOW)
    times = LiveTimeSource(clock, lambda: None)
    times.begin(0.0)
    for pts_s, delay_s in ((0.0, 0.9), (0.04, 0.3), (0.08, 0.05), (1.2, 0.4)):
        clock.set(NOW + timedelta(seconds=pts_s + delay_s))
        captured_at, quality = times.stamp(pts_s, 0.04)
    assert captured_at == NOW + timedelta(seconds=1.2 + 0.05)
    assert quality.source is ClockSource.HOST
    assert quality.bound_ms is not None
    assert quality.bound_ms >= 1000


def test_time_never_runs_back_when_a_shorter_way_is_learned() -> None:
    clock = ManualClock(NOW)
    times = LiveTimeSource(clock, lambda: None)
    times.begin(0.0)
    stamps = []
    for pts_s, delay_s in ((0.0, 0.9), (0.04, 0.85), (0.08, 0.2), (0.12, 0.2)):
        clock.set(NOW + timedelta(seconds=pts_s + delay_s))
        stamps.append(times.stamp(pts_s, 0.04)[0])
    assert stamps == sorted(set(stamps))


def test_the_cameras_report_is_believed_within_its_disagreement_with_the_host() -> None:
    clock = ManualClock(NOW + timedelta(seconds=2.2))
    times = LiveTimeSource(clock, lambda: int(NOW.timestamp() * 1_000_000))
    times.begin(1.5)  # the first picture that decodes is 1.5 s into the stream
    captured_at, quality = times.stamp(0.5, 0.04)
    assert captured_at == NOW + timedelta(seconds=2.0)
    assert quality.source is ClockSource.RTCP
    assert quality.bound_ms == 240.0


def test_after_a_break_the_report_is_void() -> None:
    clock = ManualClock(NOW)
    times = LiveTimeSource(clock, lambda: int(NOW.timestamp() * 1_000_000))
    times.begin(0.0)
    times.begin(400.0)
    captured_at, quality = times.stamp(0.0, 0.04)
    assert (captured_at, quality.source) == (NOW, ClockSource.HOST)
