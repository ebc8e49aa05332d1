import numpy as np
import pytest

from models.synthesis.tracks.noise import DetectorNoise, blur_boxes, blur_plates, drifting


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_noise_has_unit_variance_and_the_correlation_asked_for(correlation: float) -> None:
    noise = drifting(np.random.default_rng(1), (400, 400), correlation)
    assert noise.std() == pytest.approx(1.0, abs=0.03)
    assert np.mean(noise[1:] * noise[:-1]) == pytest.approx(correlation, abs=0.02)
    assert noise[0].std() == pytest.approx(1.0, abs=0.1)


def test_edges_err_in_proportion_to_the_box() -> None:
    noise = DetectorNoise(edge_px=0.8, edge_relative=0.01, correlation=0.0, lower_relative=(0.0, 0.0))
    small, large = (np.tile([100.0, 100.0, 100.0 + side, 100.0 + side], (20_000, 1)) for side in (10.0, 300.0))
    for boxes, expected in ((small, np.hypot(0.8, 0.1)), (large, np.hypot(0.8, 3.0))):
        assert (blur_boxes(np.random.default_rng(2), boxes, noise) - boxes).std() == pytest.approx(expected, rel=0.03)


def test_plates_err_by_their_own_measure() -> None:
    corners = np.zeros((5000, 4, 2))
    noise = DetectorNoise(plate_wider_px=(0.0, 0.0))
    assert blur_plates(np.random.default_rng(3), corners, noise).std() == pytest.approx(0.4, rel=0.03)


def test_boxes_end_too_low_and_plates_come_out_too_wide_by_one_error_a_vehicle() -> None:
    boxes = np.tile([100.0, 100.0, 300.0, 200.0], (50, 1))
    quiet = DetectorNoise(edge_px=0.0, edge_relative=0.0, plate_px=0.0)
    lower = [float(np.mean(blur_boxes(np.random.default_rng(n), boxes, quiet)[:, 3])) - 200 for n in range(300)]
    assert np.mean(lower) == pytest.approx(0.0139 * 200, rel=0.05)
    assert np.std(lower) == pytest.approx(0.0045 * 200, rel=0.15)
    corners = np.tile([[0.0, 0.0], [60.0, 0.0], [60.0, 13.0], [0.0, 13.0]], (50, 1, 1))
    wider = [np.ptp(blur_plates(np.random.default_rng(n), corners, quiet)[:, :, 0]) - 60 for n in range(300)]
    assert np.mean(wider) == pytest.approx(1.4, rel=0.15)
