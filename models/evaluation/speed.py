"""How well speeds are measured: thousands of simulated passes, and rendered pixels through the real networks."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from models.evaluation.matching import iou
from models.synthesis.passes import PassingVehicle, SeenNoise, Stretch
from models.synthesis.scenes import Scenario
from models.synthesis.scenes.speed_run import SPEED_SITE, speed_run
from models.synthesis.scenes.survey import site_toml
from models.synthesis.scenes.truth import frame_truth
from models.synthesis.scenes.video import encode_mp4, render_frames
from recognition.contracts import Measurement
from recognition.geometry import RoadPlane, measure_speed, parse_site
from recognition.violations.legal_limits import LEGAL_LIMIT_BREAK_KMH, uncertainty_limit_kmh
from recognition.violations.point_speed import why_not_enforceable
from recognition.vision import SceneAnalyser, TrackedVehicle, VisionModels, read_video

SPEEDS_KMH = (20.0, 250.0)
PASSES_PER_SURVEY = 10
VEHICLES_PER_SCENE = 12
TIGHT_KMH = 1.0
"""What the bench asks of an enforceable speed: 1 km/h below 100, 1 % above."""
_NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
_SAME_VEHICLE = 0.5


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: true speed, what was measured (None: nothing), both in km/h."""

    true_kmh: float
    measured: Measurement | None

    @property
    def is_enforceable(self) -> bool:
        """Tell whether the device stands by this speed: valid, and certain enough to be fined by."""
        return self.measured is not None and self.measured.is_valid and why_not_enforceable(self.measured) is None

    @property
    def error_kmh(self) -> float:
        """Measured minus true."""
        return self.measured.value - self.true_kmh if self.measured is not None else float("nan")


@dataclass(frozen=True)
class SpeedFigures:
    """What passes add up to; ``outcomes`` counts enforceable ones and the reasons why others are not."""

    passes: int
    enforceable: int
    bias_kmh: float
    covered: float
    beyond_tight: int
    beyond_legal: int
    median_error_kmh: float
    worst_tight: float
    median_uncertainty: float
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Share of passes with an enforceable speed."""
        return self.enforceable / self.passes if self.passes else 0.0

    def measured(self) -> dict[str, float | None]:
        """Return the figures that bars judge."""
        return {
            "bias_abs_kmh": abs(self.bias_kmh),
            "covered": self.covered,
            "beyond_tight": float(self.beyond_tight),
            "beyond_legal": float(self.beyond_legal),
            "median_error_kmh": self.median_error_kmh,
            "enforceable_share": self.share,
            "passes": float(self.passes),
        }


def figures_of(passes: Sequence[Pass]) -> SpeedFigures:
    """Add passes up; errors are of enforceable speeds only."""
    kept = [one for one in passes if one.is_enforceable and one.measured is not None]
    error = np.array([one.error_kmh for one in kept])
    true = np.array([one.true_kmh for one in kept])
    bound = np.array([one.measured.expanded_uncertainty for one in kept if one.measured is not None])
    tight = np.where(true < LEGAL_LIMIT_BREAK_KMH, TIGHT_KMH, true * TIGHT_KMH / LEGAL_LIMIT_BREAK_KMH)
    legal = np.array([2 * uncertainty_limit_kmh(speed) for speed in true.tolist()])
    some = len(kept) > 0
    return SpeedFigures(
        passes=len(passes),
        enforceable=len(kept),
        bias_kmh=float(error.mean()) if some else float("nan"),
        covered=float(np.mean(np.abs(error) <= bound)) if some else float("nan"),
        beyond_tight=int(np.sum(np.abs(error) > tight)),
        beyond_legal=int(np.sum(np.abs(error) > legal)),
        median_error_kmh=float(np.median(np.abs(error))) if some else float("nan"),
        worst_tight=float(np.max(np.abs(error) / tight)) if some else float("nan"),
        median_uncertainty=float(np.median(bound / true)) if some else float("nan"),
        outcomes=dict(Counter(_outcome(one) for one in passes)),
    )


def _outcome(one: Pass) -> str:
    if one.measured is None:
        return "no_measurement"
    if not one.measured.is_valid:
        return str(one.measured.invalid_reason)
    return why_not_enforceable(one.measured) or "enforceable"


def simulate(seed: int, count: int) -> list[Pass]:
    """Return passes at 20 to 250 km/h over newly surveyed stretches, with the noise of the project's networks."""
    rng = np.random.default_rng(seed)
    stretch, noise, passes = Stretch(), SeenNoise(), []
    for number in range(count):
        if number % PASSES_PER_SURVEY == 0:
            site = stretch.site(rng)
            plane = RoadPlane.from_site(site)
        vehicle = PassingVehicle.draw(rng, float(rng.uniform(*SPEEDS_KMH)))
        samples, true_kmh = stretch.samples(vehicle, rng, noise, approaching=bool(rng.integers(2)))
        passes.append(Pass(true_kmh, measure_speed(samples, plane, site)))
    return passes


