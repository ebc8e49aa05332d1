"""Whatever the plan, the flicker, the lost frames: the timeline never contradicts what shone."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.contracts import Lamp, SignalHead
from recognition.signals import Aspect, HeadReading, LampReading, LampState, SignalTimeline, SignalWatch

LIT = {
    Aspect.RED: {Lamp.RED},
    Aspect.RED_AMBER: {Lamp.RED, Lamp.AMBER},
    Aspect.AMBER: {Lamp.AMBER},
    Aspect.GREEN: {Lamp.GREEN},
    Aspect.DARK: set(),
}
HEAD = SignalHead.model_validate(
    {"head_id": "h", "lamps": [{"lamp": lamp, "box_px": (0, i, 1, i + 1)} for i, lamp in enumerate(Lamp)]}
)
EXPOSURE_S = 0.01


@dataclass(frozen=True)
class Plan:
    """What truly shone: each aspect with the moment it began; the last lasts for ever."""

    begins: tuple[tuple[float, Aspect], ...]
    end_s: float

    def aspect_at(self, moment_s: float) -> Aspect:
        return [aspect for begin_s, aspect in self.begins if begin_s <= moment_s or begin_s == 0.0][-1]

    def red_began_s(self, moment_s: float) -> float:
        past = [one for one in self.begins if one[0] <= moment_s]
        while len(past) > 1 and past[-2][1] in (Aspect.RED, Aspect.RED_AMBER):
            past.pop()
        return past[-1][0]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    duration = st.floats(0.35, 2.5)
    round_ = [Aspect.RED]
    if draw(st.booleans()):
        round_.append(Aspect.RED_AMBER)
    round_.append(Aspect.GREEN)
    round_ += [Aspect.DARK, Aspect.GREEN] * draw(st.integers(0, 2))
    round_.append(Aspect.AMBER)
    start = draw(st.integers(0, len(round_) - 1))
    begins, now_s = [], 0.0
    for i in range(draw(st.integers(2, 9))):
        begins.append((now_s, round_[(start + i) % len(round_)]))
        now_s += draw(duration)
    return Plan(tuple(begins), now_s)


@dataclass(frozen=True)
class Camera:
    """How badly the plan is seen: frame rate, share of dark looks of a lit lamp, of lost frames, of hidden spells."""

    frame_s: float
    flicker: float
    lost: float
    hidden: float
    seed: int


CAMERAS = st.builds(
    Camera,
    frame_s=st.sampled_from([0.02, 1 / 30, 0.04, 1 / 15]),
    flicker=st.sampled_from([0.0, 0.2, 0.5]),
    lost=st.sampled_from([0.0, 0.03, 0.3]),
    hidden=st.sampled_from([0.0, 0.01]),
    seed=st.integers(0, 2**32 - 1),
)


def film(plan: Plan, camera: Camera) -> SignalTimeline:
    """Watch a plan: each lamp is looked at within the exposure, is dark in no two frames running while it is on."""
    rng = np.random.default_rng(camera.seed)
    watching = SignalWatch(HEAD, frame_s=camera.frame_s)
    was_dark = dict.fromkeys(Lamp, False)
    hidden_until_s = -1.0
    for i in range(int(plan.end_s / camera.frame_s)):
        pts_s = i * camera.frame_s
        states = {}
        for lamp in Lamp:
            is_on = lamp in LIT[plan.aspect_at(pts_s + rng.uniform(-EXPOSURE_S, EXPOSURE_S))]
            flickers = is_on and not was_dark[lamp] and rng.random() < camera.flicker
            was_dark[lamp] = flickers
            states[lamp] = LampState.LIT if is_on and not flickers else LampState.DARK
        if rng.random() < camera.hidden:
            hidden_until_s = pts_s + rng.uniform(0, 1.5)
        if pts_s < hidden_until_s:
            states = dict.fromkeys(Lamp, LampState.UNKNOWN)
        if rng.random() >= camera.lost:
            watching.feed(pts_s, HeadReading("h", tuple(LampReading(*one, 0.5) for one in states.items())))
    return watching.timeline()


@settings(max_examples=150)
@given(plan=plans(), camera=CAMERAS)
def test_the_timeline_never_contradicts_the_truth(plan: Plan, camera: Camera) -> None:
    timeline = film(plan, camera)
    for moment_s in np.arange(0.0, plan.end_s, 0.007):
        claimed = timeline.aspect_at(float(moment_s))
        assert claimed in (Aspect.UNKNOWN, plan.aspect_at(float(moment_s)))
        since = timeline.red_since(float(moment_s))
        if since is not None:
            true_ms = 1000 * (moment_s - plan.red_began_s(float(moment_s)))
            assert since.at_least_ms <= true_ms + 1e-6
            assert since.at_most_ms is None or since.at_most_ms >= true_ms - 1e-6


@settings(max_examples=60)
@given(plan=plans(), camera=CAMERAS)
def test_two_films_of_one_plan_are_the_same(plan: Plan, camera: Camera) -> None:
    assert film(plan, camera) == film(plan, camera)


@settings(max_examples=60)
@given(plan=plans(), seed=st.integers(0, 2**32 - 1), flicker=st.sampled_from([0.0, 0.5]))
def test_without_losses_every_change_is_found_within_a_quarter_of_a_second(
    plan: Plan, seed: int, flicker: float
) -> None:
    """So that the promise above is not kept by saying nothing."""
    timeline = film(plan, Camera(0.04, flicker, 0.0, 0.0, seed))
    known = [phase for phase in timeline.phases if phase.from_earliest_s > timeline.phases[0].from_earliest_s]
    for begin_s, aspect in plan.begins[1:]:
        if begin_s < plan.end_s - 0.3:
            found = [one for one in known if one.from_earliest_s <= begin_s <= one.from_latest_s]
            assert [one.aspect for one in found] == [aspect]
            assert found[0].from_latest_s - found[0].from_earliest_s < 0.25


@pytest.mark.parametrize("hertz", [99.6, 100.0, 100.3])
def test_mains_at_100_hz_seen_by_a_fast_shutter_never_lies(hertz: float) -> None:
    """A shutter of 1 ms in step with the mains sees a lit lamp dark for long: unknown or dark, never another lamp."""
    plan = Plan(((0.0, Aspect.GREEN), (6.0, Aspect.AMBER), (9.0, Aspect.RED)), 20.0)
    watching = SignalWatch(HEAD, frame_s=0.04)
    for i in range(500):
        pts_s = i * 0.04
        is_light = (pts_s * hertz + 0.35) % 1.0 < 0.6
        lit = LIT[plan.aspect_at(pts_s)] if is_light else set()
        states = {lamp: LampState.LIT if lamp in lit else LampState.DARK for lamp in Lamp}
        watching.feed(pts_s, HeadReading("h", tuple(LampReading(*one, 0.5) for one in states.items())))
    timeline = watching.timeline()
    for moment_s in np.arange(0.0, 19.8, 0.01):
        assert timeline.aspect_at(moment_s) in (Aspect.UNKNOWN, Aspect.DARK, plan.aspect_at(moment_s))
        since = timeline.red_since(moment_s)
        if since is not None:
            assert since.at_least_ms <= 1000 * (moment_s - 9.0)
            assert since.at_most_ms is None or since.at_most_ms >= 1000 * (moment_s - 9.0)
