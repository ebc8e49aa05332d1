"""Simulated passes: what is projected is where geometry puts it, and noise is what it says."""

from dataclasses import replace

import numpy as np
import pytest

from models.synthesis.passes import PassingVehicle, SeenNoise, Stretch
from recognition.geometry import CameraPose, RoadPlane, measure_speed

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
