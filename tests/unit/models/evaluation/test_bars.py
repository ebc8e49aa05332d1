import pytest
from pydantic import ValidationError

from models.evaluation.bars import Bar, check, load_bars

_EXACT = Bar(set="eu", metric="exact", at_least=0.98)


def test_lines_say_figure_bar_and_verdict() -> None:
    memory = Bar(set="machine", metric="peak_memory_mib", at_most=250, part="all")
    lines = check((_EXACT, memory), {("eu", "held-out"): {"exact": 0.98}, ("machine", "all"): {"peak_memory_mib": 251}})
    assert [str(line) for line in lines] == [
        "eu exact (held-out), 0.98, >= 0.98, ok",
        "machine peak_memory_mib, 251, <= 250, short",
    ]


def test_what_could_not_be_measured_falls_short_and_what_did_not_run_is_not_judged() -> None:
    assert [str(line) for line in check((_EXACT,), {("eu", "all"): {"exact": 1.0}})] == [
        "eu exact (held-out), not measured, >= 0.98, short"
    ]
    assert check((_EXACT,), {("us", "held-out"): {"exact": 0.1}}) == ()


def test_a_bar_for_every_set_is_judged_on_each() -> None:
    bar = Bar(set="*", metric="finder_recall", at_least=0.99)
    figures = {(name, "held-out"): {"finder_recall": 0.99} for name in ("us", "eu", "pooled")}
    assert [line.name for line in check((bar,), figures)] == [  # type: ignore[arg-type]
        "eu finder_recall (held-out)",
        "us finder_recall (held-out)",
    ]


def test_a_bar_has_exactly_one_side() -> None:
    with pytest.raises(ValidationError):
        Bar(set="eu", metric="exact")


def test_the_bars_of_the_project_name_metrics_that_exist() -> None:
    from models.evaluation.scores import Scores  # noqa: PLC0415

    known = {*Scores.__dataclass_fields__, "peak_memory_mib", "vehicle_crop_ms", "weights_mb"}
    assert {bar.metric for bar in load_bars()} <= known
