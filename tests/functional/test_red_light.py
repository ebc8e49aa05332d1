"""From pixels to a red-light case: lamps, timeline, detector, tracks, plates and the rule, on a rendered scene."""

from datetime import UTC, datetime, timedelta

import pytest

from models.synthesis.scenes import Road, RoadLane, RoadLine, Scenario, SceneCamera, SceneSignal, Vehicle
from models.synthesis.scenes.demo import DEMO_SITE
from models.synthesis.scenes.garage import BODIES
from models.synthesis.scenes.render import SceneRenderer
from models.synthesis.scenes.scenario import PASS_LINE_M
from models.synthesis.scenes.survey import site_toml
from recognition.contracts import (
    ClockQuality,
    ClockSource,
    Direction,
    Frame,
    Lamp,
    LampBox,
    LineKind,
    RuleSetting,
    SignalHead,
    Site,
    StopLine,
)
from recognition.geometry import RoadPlane, parse_site
from recognition.signals import Aspect, SignalTimeline, SiteSignals
from recognition.violations import Finding, RuleInput, assess
from recognition.vision import SceneAnalyser, TrackedVehicle, VisionModels
from recognition.vision.video import Image

LINE_M = 30.0
AMBER_S, RED_S = 0.2, 1.2
LATE_KMH, LATE_PASSES_S = 40.0, 2.5
Sight = tuple[Site, list[TrackedVehicle], SignalTimeline]
START = datetime(2026, 6, 1, 9, tzinfo=UTC)
SCENE = Scenario(
    name="red_light",
    seed=5,
    duration_s=5.2,
    camera=SceneCamera(height_m=10.0, pitch_deg=20.0, focal_px=3100.0),
    road=Road(
        lanes=(
            RoadLane("lane-1", -3.5, 0.0, Direction.RECEDING),
            RoadLane("lane-2", 0.0, 3.5, Direction.RECEDING),
        ),
        lines=(
            RoadLine("edge-left", LineKind.EDGE, -3.6, 0.0, 400.0),
            RoadLine("edge-right", LineKind.EDGE, 3.6, 0.0, 400.0),
            RoadLine("divider", LineKind.SOLID, 0.0, 4.0, LINE_M),
        ),
    ),
    vehicles=(
        Vehicle("late", "sedan", "silver", "A123BC77", "lane-2", LATE_PASSES_S, LATE_KMH),
        Vehicle("early", "hatchback", "blue", "K456MH50", "lane-1", 0.0, 44.0),  # over the line at amber
    ),
    signals=(
        SceneSignal(
            "main", (1180.0, 60.0), 22.0, ((0.0, (Lamp.GREEN,)), (AMBER_S, (Lamp.AMBER,)), (RED_S, (Lamp.RED,)))
        ),
    ),
)


def surveyed() -> Site:
    site = parse_site(site_toml(SCENE, DEMO_SITE), name="red_light")
    signal = SCENE.signals[0]
    lamps = tuple(LampBox(lamp=lamp, box_px=signal.box_px(lamp)) for lamp in Lamp)
    line = ((-3.5, LINE_M), (3.5, LINE_M))
    return site.model_copy(
        update={
            "signals": (SignalHead(head_id="main", lamps=lamps),),
            "stop_lines": (StopLine(line_id="stop", points_m=line, lanes=("lane-1", "lane-2"), head_id="main"),),
            "rules": {name: RuleSetting(mode="fine") for name in ("red_light", "stop_line")},
        }
    )


@pytest.fixture(scope="module")
def seen() -> Sight:
    site = surveyed()
    analyser = SceneAnalyser(VisionModels.load(), camera_id=site.camera.camera_id, home="ru", rate_hz=SCENE.fps)
    signals, vehicles = SiteSignals(site, frame_s=1 / SCENE.fps), []
    for number, picture in enumerate(SceneRenderer(SCENE).frames()):
        pts_s = number / SCENE.fps
        meta = Frame(
            camera_id=site.camera.camera_id,
            sequence=number,
            pts_s=pts_s,
            captured_at=START + timedelta(seconds=pts_s),
            clock=ClockQuality(source=ClockSource.FILE, bound_ms=None),
            width_px=SCENE.camera.width_px,
            height_px=SCENE.camera.height_px,
        )
        signals.see(pts_s, picture)
        vehicles += analyser.feed(Image(meta=meta, bgr=picture))
    return site, vehicles + analyser.finish(), signals.timelines()["main"]


def findings_of(plate: str, seen: Sight) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    site, vehicles, timeline = seen
    (vehicle,) = [one for one in vehicles if one.consensus is not None and one.consensus.plate == plate]
    case = RuleInput(
        samples=vehicle.samples,
        plane=RoadPlane.from_site(site),
        site=site,
        speed=None,
        plate=vehicle.consensus,
        vehicle_class=vehicle.vehicle_class,
        clock=vehicle.view_image.meta.clock,
        others=tuple(other.samples for other in vehicles if other is not vehicle),
        signals={"main": timeline},
    )
    assessment = assess(case)
    return assessment.findings, tuple(refusal.reason for refusal in assessment.refusals)


def test_the_head_is_read_with_the_bounds_of_its_changes(seen: Sight) -> None:
    phases = seen[2].phases
    assert [phase.aspect for phase in phases] == [Aspect.GREEN, Aspect.AMBER, Aspect.RED]
    for phase, truth_s in zip(phases[1:], (AMBER_S, RED_S), strict=True):
        assert phase.from_earliest_s <= truth_s <= phase.from_latest_s
        assert phase.from_latest_s - phase.from_earliest_s <= 0.2


def test_who_crossed_at_red_is_accused_with_the_time_since_red(
    seen: Sight,
) -> None:
    ((finding,), refusals) = findings_of("A123BC77", seen)
    front_m = LINE_M - BODIES["sedan"].length_m - PASS_LINE_M
    red_ms = 1000 * (LATE_PASSES_S + front_m / (LATE_KMH / 3.6) - RED_S)
    assert (finding.rule, refusals) == ("red_light", ())
    assert finding.facts["red_at_least_ms"] <= red_ms
    measured = finding.measurement
    assert measured is not None
    assert abs(measured.value - red_ms) <= measured.expanded_uncertainty
    frame_before, frame_beyond = finding.facts["frame_before"], finding.facts["frame_beyond"]
    assert {frame_before, frame_beyond} <= set(finding.frame_sequences)
    assert seen[2].aspect_at(int(frame_before) / SCENE.fps) is Aspect.RED


def test_who_crossed_at_amber_is_not(seen: Sight) -> None:
    assert findings_of("K456MH50", seen) == ((), ())
