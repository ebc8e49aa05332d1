from pathlib import Path

import pytest

from fines_api.cli.bench_search_load import Fleet
from fines_api.cli.bench_search_measure import KINDS, measure

pytestmark = pytest.mark.integration


def test_a_small_month_is_measured_with_row_level_security_on(tmp_path: Path) -> None:
    told: list[str] = []
    (done,) = measure([10_000], tmp_path, 460, 7, told.append, counts=dict.fromkeys(KINDS, 3))
    assert done.figures["is_other_region_blind"] == 1
    assert done.figures["is_past_of_rank_blind"] == 1
    assert done.figures["plates"]
    for kind in KINDS:
        assert done.figures[f"{kind}_p95_ms"], kind
        assert done.plans[kind], kind
    assert any("rubezh.region" in line for plan in done.plans["exact"] for line in plan)
    assert told


def test_the_same_seed_draws_the_same_vehicles_and_few_pass_often() -> None:
    import numpy as np  # noqa: PLC0415

    fleets = [Fleet.drawn(np.random.default_rng(1), 5000) for _ in range(2)]
    assert fleets[0].texts == fleets[1].texts
    picked = np.bincount(fleets[0].pick(np.random.default_rng(2), 50_000), minlength=5000)
    assert picked[:50].mean() > 5 * picked[-2500:].mean()
