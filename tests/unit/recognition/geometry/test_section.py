"""Mean speed over a section and what it is uncertain by."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import ClockQuality, ClockSource, Measurement, Section
from recognition.geometry.section import measure_section

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def measure(
    length_m: float = 1000.0,
    sigma_m: float = 1.0,
    took_s: float = 36.0,
    bounds_ms: tuple[float | None, float | None] = (50.0, 50.0),
) -> Measurement:
    entry, exit_ = (ClockQuality(source=ClockSource.RTCP, bound_ms=bound) for bound in bounds_ms)
    return measure_section(
        Section(section_id="s", from_site="a", to_site="b", length_m=length_m, length_sigma_m=sigma_m, limit_kmh=90),
        entered_at=NOON,
        entry_clock=entry,
        left_at=NOON + timedelta(seconds=took_s),
        exit_clock=exit_,
    )


def test_the_budget_is_that_of_the_guide() -> None:
    """u(v)/v = sqrt((u_d/d)² + (u_t/t)²): 1,000 m ± 1 m and 0.1 s at 100 km/h give 0.30 %."""
    half_ms = 100 * 3**0.5 / 2**0.5
    speed = measure(bounds_ms=(half_ms, half_ms))
    assert speed.value == 100.0
    assert speed.budget["time"] == pytest.approx(100 * 0.1 / 36, rel=1e-3)
    assert speed.budget["length"] == pytest.approx(0.1)
    assert speed.expanded_uncertainty / 2 == pytest.approx(0.295, abs=0.002)
    short = measure(250.0, 1.0, 9.0, (half_ms, half_ms))
    assert short.expanded_uncertainty / 2 == pytest.approx(1.18, abs=0.01)


@pytest.mark.parametrize("bounds_ms", [(None, 10.0), (10.0, None), (None, None)])
def test_a_clock_without_a_bound_measures_nothing(bounds_ms: tuple[float | None, float | None]) -> None:
    speed = measure(bounds_ms=bounds_ms)
    assert (speed.is_valid, speed.invalid_reason) == (False, "clock_unknown")


@pytest.mark.parametrize("took_s", [0.0, -5.0])
def test_time_that_does_not_run_forward_measures_nothing(took_s: float) -> None:
    assert measure(took_s=took_s).invalid_reason == "time_jump"


@given(took_s=st.floats(5, 3600), bound_ms=st.floats(0, 1000), sigma_m=st.floats(0.01, 20))
def test_the_true_speed_lies_within_the_uncertainty_at_the_worst_of_one_source(
    took_s: float, bound_ms: float, sigma_m: float
) -> None:
    speed = measure(took_s=took_s, bounds_ms=(bound_ms, 0.0), sigma_m=sigma_m)
    slowest = 3.6 * 1000 / (took_s + bound_ms / 1000)
    assert speed.value - speed.expanded_uncertainty <= slowest + 1e-3