def simulate_all(
    seed: int, count: int, *, processes: int, batch: int = 250, tick: Callable[[int], None] = lambda _: None
) -> list[Pass]:
    """Simulate in batches of their own seeds: the result does not depend on the number of processes."""
    batches = [(seed + number, min(batch, count - start)) for number, start in enumerate(range(0, count, batch))]
    passes: list[Pass] = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in pool.map(simulate, *zip(*batches, strict=True)):
            passes += done
            tick(len(done))
    return passes


def rendered_runs(seed: int, vehicles: int, models: VisionModels, folder: Path, *, processes: int) -> list[Pass]:
    """Return the passes of scenes of at most twelve vehicles, rendered into ``folder`` or taken from there."""
    counts = [min(VEHICLES_PER_SCENE, vehicles - start) for start in range(0, vehicles, VEHICLES_PER_SCENE)]
    return [
        one
        for number, count in enumerate(counts)
        for one in rendered(seed + number, count, models, folder, processes=processes)
    ]


def rendered(seed: int, vehicles: int, models: VisionModels, folder: Path, *, processes: int) -> list[Pass]:
    """Render one scene into ``folder`` (or take the clip that is there), analyse it, and return its passes.

    A vehicle that no track belongs to is a pass without a measurement.
    """
    scenario = speed_run(seed, vehicles)
    clip = folder / f"{scenario.name}_{vehicles}.mp4"
    if not clip.exists():
        partial = clip.with_suffix(".part.mp4")
        encode_mp4(render_frames(scenario, range(scenario.frame_count), processes), partial, fps=scenario.fps)
        partial.replace(clip)
    site = parse_site(site_toml(scenario, SPEED_SITE), name=scenario.name)
    plane = RoadPlane.from_site(site)
    reader = read_video(clip, camera_id=site.camera.camera_id, started_at=_NOON)
    analyser = SceneAnalyser(models, camera_id=site.camera.camera_id, home="ru", rate_hz=scenario.fps)
    seen = [vehicle for image in reader for vehicle in analyser.feed(image)] + analyser.finish()
    measured: dict[str, Measurement | None] = {}
    for vehicle in seen:
        name = _whose(vehicle, scenario)
        if name is not None and measured.get(name) is None:
            measured[name] = measure_speed(vehicle.samples, plane, site)
    return [Pass(one.speed_kmh, measured.get(one.vehicle_id)) for one in scenario.vehicles]


def _whose(vehicle: TrackedVehicle, scenario: Scenario) -> str | None:
    """Return the true vehicle whose box the middle sample of a track lies on."""
    sample = vehicle.samples[len(vehicle.samples) // 2]
    rows = frame_truth(scenario, sample.frame_sequence)["vehicles"]
    shares = {row["vehicle_id"]: iou(sample.box_px, row["box_px"]) for row in rows}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] > _SAME_VEHICLE else None
