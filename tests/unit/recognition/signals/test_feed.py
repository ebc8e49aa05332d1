"""A timeline as the controller tells it, and what stands where pixels and controller meet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import RecognitionError
from recognition.signals import Aspect, Phase, Report, SignalTimeline, reconcile, timeline_from_feed

RED, AMBER, GREEN, UNKNOWN = Aspect.RED, Aspect.AMBER, Aspect.GREEN, Aspect.UNKNOWN


def feed(*reports: tuple[float, Aspect], bound_s: float = 0.05, heartbeat_s: float = 2.0) -> SignalTimeline:
    return timeline_from_feed("h", [Report(*one, bound_s) for one in reports], heartbeat_s=heartbeat_s)


def sure(*phases: tuple[Aspect, float, float]) -> SignalTimeline:
    """A timeline of exact changes."""
    return SignalTimeline("h", tuple(Phase(aspect, a, a, b, b) for aspect, a, b in phases))


def refusal(*reports: Report, heartbeat_s: float = 2.0) -> RecognitionError:
    with pytest.raises(RecognitionError) as caught:
        timeline_from_feed("h", reports, heartbeat_s=heartbeat_s)
    assert caught.value.hint
    return caught.value


def test_reports_make_phases_and_changes_lie_between_them() -> None:
    timeline = feed((0.0, GREEN), (1.0, GREEN), (2.0, AMBER), (3.0, AMBER), (5.0, RED), (6.0, RED))
    assert [phase.aspect for phase in timeline.phases] == [GREEN, AMBER, RED]
    red = timeline.phases[2]
    assert (red.from_earliest_s, red.from_latest_s) == (3.0 - 0.05, 5.0 + 0.05)
    since = timeline.red_since(5.5)
    assert since is not None
    assert (since.at_least_ms, since.at_most_ms) == pytest.approx((450.0, 2550.0))
    assert timeline.aspect_at(0.02) is UNKNOWN
    assert timeline.aspect_at(0.5) is GREEN
    assert timeline.aspect_at(5.96) is UNKNOWN


def test_silence_longer_than_the_heartbeat_is_unknown_exactly_as_long_is_not() -> None:
    assert [p.aspect for p in feed((0.0, RED), (2.0, RED), (4.0, RED)).phases] == [RED]
    timeline = feed((0.0, GREEN), (1.0, GREEN), (3.5, RED), (4.5, RED))
    assert [phase.aspect for phase in timeline.phases] == [GREEN, UNKNOWN, RED]
    assert timeline.aspect_at(2.0) is UNKNOWN
    since = timeline.red_since(4.4)
    assert since is not None
    assert since.at_most_ms is None
    assert since.at_least_ms == pytest.approx(850.0)
    assert [p.aspect for p in feed((0.0, RED), (9.0, RED)).phases] == [RED, UNKNOWN, RED]


def test_a_controller_that_does_not_know_is_not_asked_twice() -> None:
    assert [p.aspect for p in feed((0.0, RED), (1.0, UNKNOWN), (2.0, RED)).phases] == [RED, UNKNOWN, RED]


def test_no_report_and_one_report_claim_nothing() -> None:
    assert feed().phases == ()
    assert feed((1.0, RED)).aspect_at(1.0) is UNKNOWN
    assert feed((1.0, RED), bound_s=0.0).aspect_at(1.0) is RED


def test_what_cannot_be_is_refused() -> None:
    assert refusal(Report(2.0, RED, 0.1), Report(1.0, RED, 0.1)).code == "signals.feed_out_of_order"
    assert refusal(Report(2.0, RED, 0.1), Report(2.0, RED, 0.1)).code == "signals.feed_doubled"
    assert refusal(Report(2.0, RED, 0.1), Report(2.0, GREEN, 0.1)).code == "signals.feed_contradiction"
    assert refusal(Report(2.0, RED, -0.1)).code == "signals.feed_bound"
    assert refusal(Report(float("nan"), RED, 0.1)).code == "signals.feed_bound"
    assert refusal(Report(1.0, RED, float("inf"))).code == "signals.feed_bound"
    assert refusal(heartbeat_s=0.0).code == "signals.feed_heartbeat"


@given(
    steps=st.lists(st.tuples(st.floats(0.01, 3.0), st.sampled_from(list(Aspect)), st.floats(0, 1.0)), max_size=12),
)
def test_any_reports_in_order_make_a_timeline_that_claims_only_what_was_reported(
    steps: list[tuple[float, Aspect, float]],
) -> None:
    reports, now_s = [], 0.0
    for step_s, aspect, bound_s in steps:
        now_s += step_s
        reports.append(Report(now_s, aspect, bound_s))
    timeline = timeline_from_feed("h", reports, heartbeat_s=2.0)
    for one, other in pairwise(reports):
        middle = timeline.aspect_at((one.moment_s + other.moment_s) / 2)
        is_told = one.aspect is other.aspect and other.moment_s - one.moment_s <= 2.0
        assert middle in ((one.aspect, UNKNOWN) if is_told else (UNKNOWN,)) or one.bound_s + other.bound_s > 0
        if other.moment_s - one.moment_s > 2.0 and one.bound_s + other.bound_s < 1.0:
            assert middle is UNKNOWN


def test_both_agree() -> None:
    one = sure((GREEN, 0.0, 5.0), (AMBER, 5.0, 8.0), (RED, 8.0, 20.0))
    assert reconcile(one, one) == one


def test_changes_within_their_bounds_agree_and_the_doubt_is_that_of_both() -> None:
    pixels = SignalTimeline("h", (Phase(AMBER, 0.0, 0.0, 5.0, 5.2), Phase(RED, 5.0, 5.2, 9.0, 9.0)))
    told = SignalTimeline("h", (Phase(AMBER, 0.0, 0.0, 5.1, 5.6), Phase(RED, 5.1, 5.6, 9.0, 9.0)))
    both = reconcile(pixels, told)
    assert [phase.aspect for phase in both.phases] == [AMBER, RED]
    assert (both.phases[1].from_earliest_s, both.phases[1].from_latest_s) == (5.0, 5.6)


def test_disagreement_beyond_the_bounds_is_unknown_as_long_as_it_lasts() -> None:
    pixels = sure((GREEN, 0.0, 5.0), (RED, 5.0, 20.0))
    told = sure((GREEN, 0.0, 7.0), (RED, 7.0, 20.0))
    both = reconcile(pixels, told)
    assert [phase.aspect for phase in both.phases] == [GREEN, UNKNOWN, RED]
    assert both.aspect_at(6.0) is UNKNOWN
    since = both.red_since(10.0)
    assert since is not None
    assert (since.at_least_ms, since.at_most_ms) == (3000.0, None)
    assert reconcile(told, pixels) == both


def test_where_only_one_knows_it_stands_alone_and_red_goes_on() -> None:
    pixels = sure((AMBER, 0.0, 5.0), (RED, 5.0, 10.0), (UNKNOWN, 10.0, 12.0), (RED, 12.0, 20.0))
    told = feed(*((moment, RED) for moment in (6.5, 8.0, 9.5, 11.0, 12.5, 14.0)))
    both = reconcile(pixels, told)
    assert [phase.aspect for phase in both.phases] == [AMBER, RED]
    since = both.red_since(19.0)
    assert since is not None
    assert (since.at_least_ms, since.at_most_ms) == (14000.0, 14000.0)
    assert reconcile(pixels, feed()).phases[1].aspect is RED


def test_where_neither_knows_nothing_is_joined() -> None:
    pixels = sure((GREEN, 0.0, 5.0), (UNKNOWN, 5.0, 9.0), (RED, 9.0, 20.0))
    assert [phase.aspect for phase in reconcile(pixels, feed()).phases] == [GREEN, UNKNOWN, RED]


def test_red_is_not_red_and_amber() -> None:
    both = reconcile(sure((RED, 0.0, 9.0)), sure((RED, 0.0, 3.0), (Aspect.RED_AMBER, 3.0, 6.0), (RED, 6.0, 9.0)))
    assert [phase.aspect for phase in both.phases] == [RED, UNKNOWN, RED]


def test_two_heads_are_not_reconciled() -> None:
    with pytest.raises(RecognitionError) as caught:
        reconcile(sure((RED, 0.0, 1.0)), SignalTimeline("other", ()))
    assert caught.value.code == "signals.other_head"


_TIMELINES = st.lists(
    st.tuples(st.sampled_from(list(Aspect)), st.floats(0.0, 0.4), st.floats(0.5, 3.0)), max_size=8
).map(
    lambda steps: feed(
        *((sum(step for *_, step in steps[: i + 1]), aspect) for i, (aspect, _, _) in enumerate(steps)), bound_s=0.1
    )
)


@given(pixels=_TIMELINES, told=_TIMELINES)
def test_nothing_is_claimed_that_either_denies(pixels: SignalTimeline, told: SignalTimeline) -> None:
    both = reconcile(pixels, told)
    assert both == reconcile(told, pixels)
    for i in range(600):
        moment_s = i * 0.05 + 0.0123
        claims = {one.aspect_at(moment_s) for one in (pixels, told)} - {UNKNOWN}
        claimed = both.aspect_at(moment_s)
        assert claimed is UNKNOWN or claims == {claimed}
