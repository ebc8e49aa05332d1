"""The timeline of a watched head: changes with bounds, flicker, gaps, odd orders, memory."""

from collections.abc import Iterable

import pytest

from recognition.contracts import Lamp, RecognitionError, SignalHead
from recognition.signals import (
    Aspect,
    HeadReading,
    LampReading,
    LampState,
    SignalTimeline,
    SignalWatch,
    WatchBounds,
)

FRAME_S = 0.04
LAMPS_OF = {"r": (Lamp.RED,), "m": (Lamp.RED, Lamp.AMBER), "a": (Lamp.AMBER,), "g": (Lamp.GREEN,), "-": ()}
HEAD = SignalHead.model_validate(
    {"head_id": "h", "lamps": [{"lamp": lamp, "box_px": (0, i, 1, i + 1)} for i, lamp in enumerate(Lamp)]}
)
RED_ONLY = SignalHead.model_validate({"head_id": "h", "lamps": [{"lamp": "red", "box_px": (0, 0, 1, 1)}]})


def reading(mark: str, head: SignalHead = HEAD) -> HeadReading:
    """A frame as one letter: r, m (red and amber), a, g, - (nothing lit), ? (hidden)."""
    states = {
        box.lamp: LampState.UNKNOWN if mark == "?" else LampState.LIT if box.lamp in LAMPS_OF[mark] else LampState.DARK
        for box in head.lamps
    }
    return HeadReading(head.head_id, tuple(LampReading(lamp, state, 0.5) for lamp, state in states.items()))


def watch(marks: Iterable[str], head: SignalHead = HEAD, bounds: WatchBounds | None = None) -> SignalTimeline:
    """Feed one frame each 40 ms; a space is a frame that is missing."""
    watching = SignalWatch(head, frame_s=FRAME_S, bounds=bounds)
    for i, mark in enumerate(marks):
        if mark != " ":
            watching.feed(i * FRAME_S, reading(mark, head))
    return watching.timeline()


def aspects(timeline: SignalTimeline) -> list[str]:
    return [phase.aspect.value for phase in timeline.phases]


def edges(timeline: SignalTimeline, index: int) -> tuple[float, float]:
    return timeline.phases[index].from_earliest_s, timeline.phases[index].from_latest_s


def test_a_whole_round_is_followed() -> None:
    timeline = watch("r" * 50 + "m" * 25 + "g" * 50 + "a" * 50 + "r" * 50)
    assert aspects(timeline) == ["red", "red_amber", "green", "amber", "red"]
    for index, change_s in ((1, 2.0), (2, 3.0), (3, 5.0), (4, 7.0)):
        earliest_s, latest_s = edges(timeline, index)
        # True changes lie between the last frame before (one interval earlier) and the first frame after.
        assert change_s - 0.14 <= earliest_s <= change_s - FRAME_S - 0.01
        assert change_s + 0.01 <= latest_s <= change_s + 0.10


def test_the_doubt_of_one_change_is_exactly_what_flicker_and_exposure_leave() -> None:
    """Last amber at 1.96, first red at 2.00: red may shine from 2.00 - 0.08, amber until 1.96 + 0.08, +- 10 ms."""
    timeline = watch("a" * 50 + "r" * 50)
    assert edges(timeline, 1) == pytest.approx((2.00 - 0.08 - 0.01, 1.96 + 0.08 + 0.01))
    since = timeline.red_since(3.0)
    assert since is not None
    assert (since.at_least_ms, since.at_most_ms) == pytest.approx((950.0, 1090.0))


def test_a_red_that_was_on_before_the_record_has_no_known_begin() -> None:
    since = watch("r" * 100).red_since(2.0)
    assert since is not None
    assert since.at_most_ms is None
    assert since.at_least_ms == pytest.approx(2000 - 90, abs=1)


@pytest.mark.parametrize("pattern", ["r-", "rr-", "r-r-rr", "rrrrrrr-"])
def test_flicker_is_no_change(pattern: str) -> None:
    marks = "a" * 50 + (pattern * 60)[:100] + "g" * 50
    timeline = watch(marks)
    assert aspects(timeline) == ["amber", "red", "green"]
    assert edges(timeline, 1)[0] <= 2.0 <= edges(timeline, 1)[1] <= 2.1


