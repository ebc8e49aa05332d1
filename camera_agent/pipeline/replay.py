"""A video file as a camera, from first picture to last; killed and started again it ends with the same journal."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path

from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.file import duration_of, file_pictures, open_video
from camera_agent.capture.tamper import PictureHealth, TamperWatch
from camera_agent.clock import Clock, ManualClock
from camera_agent.observe import Observation, Observer, SceneContext
from camera_agent.outbox import Journal
from camera_agent.outbox.replays import Replay, begin_replay, finish_replay
from camera_agent.pipeline.chain import CameraPipeline, NewAnalyser, PipelineCounts
from recognition.evidence import SigningKey, sha256_hex


@dataclass(frozen=True)
class VideoFacts:
    """What is known of a video before it is played."""

    path: Path
    sha256: str
    size_px: tuple[int, int]
    duration_s: float

    @classmethod
    def of(cls, path: Path) -> "VideoFacts":
        """Open a video and take its digest.

        Raises:
            VideoError: it cannot be opened.
        """
        with open_video(path) as container, path.open("rb") as file:
            context = container.streams.video[0].codec_context
            return cls(
                path=path,
                sha256=file_digest(file, "sha256").hexdigest(),
                size_px=(context.width, context.height),
                duration_s=duration_of(container).total_seconds(),
            )


@dataclass(frozen=True, eq=False)
class ReplaySetup:
    """Everything a replay is made of; ``make_context`` is told the natural key of the run."""

    video: VideoFacts
    site_digest_source: bytes
    start_at: datetime | None
    clock_bound_ms: float | None
    is_realtime: bool
    make_context: Callable[[str], SceneContext]
    new_analyser: NewAnalyser
    on_recorded: Callable[[Observation], None]


@dataclass(frozen=True)
class ReplayReport:
    """How a replay went."""

    start_at: datetime
    was_finished: bool
    counts: PipelineCounts
    decoded: DecodeCounts
    health: PictureHealth


def run_replay(setup: ReplaySetup, journal: Journal, key: SigningKey, clock: Clock) -> ReplayReport:
    """Play the video through the pipeline into the journal.

    Raises:
        VideoError: not one picture decodes.
        CaptureError: the picture is not of the surveyed size.
        OutboxError: the disk is full or broken; run the same command again to go on.
    """
    is_given = setup.start_at is not None
    replay = begin_replay(journal, _replay_key(setup), _start_at(setup, clock), is_start_given=is_given)
    decoded = DecodeCounts()
    if replay.is_finished:
        return ReplayReport(
            replay.start_at, was_finished=True, counts=PipelineCounts(), decoded=decoded, health=PictureHealth()
        )
    journal.sweep()
    counts, health = _play(setup, replay, journal, key=key, clock=clock, decoded=decoded)
    finish_replay(journal, replay)
    return ReplayReport(replay.start_at, was_finished=False, counts=counts, decoded=decoded, health=health)


def _play(
    setup: ReplaySetup, replay: Replay, journal: Journal, *, key: SigningKey, clock: Clock, decoded: DecodeCounts
) -> tuple[PipelineCounts, PictureHealth]:
    context = setup.make_context(replay.natural_key)
    video_time = ManualClock(replay.start_at)  # sealing time is the video's: the same replay seals the same bytes
    pipeline = CameraPipeline(setup.new_analyser, Observer(context, key, video_time), journal, setup.on_recorded)
    watch, health = TamperWatch(), PictureHealth()
    began_s = clock.monotonic_s()
    camera_id = context.site.camera.camera_id
    for captured in file_pictures(
        setup.video.path,
        camera_id=camera_id,
        started_at=replay.start_at,
        counts=decoded,
        bound_ms=setup.clock_bound_ms,
    ):
        meta = captured.image.meta
        video_time.set(meta.captured_at)
        if setup.is_realtime:
            time.sleep(max(0.0, began_s + meta.pts_s - clock.monotonic_s()))
        pipeline.feed(captured)
        health = watch.look(captured.image.bgr, meta.pts_s)
    pipeline.finish()
    return pipeline.counts, health


def _replay_key(setup: ReplaySetup) -> str:
    return sha256_hex(f"{setup.video.sha256}:{sha256_hex(setup.site_digest_source)}".encode())


def _start_at(setup: ReplaySetup, clock: Clock) -> datetime:
    """Return when the first picture was taken: as given, else so that the last one is not in the future."""
    if setup.start_at is not None:
        return setup.start_at
    now = clock.now()
    start = now if setup.is_realtime else now - timedelta(seconds=setup.video.duration_s)
    return start.replace(microsecond=start.microsecond // 1000 * 1000)
