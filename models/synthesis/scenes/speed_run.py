"""Scenes for measuring speeds on pixels: one vehicle after the other, each at its own constant speed, in any lane."""

from dataclasses import replace

import numpy as np

from models.synthesis.scenes.demo import DEMO, DEMO_SITE
from models.synthesis.scenes.garage import BODIES, COLOURS
from models.synthesis.scenes.scenario import PASS_LINE_M, Scenario, Vehicle
from models.synthesis.scenes.survey import SiteText

SPEED_SITE: SiteText = replace(DEMO_SITE, site_id="speed-run", camera_id="speed-run-camera")
_MODELS = ("bus", "hatchback", "sedan", "suv", "truck")
_LETTERS = "ABEKMHOPCTYX"
_GAP_S = 0.9
"""Between one vehicle's leaving the picture and the next one's coming into the zone of its lane."""
_ENTERS_M = 62.0
_LEAVES_M = 12.0


def speed_run(seed: int, vehicles: int, *, slowest_kmh: float = 25.0, fastest_kmh: float = 160.0) -> Scenario:
    """Return a scene on the demonstration's road with so many vehicles; the same seed gives the same scene."""
    rng = np.random.default_rng(seed)
    free_s = dict.fromkeys(("lane-1", "lane-2"), 0.3)
    passing: list[Vehicle] = []
    for number in range(vehicles):
        lane = min(free_s, key=lambda name: free_s[name])
        speed_kmh = round(float(rng.uniform(slowest_kmh, fastest_kmh)), 1)
        speed_ms = speed_kmh / 3.6
        passes_s = free_s[lane] + (_ENTERS_M - PASS_LINE_M) / speed_ms
        model = str(rng.choice(_MODELS))
        passing.append(
            Vehicle(
                vehicle_id=f"vehicle-{number}",
                model=model,
                colour=str(rng.choice(sorted(COLOURS))),
                plate=_plate(rng),
                lane=lane,
                passes_s=round(passes_s, 3),
                speed_kmh=speed_kmh,
                offset_m=round(float(rng.uniform(-0.3, 0.3)), 2),
            )
        )
        free_s[lane] = passes_s + (PASS_LINE_M - _LEAVES_M + BODIES[model].length_m) / speed_ms + _GAP_S
    return replace(
        DEMO, name=f"speed_run_{seed}", seed=seed, vehicles=tuple(passing), duration_s=round(max(free_s.values()), 2)
    )


def _plate(rng: np.random.Generator) -> str:
    letters = [str(letter) for letter in rng.choice(list(_LETTERS), 3)]
    return f"{letters[0]}{rng.integers(1, 1000):03d}{letters[1]}{letters[2]}{rng.choice([50, 77, 99, 150, 197, 750])}"