def test_red_and_amber_that_flicker_apart_are_still_red_and_amber() -> None:
    assert aspects(watch("r" * 50 + "mrmamram" * 5 + "g" * 50)) == ["red", "red_amber", "green"]


def test_amber_then_red_never_passes_for_red_and_amber() -> None:
    assert "red_amber" not in aspects(watch("g" * 30 + "a" * 50 + "r" * 50))


def test_flashing_green_is_green_and_dark_in_turn() -> None:
    timeline = watch("g" * 40 + ("-" * 12 + "g" * 12) * 3 + "a" * 50 + "r" * 50)
    assert aspects(timeline) == ["green", *["dark", "green"] * 3, "amber", "red"]


@pytest.mark.parametrize("gap", ["?" * 50, " " * 50])
def test_what_was_hidden_or_not_delivered_is_unknown(gap: str) -> None:
    timeline = watch("r" * 50 + gap + "r" * 50)
    assert aspects(timeline) == ["red", "unknown", "red"]
    assert timeline.aspect_at(3.0) is Aspect.UNKNOWN
    since = timeline.red_since(5.5)
    assert since is not None
    assert since.at_most_ms is None
    assert since.at_least_ms < 1500 + 1


@pytest.mark.parametrize("gap", ["?", " ", "? -", "??", "  ", "???", "   "])
def test_a_short_gap_in_red_does_not_end_it(gap: str) -> None:
    timeline = watch("a" * 50 + "r" * 50 + gap + "r" * 50)
    assert aspects(timeline) == ["amber", "red"]
    since = timeline.red_since(5.0)
    assert since is not None
    assert since.at_least_ms > 2900


@pytest.mark.parametrize("gap", ["?", " ", "??", "  "])
def test_a_gap_at_the_change_widens_its_doubt(gap: str) -> None:
    timeline = watch("a" * 50 + gap + "r" * 50)
    assert aspects(timeline) == ["amber", "red"]
    earliest_s, latest_s = edges(timeline, 1)
    assert earliest_s < 1.96
    assert latest_s >= 2.0 + FRAME_S * len(gap)


def test_a_lorry_between_green_and_red_leaves_the_begin_unknown() -> None:
    timeline = watch("g" * 50 + "?" * 80 + "r" * 100)
    assert aspects(timeline) == ["green", "unknown", "red"]
    since = timeline.red_since(9.0)
    assert since is not None
    assert since.at_most_ms is None
    assert since.at_least_ms == pytest.approx(9000 - 5200, abs=150)


def test_green_to_red_without_amber_is_kept_and_doubted_for_the_length_of_an_amber() -> None:
    timeline = watch("g" * 50 + "r" * 125)
    assert aspects(timeline) == ["green", "red"]
    assert edges(timeline, 1) == pytest.approx((1.91, 2.05 + 3.0))
    assert timeline.aspect_at(4.9) is Aspect.UNKNOWN
    assert timeline.aspect_at(5.2) is Aspect.RED
    since = timeline.red_since(6.0)
    assert since is not None
    assert since.at_least_ms == pytest.approx(950)


def test_a_head_without_an_amber_box_may_go_from_green_to_red() -> None:
    head = HEAD.model_copy(update={"lamps": tuple(box for box in HEAD.lamps if box.lamp is not Lamp.AMBER)})
    assert edges(watch("g" * 50 + "r" * 125, head), 1) == pytest.approx((1.91, 2.05))


def test_a_red_shorter_than_the_doubt_is_never_claimed() -> None:
    timeline = watch("g" * 50 + "r" * 25 + "g" * 50)
    assert aspects(timeline) == ["green", "red", "green"]
    assert all(timeline.aspect_at(i / 100) is not Aspect.RED for i in range(500))


def test_a_full_head_dark_beside_red_is_unknown_and_red_does_not_begin_there() -> None:
    """A red in step with the camera's shutter looks dark for seconds; it shone all the same."""
    timeline = watch("a" * 50 + "-" * 50 + "r" * 50)
    assert aspects(timeline) == ["amber", "unknown", "red"]
    since = timeline.red_since(5.5)
    assert since is not None
    assert since.at_most_ms is None


def test_a_head_with_a_red_box_only_is_dark_until_red() -> None:
    timeline = watch("-" * 50 + "r" * 50, RED_ONLY)
    assert aspects(timeline) == ["dark", "red"]
    assert edges(timeline, 1) == pytest.approx((2.00 - 0.08 - 0.01, 2.01))


