"""``recognition analyse``: what one video shows, one passage per line, with what the rules would allege."""

import json
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recognition import __version__
from recognition.cli.report import plain_errors
from recognition.contracts import Passage, Site, SiteError

if TYPE_CHECKING:
    from recognition.geometry import RoadPlane, TrackSample, ViewWatch
    from recognition.signals import SignalTimeline, SiteSignals
    from recognition.vision import SceneAnalyser, TrackedVehicle, VideoReader
    from recognition.vision.video import Image

Tracks = tuple[tuple["TrackSample", ...], ...]
_DEVICE_ID = "offline"
_UNKNOWN = "unknown"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def analyse(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="a video file of one fixed camera")],
    *,
    site: Annotated[
        Path | None, typer.Option(metavar="SITE.toml", help="the surveyed site; without it no lane, speed or finding")
    ] = None,
    home: Annotated[
        str | None, typer.Option(help="country whose plates are expected; default the site's, else none")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="one JSON object per passage and line")] = False,
    start_at: Annotated[
        str | None, typer.Option(metavar="ISO", help="capture time of the first picture, e.g. 2026-05-01T12:00:00Z")
    ] = None,
    registry: Annotated[Path | None, typer.Option(help="another model registry file")] = None,
) -> None:
    """Tell which vehicles pass in a video: plate, lane, direction, speed with its uncertainty, findings.

    The passages go to standard output, progress and a summary to standard error.  Without --start-at the times count
    from 1970-01-01T00:00:00Z: the video alone does not say when it was made.
    """
    started_at = _started_at(start_at)
    with plain_errors():
        from recognition.geometry import RoadPlane, load_site, unsurveyed_site
        from recognition.plates import load_grammars
        from recognition.violations import watches_people
        from recognition.vision import SceneAnalyser, VisionModels, read_video

        if home is not None:
            load_grammars((home,))
        known = load_site(site) if site is not None else None
        camera_id = known.camera.camera_id if known is not None else _UNKNOWN
        reader = read_video(video, camera_id=camera_id, started_at=started_at)
        survey = known or unsurveyed_site(camera_id, *reader.size_px, _UNKNOWN)
        plane = RoadPlane.from_site(survey) if survey.survey is not None else None
        models = VisionModels.load(registry)
        analyser = SceneAnalyser(
            models,
            camera_id=survey.camera.camera_id,
            home=home or (_home(known) if known is not None else None),
            rate_hz=reader.nominal_rate_hz,
            watch_people=watches_people(survey),
        )
        watched = _Watched.of(survey, site, rate_hz=reader.nominal_rate_hz)
        vehicles = sorted(
            _with_progress(reader, analyser, watched, survey),
            key=lambda vehicle: (vehicle.samples[-1].pts_s, vehicle.track_id),
        )
        scene = _Scene(survey, plane, models.digests, vehicles, watched, watched.signals.timelines(), Counter())
        for vehicle in vehicles:
            passage, findings = _describe(vehicle, scene)
            sys.stdout.write(_as_json(passage, findings) if jsonl else _as_text(passage, findings))
            sys.stdout.flush()
        _summary(len(vehicles), reader, analyser, scene.refusals)


def _started_at(text: str | None) -> datetime:
    if text is None:
        return _EPOCH
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time", param_hint="--start-at") from error
    if moment.tzinfo is None:
        raise typer.BadParameter("the time needs its zone, e.g. Z or +03:00", param_hint="--start-at")
    return moment.astimezone(UTC)


def _home(site: Site) -> str | None:
    from recognition.plates import load_grammars

    known = {grammar.plate_region for grammar in load_grammars()}
    return site.jurisdiction if site.jurisdiction in known else None


def _with_progress(
    reader: "VideoReader", analyser: "SceneAnalyser", watched: "_Watched", site: Site
) -> "Iterator[TrackedVehicle]":
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("analysing", total=reader.expected_pictures)
        for image in reader:
            _check_size(image.meta.width_px, image.meta.height_px, site)
            watched.see(image)
            yield from watched.with_people(analyser.feed(image), analyser)
            progress.advance(task)
        yield from watched.with_people(analyser.finish(), analyser)


def _check_size(width_px: int, height_px: int, site: Site) -> None:
    if (width_px, height_px) != (site.camera.width_px, site.camera.height_px):
        raise SiteError(
            f"the video is {width_px}x{height_px} px, the site was surveyed at "
            f"{site.camera.width_px}x{site.camera.height_px} px",
            hint="use the video of the surveyed camera, or survey this picture size",
            code="site.other_picture",
        )


