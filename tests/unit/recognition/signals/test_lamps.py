"""Lamp states from drawn heads: by day and night, blown out, tiny, noisy, in the sun, under a cast."""

from typing import Any

import numpy as np
import pytest

from recognition.contracts import Lamp, RecognitionError, SignalHead
from recognition.signals import Aspect, LampState, aspect_of, read_lamps

RED, AMBER, GREEN = Lamp.RED, Lamp.AMBER, Lamp.GREEN
SHOWN = {
    Aspect.RED: (RED,),
    Aspect.RED_AMBER: (RED, AMBER),
    Aspect.AMBER: (AMBER,),
    Aspect.GREEN: (GREEN,),
    Aspect.DARK: (),
}
NIGHT = {"scene": 0.03, "light": 1.2}
SCENES: dict[str, dict[str, Any]] = {
    "day": {},
    "lying": {"is_upright": False},
    "dim": {"light": 0.45},
    "4 px": {"size_px": 4},
    "5 px, box off by one": {"size_px": 5, "shift_px": (1.0, 0.0)},
    "4 px, noise": {"size_px": 4, "noise": 8.0},
    "noise": {"noise": 12.0},
    "night": NIGHT,
    "night, blown and blooming": {"scene": 0.03, "light": 9.0, "bloom": 0.08, "size_px": 8},
    "night, blown and blooming, 4 px": {"scene": 0.03, "light": 9.0, "bloom": 0.08, "size_px": 4},
    "day, blown": {"light": 8.0, "bloom": 0.06},
    "warm camera": {"gains": (0.75, 1.0, 1.2)},
    "cold camera": {"gains": (1.25, 1.0, 0.8)},
    "pink camera": {"gains": (1.1, 0.85, 1.15)},
    "green camera": {"gains": (0.85, 1.15, 0.85)},
    "arrows of 7 px": {"arrow": True, "size_px": 7},
    "some sun on the lenses": {"glare": 40.0},
}


@pytest.mark.parametrize("aspect", SHOWN)
@pytest.mark.parametrize("scene", SCENES)
def test_what_the_head_shows_is_read(drawn: Any, scene: str, aspect: Aspect) -> None:
    one = drawn.changed(**SCENES[scene])
    reading = read_lamps(one.frame(*SHOWN[aspect]), one.head)
    assert {lamp for lamp, state in reading.states.items() if state is LampState.LIT} == set(SHOWN[aspect])
    assert reading.aspect is aspect


@pytest.mark.parametrize("seed", range(20))
def test_noise_does_not_change_the_answer(drawn: Any, seed: int) -> None:
    one = drawn.changed(size_px=5, noise=8.0)
    assert read_lamps(one.frame(RED, seed=seed), one.head).aspect is Aspect.RED
    assert read_lamps(one.frame(GREEN, seed=seed), one.head).aspect is Aspect.GREEN


@pytest.mark.parametrize("glare", [60.0, 90.0, 120.0, 150.0, 180.0, 220.0])
@pytest.mark.parametrize("aspect", SHOWN)
def test_low_sun_on_the_lenses_makes_unknown_never_another_aspect(drawn: Any, glare: float, aspect: Aspect) -> None:
    one = drawn.changed(glare=glare)
    reading = read_lamps(one.frame(*SHOWN[aspect]), one.head)
    assert reading.aspect in (aspect, Aspect.UNKNOWN)
    if glare == 220.0:
        assert reading.aspect is Aspect.UNKNOWN


def test_lamps_that_exclude_each_other_are_phantoms_all(drawn: Any) -> None:
    reading = read_lamps(drawn.frame(RED, AMBER, GREEN), drawn.head)
    assert set(reading.states.values()) == {LampState.UNKNOWN}
    assert min(lamp.score for lamp in reading.lamps) > 0.3


@pytest.mark.parametrize("aspect", SHOWN)
@pytest.mark.parametrize("bloom", [0.05, 0.15, 0.4])
@pytest.mark.parametrize("light", [3.0, 12.0, 50.0, 100.0])
@pytest.mark.parametrize("size_px", [4, 8])
def test_no_exposure_however_long_makes_another_aspect(
    drawn: Any, size_px: int, light: float, bloom: float, aspect: Aspect
) -> None:
    """On its way from white to nothing the glow of red passes orange, and that of amber turns red."""
    one = drawn.changed(scene=0.03, light=light, bloom=bloom, size_px=size_px)
    assert read_lamps(one.frame(*SHOWN[aspect]), one.head).aspect in (aspect, Aspect.UNKNOWN)