def test_a_dark_head_is_dark_over_a_lost_frame_and_unknown_over_a_lorry() -> None:
    assert aspects(watch("-" * 50 + " " + "-" * 50, RED_ONLY)) == ["dark"]
    timeline = watch("-" * 50 + "?" * 50 + "-" * 50, RED_ONLY)
    assert aspects(timeline) == ["dark", "unknown", "dark"]
    assert timeline.aspect_at(3.0) is Aspect.UNKNOWN


def test_a_lamp_that_looked_lit_once_was_not_surely_off() -> None:
    timeline = watch("-" * 50 + "r" + "-" * 50, RED_ONLY)
    assert timeline.aspect_at(2.0) is Aspect.UNKNOWN
    assert timeline.aspect_at(1.8) is timeline.aspect_at(2.2) is Aspect.DARK


def test_one_wrong_frame_changes_nothing() -> None:
    assert aspects(watch("g" * 50 + "r" + "g" * 50)) == ["green"]
    assert aspects(watch("r" * 50 + "m" + "r" * 50)) == ["red"]


def test_red_and_green_together_are_unknown() -> None:
    both = {Lamp.RED: LampState.LIT, Lamp.AMBER: LampState.DARK, Lamp.GREEN: LampState.LIT}
    watching = SignalWatch(HEAD, frame_s=FRAME_S)
    for i in range(150):
        frame = HeadReading("h", tuple(LampReading(lamp, state, 0.5) for lamp, state in both.items()))
        watching.feed(i * FRAME_S, frame if 50 <= i < 100 else reading("r"))
    timeline = watching.timeline()
    assert aspects(timeline) == ["red", "unknown", "red"]
    assert timeline.aspect_at(3.0) is Aspect.UNKNOWN


def test_nothing_is_claimed_of_the_newest_moments() -> None:
    timeline = watch("r" * 50)
    assert timeline.phases[-1].to_latest_s == pytest.approx(1.96 - 0.09)
    assert watch("").phases == watch("?" * 20).phases == watch("r").phases == ()


def test_memory_is_bounded_and_old_reds_lose_their_begin() -> None:
    bounds = WatchBounds(memory_s=20.0)
    watching = SignalWatch(HEAD, frame_s=FRAME_S, bounds=bounds)
    round_ = "r" * 40 + "m" * 10 + "g" * 10 + ("-" * 10 + "g" * 10) * 2 + "a" * 20
    sizes = []
    for i in range(6000):
        watching.feed(i * FRAME_S, reading(round_[i % len(round_)]))
        histories = watching._lamps.values()
        sizes.append(sum(len(one._lit) + len(one._dark) for one in histories))
    assert max(sizes[3000:]) == max(sizes[1000:3000]) < 120
    timeline = watching.timeline()
    assert timeline.phases[0].from_earliest_s >= 5999 * FRAME_S - 20.0
    assert watch("a" * 25 + "r" * 1000, bounds=bounds).red_since(40.0).at_most_ms is None  # type: ignore[union-attr]


def test_two_runs_give_identical_timelines_and_asking_changes_nothing() -> None:
    marks = "g" * 33 + "a" * 31 + "r-" * 40 + "?" * 9 + "r" * 30
    first, second = SignalWatch(HEAD, frame_s=FRAME_S), SignalWatch(HEAD, frame_s=FRAME_S)
    for i, mark in enumerate(marks):
        first.feed(i * FRAME_S, reading(mark))
        second.feed(i * FRAME_S, reading(mark))
        second.timeline()
    assert first.timeline() == second.timeline() == second.timeline()


def _refused(*frames: tuple[float, HeadReading]) -> RecognitionError:
    watching = SignalWatch(HEAD, frame_s=FRAME_S)
    for before in frames[:-1]:
        watching.feed(*before)
    with pytest.raises(RecognitionError) as caught:
        watching.feed(*frames[-1])
    return caught.value


def test_what_makes_no_sense_is_refused() -> None:
    assert _refused((1.0, reading("r")), (1.0, reading("r"))).code == "signals.time_backwards"
    assert _refused((float("nan"), reading("r"))).code == "signals.time_backwards"
    assert _refused((0.0, HeadReading("other", ()))).code == "signals.other_head"
    with pytest.raises(RecognitionError) as caught:
        SignalWatch(HEAD, frame_s=0.2)
    assert caught.value.code == "signals.too_slow"