@dataclass(frozen=True)
class _Watched:
    """What is seen beside the vehicles: signal heads, and the persons who were there while a vehicle was."""

    signals: "SiteSignals"
    people: "dict[str, Tracks]"
    view: "ViewWatch | None"

    @classmethod
    def of(cls, site: Site, path: Path | None, *, rate_hz: float) -> "_Watched":
        """Begin to watch at a site, which was read from a file or is not surveyed."""
        from recognition.geometry import ViewWatch, load_view
        from recognition.signals import SiteSignals

        reference = load_view(path, site) if path is not None else None
        signals = SiteSignals(site, frame_s=1 / rate_hz)
        return cls(signals, {}, ViewWatch(reference) if reference is not None else None)

    def see(self, image: "Image") -> None:
        self.signals.see(image.meta.pts_s, image.bgr)
        if self.view is not None:
            self.view.see(image.meta.pts_s, image.bgr)

    def with_people(self, vehicles: "list[TrackedVehicle]", analyser: "SceneAnalyser") -> "Iterator[TrackedVehicle]":
        for vehicle in vehicles:
            first, last = vehicle.samples[0], vehicle.samples[-1]
            self.people[_natural_key(vehicle)] = analyser.people(first.pts_s, last.pts_s)
            yield vehicle


@dataclass(frozen=True)
class _Scene:
    """What is the same for every vehicle of the video."""

    site: Site
    plane: "RoadPlane | None"
    models: dict[str, str]
    vehicles: "list[TrackedVehicle]"
    watched: "_Watched"
    signals: "dict[str, SignalTimeline]"
    refusals: Counter[str]


def _describe(vehicle: "TrackedVehicle", scene: _Scene) -> tuple[Passage, list[dict[str, Any]]]:
    from recognition.vision import build_passage

    name = f"{scene.site.site_id}/{scene.site.version}/{_natural_key(vehicle)}"
    passage, _ = build_passage(
        vehicle,
        site=scene.site,
        plane=scene.plane,
        device_id=_DEVICE_ID,
        passage_id=uuid.uuid5(uuid.NAMESPACE_URL, name),
        models=scene.models,
        code_version=__version__,
    )
    return passage, [] if scene.plane is None else _findings(vehicle, passage, scene, scene.plane)


def _natural_key(vehicle: "TrackedVehicle") -> str:
    return f"{vehicle.samples[0].captured_at.isoformat()}/{vehicle.track_id}"


def _findings(vehicle: "TrackedVehicle", passage: Passage, scene: _Scene, plane: "RoadPlane") -> list[dict[str, Any]]:
    from recognition.violations import RuleInput, assess

    span_s = vehicle.samples[0].pts_s, vehicle.samples[-1].pts_s
    case = RuleInput(
        samples=vehicle.samples,
        plane=plane,
        site=scene.site,
        speed=passage.speed,
        plate=passage.plate,
        vehicle_class=passage.vehicle_class,
        clock=passage.clock,
        others=tuple(other.samples for other in scene.vehicles if other is not vehicle),
        people=scene.watched.people[_natural_key(vehicle)],
        signals=scene.signals,
        view_shift_px=scene.watched.view.shift_px(*span_s) if scene.watched.view is not None else None,
    )
    assessment = assess(case)
    scene.refusals.update(assessment.reasons)
    return [
        {
            "rule": finding.rule,
            "mode": finding.mode.value,
            "occurred_at": finding.occurred_at.isoformat(),
            "frame_sequences": list(finding.frame_sequences),
            "measurement": finding.measurement.model_dump(mode="json") if finding.measurement else None,
            "limit_kmh": finding.limit_kmh,
            "excess_kmh": finding.excess_kmh,
            "facts": finding.facts,
        }
        for finding in assessment.findings
    ]


def _as_json(passage: Passage, findings: list[dict[str, Any]]) -> str:
    return json.dumps({**passage.model_dump(mode="json"), "findings": findings}, ensure_ascii=False) + "\n"


def _as_text(passage: Passage, findings: list[dict[str, Any]]) -> str:
    plate = f"{passage.plate.plate} ({passage.plate.support} looks)" if passage.plate else "no plate"
    speed = passage.speed
    pace = f"{speed.value:.1f} ± {speed.expanded_uncertainty:.1f} {speed.unit}" if speed else "no speed"
    if speed is not None and not speed.is_valid:
        pace += f" (not usable: {speed.invalid_reason})"
    alleged = ", ".join(str(finding["rule"]) for finding in findings) or "-"
    return (
        f"{passage.started_at:%H:%M:%S}-{passage.ended_at:%H:%M:%S}  {passage.vehicle_class.value:<10} {plate:<22} "
        f"{passage.direction or '?':<11} lane {passage.lane_id or '?':<8} {pace:<28} {alleged}\n"
    )


def _summary(passages: int, reader: "VideoReader", analyser: "SceneAnalyser", reasons: Counter[str]) -> None:
    lines = [f"{passages} passages in {reader.pictures} pictures"]
    if reader.damaged_packets or reader.mended_times:
        lines.append(f"damage: {reader.damaged_packets} packets skipped, {reader.mended_times} times mended")
    for title, counts in (("tracks that were no passage", analyser.dropped), ("rules refused", reasons)):
        if counts:
            lines.append(f"{title}: " + ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items())))
    sys.stderr.write("\n".join(lines) + "\n")
