import numpy as np

from models.evaluation.calibrate import fit


def _answers(count: int, weights: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    spread = ((1, 0), (0, 3), (1, 1), (-4, 1), (0, 0.5))
    features = np.column_stack([rng.normal(middle, width, count) for middle, width in spread])
    chance = 1 / (1 + np.exp(-features @ weights))
    return features, (rng.random(count) < chance).astype(np.float64), np.ones(count)


def test_the_map_that_made_the_answers_is_found_again() -> None:
    truth = np.array([-1.0, 0.8, 0.7, -0.3, 0.4])
    features, is_right, worth = _answers(20_000, truth, 1)
    assert np.abs(fit(features, is_right, worth) - truth).max() < 0.15


def test_what_is_promised_is_kept_also_by_few_plates() -> None:
    features, is_right, worth = _answers(300, np.array([0.5, 0.6, 0.5, -0.2, 0.0]), 2)
    chance = 1 / (1 + np.exp(-features @ fit(features, is_right, worth)))
    assert abs(float(chance.mean() - is_right.mean())) < 0.02


def test_a_plate_of_half_the_weight_counts_half() -> None:
    features, is_right, worth = _answers(400, np.array([0.5, 0.6, 0.5, -0.2, 0.0]), 3)
    twice = fit(
        np.vstack([features, features]), np.concatenate([is_right, is_right]), np.concatenate([worth, worth]) / 2
    )
    assert np.allclose(twice, fit(features, is_right, worth))
