"""Mean speed over a section between two cameras, with its expanded uncertainty.

    v = L / T,  u(v)/v = sqrt((u(L)/L)² + (u(T)/T)²)

L is the shortest way between both lines, as surveyed; T runs from the first sight at one end to the last at the other,
so the way driven in it was longer than L and the speed is the driver's least.  Each clock may be wrong by its bound
either way, evenly (JCGM 100, 4.3.7).
"""

from datetime import datetime
from math import hypot, sqrt

from recognition.contracts import ClockQuality, Measurement, Section

_KMH = 3.6
_COVERAGE = 2.0
_SQRT_3 = sqrt(3)


def measure_section(
    section: Section,
    *,
    entered_at: datetime,
    entry_clock: ClockQuality,
    left_at: datetime,
    exit_clock: ClockQuality,
) -> Measurement:
    """Measure the mean speed between two moments of capture.

    Returns:
        A measurement, valid or with the reason why not: ``time_jump`` (left before entered), ``clock_unknown`` (a clock
        of which nobody knows how far it is off; the value is then given, but nothing is known of its uncertainty).
    """
    took_s = (left_at - entered_at).total_seconds()
    if took_s <= 0:
        return _measurement(0.0, {}, "time_jump")
    speed_kmh = section.length_m / took_s * _KMH
    if entry_clock.bound_ms is None or exit_clock.bound_ms is None:
        return _measurement(speed_kmh, {}, "clock_unknown")
    clocks_s = hypot(entry_clock.bound_ms, exit_clock.bound_ms) / 1000 / _SQRT_3
    budget = {
        "length": speed_kmh * section.length_sigma_m / section.length_m,
        "time": speed_kmh * clocks_s / took_s,
    }
    return _measurement(speed_kmh, budget, None)


def _measurement(speed_kmh: float, budget: dict[str, float], invalid_reason: str | None) -> Measurement:
    return Measurement(
        quantity="mean_speed",
        value=round(speed_kmh, 3),
        unit="km/h",
        expanded_uncertainty=round(_COVERAGE * hypot(*budget.values()), 3),
        coverage_factor=_COVERAGE,
        is_valid=invalid_reason is None,
        invalid_reason=invalid_reason,
        method="section",
        budget={name: round(part, 4) for name, part in budget.items()},
    )
