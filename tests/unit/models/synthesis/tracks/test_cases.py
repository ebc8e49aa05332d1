from dataclasses import replace

import numpy as np
import pytest

from models.synthesis.tracks import BOOK, DetectorNoise, cases_of
from models.synthesis.tracks.body import Size
from models.synthesis.tracks.clock import frames_of, timeline
from models.synthesis.tracks.motion import Go, Stand
from models.synthesis.tracks.noise import NO_NOISE
from models.synthesis.tracks.place import RULE_NAMES, surveyed
from models.synthesis.tracks.places import JUNCTION, SPEED
from models.synthesis.tracks.scene import DroppedFrames, IdSwitch, Scene, SignalPlan, TimeJump, Vehicle
from recognition.contracts import RuleMode, VehicleClass
from recognition.geometry.site_checks import check_site
from recognition.signals import Aspect

_CAR = Size(VehicleClass.CAR, 4.4, 1.8, 1.5, 0.25, 0.75, 0.12, 0.5)


def _scene(*vehicles: Vehicle, **more: object) -> Scene:
    one = Vehicle("a", _CAR, (1.75, 22.0), 0.0, (Go(36.0),))
    return Scene("test", 1, SPEED[0], 2.0, vehicles or (one,), fps=25.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", list(BOOK.groups))
def test_the_same_name_and_seed_give_the_same_cases(rule: str) -> None:
    for name in (BOOK.names_of(rule, "violating")[0], BOOK.names_of(rule, "innocent")[0]):
        one, other = (cases_of(BOOK.scene_of(name, 5)) for _ in range(2))
        assert [case.case.samples for case in one] == [case.case.samples for case in other]
        assert [case.case.appearance for case in one] == [case.case.appearance for case in other]
        assert [case.case.samples for case in one] != [case.case.samples for case in cases_of(BOOK.scene_of(name, 6))]


def test_every_rule_has_scenes_and_is_in_force_at_their_sites() -> None:
    assert set(BOOK.groups) == set(RULE_NAMES)
    for rule in BOOK.groups:
        for kind in ("violating", "innocent"):
            for name in BOOK.names_of(rule, kind):
                place = BOOK.scene_of(name, 1).place
                site = surveyed(place, 0).site
                check_site(site, name)
                assert {setting.mode for setting in site.rules.values()} == {RuleMode.FINE}
                assert set(site.rules) == set(RULE_NAMES)


@pytest.mark.parametrize("rule", list(BOOK.groups))
def test_violating_scenes_name_their_rule_and_innocent_ones_nobody_of_their_first_vehicle(rule: str) -> None:
    for name in BOOK.names_of(rule, "violating"):
        case = cases_of(BOOK.scene_of(name, 3))[0]
        assert rule in case.truth
        assert len(case.case.samples) >= 10
    for name in BOOK.names_of(rule, "innocent"):
        scene = BOOK.scene_of(name, 3)
        assert not scene.vehicles[0].truth
        assert cases_of(scene)


def test_without_noise_the_product_finds_the_vehicle_where_it_is() -> None:
    case = cases_of(_scene(noise=NO_NOISE))[0].case
    speed = case.speed
    assert speed is not None
    assert speed.is_valid
    assert speed.value == pytest.approx(36.0, abs=2.0)


def test_frames_are_missed_at_the_rate_given() -> None:
    standing = Vehicle("a", _CAR, (1.75, 32.0), 0.0, (Stand(),))
    scene = replace(_scene(standing), duration_s=80.0, noise=DetectorNoise(miss_rate=0.1))
    assert len(cases_of(scene)[0].case.samples) / 2000 == pytest.approx(0.9, abs=0.03)


def test_time_jumps_and_frames_drop_out() -> None:
    scene = _scene(faults=(TimeJump(1.0, -0.3, wall_too=False), DroppedFrames(1.4, 0.2)))
    frames = frames_of(scene)
    assert len(frames.at_s) == 45
    steps = np.diff(frames.pts_s)
    assert steps.min() == pytest.approx(0.04 - 0.3)
    assert steps.max() == pytest.approx(0.24)
    walls = [(b - a).total_seconds() for a, b in zip(frames.captured_at, frames.captured_at[1:], strict=False)]
    assert min(walls) == pytest.approx(0.04)


def test_an_id_switch_exchanges_the_tracks() -> None:
    one = Vehicle("a", _CAR, (-1.75, 32.0), 0.0, (Stand(),))
    other = Vehicle("b", _CAR, (1.75, 32.0), 0.0, (Stand(),))
    switched = cases_of(_scene(one, other, switches=(IdSwitch("a", "b", 1.0),), noise=NO_NOISE))
    for case, side in zip(switched, (-1, 1), strict=True):
        middles = [(s.box_px[0] + s.box_px[2]) / 2 - 639.5 for s in case.case.samples]
        assert np.sign(middles[0]) == side
        assert np.sign(middles[-1]) == -side


def test_what_hides_a_vehicle_leaves_a_gap() -> None:
    hidden = Vehicle("a", _CAR, (1.75, 32.0), 0.0, (Stand(),), hidden_s=((0.5, 1.0),), to_s=1.5)
    numbers = {s.frame_sequence for s in cases_of(_scene(hidden, noise=NO_NOISE))[0].case.samples}
    assert numbers == {*range(13), *range(26, 38)}


def test_a_change_of_the_signal_lies_between_two_frames() -> None:
    scene = replace(_scene(), place=JUNCTION[0], fps=10.0, duration_s=6.0)
    plan = SignalPlan("main", ((Aspect.GREEN, 1.23), (Aspect.AMBER, 3.0), (Aspect.RED, 60.0)))
    seen = timeline(plan, frames_of(scene))
    green, amber, red = seen.phases
    assert [green.to_earliest_s, green.to_latest_s] == pytest.approx([1.2, 1.3])
    assert [amber.to_earliest_s, amber.to_latest_s] == pytest.approx([4.2, 4.3])
    assert red.to_latest_s == pytest.approx(5.9)
    since = seen.red_since(5.0)
    assert since is not None
    assert since.at_least_ms == pytest.approx(700)


def test_an_unknown_scene_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no scenes are told"):
        BOOK.scene_of("teleporting.fast", 1)
    with pytest.raises(KeyError, match="it knows"):
        BOOK.scene_of("red_light.teleports", 1)