@pytest.mark.parametrize("aspect", [Aspect.RED, Aspect.AMBER, Aspect.GREEN])
def test_a_lamp_white_beyond_its_box_is_known_by_its_rim(drawn: Any, aspect: Aspect) -> None:
    one = drawn.changed(scene=0.03, light=50.0, bloom=0.15, size_px=4)
    assert read_lamps(one.frame(*SHOWN[aspect]), one.head).aspect is aspect


def test_a_weak_red_beside_amber_is_not_passed_over(drawn: Any) -> None:
    one = drawn.changed(red_light=0.35)
    assert read_lamps(one.frame(RED, AMBER), one.head).aspect in (Aspect.RED_AMBER, Aspect.UNKNOWN)


@pytest.mark.parametrize("colour", [(255, 255, 255), (200, 200, 200), (30, 30, 200), (20, 120, 240), (60, 200, 40)])
def test_a_lorry_of_any_colour_is_no_lamp(drawn: Any, colour: tuple[int, int, int]) -> None:
    frame = np.full((*drawn.shape, 3), colour, dtype=np.uint8)
    assert LampState.LIT not in read_lamps(frame, drawn.head).states.values()


@pytest.mark.parametrize("colour", [(30, 30, 200), (20, 120, 240), (60, 200, 40)])
@pytest.mark.parametrize("is_upright", [True, False])
@pytest.mark.parametrize("from_start", [True, False])
def test_a_coloured_bus_that_moves_over_the_head_lights_nothing_else(
    drawn: Any, colour: tuple[int, int, int], is_upright: bool, from_start: bool
) -> None:
    one = drawn.changed(is_upright=is_upright)
    size = one.shape[0 if is_upright else 1]
    for edge in range(0, size + 1, 3):
        frame = one.frame(GREEN)
        covered = slice(0, edge) if from_start else slice(size - edge, size)
        frame[(covered, slice(None)) if is_upright else (slice(None), covered)] = colour
        assert read_lamps(frame, one.head).aspect in (Aspect.GREEN, Aspect.DARK, Aspect.UNKNOWN)


def test_a_white_blown_lens_without_colour_is_unknown(drawn: Any) -> None:
    frame = drawn.frame()
    x0, y0, x1, y1 = (round(edge) for edge in drawn.boxes()[0])
    frame[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2] = 255
    assert read_lamps(frame, drawn.head).states[RED] is LampState.UNKNOWN


def test_a_head_with_one_box_is_read_against_its_housing(drawn: Any) -> None:
    one = drawn.changed(lamps=(RED,))
    assert read_lamps(one.frame(RED), one.head).aspect is Aspect.RED
    assert read_lamps(one.frame(), one.head).aspect is Aspect.DARK


def test_the_score_is_the_strength_of_colour(drawn: Any) -> None:
    strong, weak = drawn.changed(light=0.9), drawn.changed(light=0.45)
    scores = [read_lamps(one.frame(RED), one.head).lamps[0].score for one in (strong, weak)]
    assert 0.3 < scores[1] < scores[0] - 0.1 < 0.9


def test_the_frame_is_not_written_to_and_the_answer_repeats(drawn: Any) -> None:
    frame = drawn.frame(RED, AMBER)
    frame.flags.writeable = False
    assert read_lamps(frame, drawn.head) == read_lamps(frame, drawn.head)


@pytest.mark.parametrize(
    ("states", "aspect"),
    [
        ({RED: "lit", AMBER: "dark", GREEN: "dark"}, Aspect.RED),
        ({RED: "lit", AMBER: "unknown", GREEN: "dark"}, Aspect.UNKNOWN),
        ({RED: "lit", AMBER: "dark", GREEN: "lit"}, Aspect.UNKNOWN),
        ({AMBER: "lit", GREEN: "lit"}, Aspect.UNKNOWN),
        ({RED: "lit"}, Aspect.RED),
        ({RED: "dark"}, Aspect.DARK),
    ],
)
def test_lamps_make_an_aspect(states: dict[Lamp, str], aspect: Aspect) -> None:
    assert aspect_of({lamp: LampState(state) for lamp, state in states.items()}) is aspect


def test_what_cannot_be_read_is_refused(drawn: Any) -> None:
    frame = drawn.frame(RED)
    for bad, code in (
        (frame[..., 0], "signals.frame"),
        (frame[:20], "signals.outside"),
        (frame / 255, "signals.frame"),
    ):
        with pytest.raises(RecognitionError) as caught:
            read_lamps(bad, drawn.head)
        assert caught.value.code == code
        assert caught.value.hint
    with pytest.raises(RecognitionError) as caught:
        read_lamps(frame, SignalHead(head_id="told", feed="group"))
    assert caught.value.code == "signals.no_lamps"
