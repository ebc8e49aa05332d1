"""Simulated passes: what is projected is where geometry puts it, and noise is what it says."""

from dataclasses import replace

import numpy as np
import pytest

from models.synthesis.passes import PassingVehicle, SeenNoise, Stretch
from recognition.geometry import CameraPose, RoadPlane, TrackSample, measure_speed
from recognition.vision import AnalysisPolicy

SILENT = SeenNoise(
    box_px=0.0,
    bottom_low_relative=(0.0, 0.0),
    plate_middle_px=(0.0, 0.0),
    plate_common_px=(0.0, 0.0),
    plate_wider_px=(0.0, 0.0),
    plate_width_px=0.0,
    stamp_s=0.0,
    clock_rate=0.0,
    miss_rate=0.0,
)
EXACT = Stretch(survey_sigma_px=1e-3, survey_sigma_m=1e-4, scale_relative=1e-6)
CAR = PassingVehicle(72.0, 0.0, 1.75, 1.8, 1.5, 0.22, 0.775, 0.55, is_heavy=False)


def test_without_noise_the_plate_moves_at_the_true_speed() -> None:
    rng = np.random.default_rng(1)
    samples, true_kmh = EXACT.samples(CAR, rng, SILENT)
    pose = CameraPose.from_plane(RoadPlane.from_site(EXACT.site(rng)))
    middles = np.array([np.mean(s.plate_corners_px, axis=0) for s in samples if s.plate_corners_px is not None])
    times = np.array([s.pts_s for s in samples if s.plate_corners_px is not None])
    along_m = pose.at_height(middles, CAR.plate_m)[:, 1]
    assert true_kmh == pytest.approx(72.0, abs=1e-6)
    assert -3.6 * np.polyfit(times, along_m, 1)[0] == pytest.approx(72.0, rel=2e-4)


def test_a_braking_vehicle_has_the_mean_speed_of_its_zone() -> None:
    _, true_kmh = EXACT.samples(replace(CAR, acceleration_ms2=-1.5), np.random.default_rng(1), SILENT)
    # v² falls by 2·a·s: 4 m before the zone, and 20 m of it
    entering, leaving = np.sqrt(20.0**2 - 2 * 1.5 * 4.0), np.sqrt(20.0**2 - 2 * 1.5 * 24.0)
    assert true_kmh == pytest.approx(3.6 * (entering + leaving) / 2, rel=0.005)


def test_the_same_seed_gives_the_same_pass_and_another_another() -> None:
    one, again, other = (Stretch().samples(CAR, np.random.default_rng(seed), SeenNoise())[0] for seed in (4, 4, 5))
    assert one == again
    assert one != other


def test_noise_is_as_large_as_it_says() -> None:
    quiet, _ = EXACT.samples(CAR, np.random.default_rng(9), SILENT)
    lefts = [
        EXACT.samples(CAR, np.random.default_rng([9, number]), replace(SILENT, box_px=0.9))[0][0].box_px[0]
        for number in range(300)
    ]
    starts = [EXACT.samples(CAR, np.random.default_rng([9, number]), SILENT)[0][0].box_px[0] for number in range(300)]
    assert np.std(np.array(lefts) - np.array(starts)) == pytest.approx(0.9, rel=0.15)
    assert len(quiet) > 20


def test_the_speed_of_a_drawn_pass_is_measured_within_a_kilometre() -> None:
    rng = np.random.default_rng(6)
    site = Stretch().site(rng)
    samples, true_kmh = Stretch().samples(CAR, rng, SeenNoise())
    measured = measure_speed(samples, RoadPlane.from_site(site), site)
    assert measured is not None
    assert measured.is_valid
    assert measured.value == pytest.approx(true_kmh, abs=1.0)


def _looks(samples: tuple[TrackSample, ...], stretch: Stretch) -> list[bool]:
    """Tell of the samples in the zone (by the tyre's row, px) which carry corners."""
    near_px, far_px = (stretch.camera.project_road(np.array([[0.0, y]]))[0, 1] for y in stretch.zone_m)
    return [sample.plate_corners_px is not None for sample in samples if far_px < sample.box_px[3] < near_px]


def test_the_products_pace_of_looks_decides_where_corners_are() -> None:
    """A fast vehicle has corners in every frame of the zone but the first far ones, a slow one in a part of them."""
    rng = np.random.default_rng(3)
    fast = _looks(Stretch().samples(replace(CAR, speed_kmh=200.0), rng, SILENT)[0], Stretch())
    slow = _looks(Stretch().samples(replace(CAR, speed_kmh=40.0), rng, SILENT)[0], Stretch())
    assert all(fast[2:])
    assert 0.2 < np.mean(slow) < 0.6
    blind = Stretch(policy=replace(AnalysisPolicy(), max_looks=0))
    assert not any(_looks(blind.samples(CAR, rng, SILENT)[0], blind))


def test_plates_too_small_to_be_read_have_no_corners() -> None:
    samples, _ = Stretch().samples(CAR, np.random.default_rng(3), SILENT)
    heights_px = [
        np.ptp(np.array(sample.plate_corners_px)[:, 1]) for sample in samples if sample.plate_corners_px is not None
    ]
    assert min(heights_px) >= Stretch().readable_px
    assert samples[0].plate_corners_px is None


def test_fast_passes_are_certain_enough_and_say_how_certain() -> None:
    """Above 150 km/h a vehicle is in the zone for some ten frames; of sixty passes, as the bench's ten thousand go."""
    rng = np.random.default_rng(8)
    errors, bounds = [], []
    for number in range(60):
        if number % 10 == 0:
            site = Stretch().site(rng)
            plane = RoadPlane.from_site(site)
        vehicle = PassingVehicle.draw(rng, float(rng.uniform(150, 250)))
        samples, true_kmh = Stretch().samples(vehicle, rng, SeenNoise(), approaching=bool(rng.integers(2)))
        measured = measure_speed(samples, plane, site)
        if measured is not None and measured.is_valid and measured.expanded_uncertainty < 0.015 * measured.value:
            errors.append(abs(measured.value - true_kmh))
            bounds.append(measured.expanded_uncertainty)
    assert len(errors) >= 48
    assert np.mean(np.array(errors) <= np.array(bounds)) >= 0.9
