"""Figures of measured speeds: each bar falls when its fault is there."""

import pytest

from models.evaluation.bars import check, load_bars
from models.evaluation.speed import Pass, SpeedFigures, figures_of, simulate
from models.synthesis.scenes.speed_run import speed_run
from recognition.contracts import Measurement


def measured(value: float, bound: float = 0.5, *, reason: str | None = None, method: str = "plate") -> Measurement:
    return Measurement(
        quantity="speed",
        value=value,
        unit="km/h",
        expanded_uncertainty=bound,
        is_valid=reason is None,
        invalid_reason=reason,
        method=method,
    )


def good_passes(count: int = 10_000) -> list[Pass]:
    """Of twenty passes one lies outside of its interval."""
    return [Pass(80.0, measured(80.0 + (0.6 if n % 20 == 0 else 0.05 * (-1) ** n))) for n in range(count)]


def short(figures: SpeedFigures, name: str = "simulated") -> set[str]:
    lines = check(load_bars("speed_bars.toml"), {(name, "all"): figures.measured()})
    return {line.name.removeprefix(f"{name} ") for line in lines if not line.is_ok}


def test_good_passes_clear_every_bar() -> None:
    assert short(figures_of(good_passes())) == set()


def test_too_few_passes_fall_short() -> None:
    assert short(figures_of(good_passes(100))) == {"passes"}


def test_a_timid_interval_falls_short() -> None:
    assert short(figures_of([Pass(80.0, measured(80.0)) for _ in range(10_000)])) == {"covered"}


def test_a_boastful_interval_falls_short() -> None:
    passes = [Pass(80.0, measured(80.0 + 0.4 * (-1) ** n, bound=0.3)) for n in range(10_000)]
    assert "covered" in short(figures_of(passes))


def test_a_biased_device_falls_short() -> None:
    assert "bias_abs_kmh" in short(figures_of([Pass(80.0, measured(80.2)) for _ in range(10_000)]))


@pytest.mark.parametrize(("true_kmh", "value"), [(80.0, 81.2), (200.0, 202.5)])
def test_one_error_beyond_a_kilometre_or_a_percent_falls_short(true_kmh: float, value: float) -> None:
    figures = figures_of([*good_passes(), Pass(true_kmh, measured(value))])
    assert short(figures) == {"beyond_tight"}
    assert figures.beyond_legal == 0


def test_one_error_beyond_the_law_falls_short() -> None:
    assert short(figures_of([*good_passes(), Pass(80.0, measured(83.5))])) == {"beyond_tight", "beyond_legal"}


def test_a_speed_nobody_stands_by_is_no_error_but_counts_as_not_enforceable() -> None:
    odd = [
        Pass(80.0, measured(95.0, reason="disagreement")),
        Pass(80.0, measured(95.0, bound=20.0)),
        Pass(80.0, measured(95.0, method="box_bottom")),
        Pass(80.0, None),
    ]
    figures = figures_of([*good_passes(), *odd])
    assert figures.beyond_legal == 0
    assert figures.outcomes == {
        "enforceable": 10_000,
        "disagreement": 1,
        "uncertainty_over_half_limit": 1,
        "contact_point_unknown": 1,
        "no_measurement": 1,
    }


def test_few_valid_passes_on_pixels_fall_short() -> None:
    passes = [Pass(80.0, measured(80.1)) for _ in range(8)] + [Pass(80.0, None)] * 2
    assert short(figures_of(passes), "rendered") == {"enforceable_share"}


def test_simulation_does_not_depend_on_how_it_is_cut() -> None:
    assert simulate(5, 4) == simulate(5, 4)
    assert simulate(5, 4) != simulate(6, 4)


def test_vehicles_of_a_speed_run_never_meet_in_a_lane() -> None:
    scenario = speed_run(3, 12)
    assert len(scenario.vehicles) == 12
    for lane in ("lane-1", "lane-2"):
        times = [vehicle.passes_s for vehicle in scenario.vehicles if vehicle.lane == lane]
        assert times == sorted(times)
    assert speed_run(3, 12) == scenario
