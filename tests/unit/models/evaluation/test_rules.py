import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from models.evaluation.bars import check
from models.evaluation.rules import RuleResult, judge_scene, run
from models.evaluation.rules_record import as_json, figures, replay, rule_bars, table, troubles
from models.synthesis.tracks import BOOK
from recognition.cli import app
from recognition.contracts import RuleMode
from recognition.violations import CATALOGUE, Finding, Refusal, Rule, RuleInput

Answer = Finding | Refusal | None


def _rule(judge: Callable[[RuleInput], Answer], name: str = "red_light") -> Rule:
    return Rule(name=name, title="", proves=(), gates=(), lowered_to_shadow_by=(), judge=judge)


def _found(case: RuleInput, mode: RuleMode, rule: str) -> Finding:
    return Finding(rule, mode, case.samples[0].captured_at, (0, 1, 2), None)


def _everybody(mode: RuleMode = RuleMode.FINE, rule: str = "red_light") -> Rule:
    return _rule(lambda case: _found(case, mode, rule), rule)


def _one(catalogue: list[Rule], *, violating: int = 8, innocent: int = 20) -> RuleResult:
    return run(["red_light"], violating=violating, innocent=innocent, processes=1, catalogue=catalogue)[0]


def _lines(result: RuleResult) -> dict[str, bool]:
    return {line.name.partition(" ")[2]: line.is_ok for line in check(rule_bars(), figures([result]))}


def test_a_rule_that_accuses_everybody_is_caught() -> None:
    result = _one([_everybody()])
    assert result.found == result.violating == 8
    assert result.accused >= result.innocent == 20
    assert 20 <= result.own_innocents_accused <= result.accused
    assert _lines(result) == {
        "recall": True,
        "accused": False,
        "own_innocents_accused": False,
        "raised": True,
        "violating": False,
        "innocent": False,
    }
    told = "\n".join(troubles([result]))
    assert "red_light accuses innocents: red_light.crosses_at_green" in told
    assert str(result.accusations[0]).split("/")[0].isdecimal()


def test_a_rule_that_accuses_nobody_falls_short() -> None:
    result = _one([_rule(lambda _: None)])
    assert (result.found, result.accused) == (0, 0)
    assert not _lines(result)["recall"]
    assert "red_light misses: " in "\n".join(troubles([result]))


def test_what_is_only_counted_accuses_nobody_and_is_told_apart() -> None:
    result = _one([_everybody(RuleMode.SHADOW)])
    assert (result.found, result.accused) == (0, 0)
    assert result.found_shadow_only == 8
    assert result.shadowed >= 20
    assert result.misses[0].said == "shadow only"


def test_a_warning_is_an_accusation() -> None:
    assert _one([_everybody(RuleMode.WARN)]).accused >= 20


def test_innocents_are_judged_by_every_rule_and_the_accuser_is_named() -> None:
    result = _one([_rule(lambda _: None), _everybody(rule="shoulder")])
    assert result.accused == 0
    assert result.own_innocents_accused >= 20
    assert not _lines(result)["own_innocents_accused"]


def test_what_the_scene_leaves_open_is_not_scored() -> None:
    verdict = judge_scene(BOOK, "innocent", "red_light.crosses_at_amber", 3, [_everybody(rule="stop_line")])
    assert verdict.vehicles[0].accused == ("stop_line",)
    assert verdict.vehicles[0].falsely == ()


def test_refusals_are_counted_by_reason_and_misses_say_why() -> None:
    result = _one([_rule(lambda _: Refusal("red_light", "no_plate"))])
    assert result.refusals_of_violators == {"no_plate": 8}
    assert result.refusals_of_innocents["no_plate"] >= 20
    assert result.misses[0].said == "refused: no_plate"


def test_a_rule_that_fails_is_told_and_accuses_nobody() -> None:
    def fails(case: RuleInput) -> Answer:
        raise ZeroDivisionError(len(case.samples))

    result = _one([_rule(fails)])
    assert result.raised >= 28
    assert not _lines(result)["raised"]
    assert result.misses[0].said.startswith("raised ZeroDivisionError")


def test_a_rule_that_is_not_in_the_catalogue_falls_short() -> None:
    result = _one([_everybody(rule="shoulder")])
    assert not result.is_in_catalogue
    lines = _lines(result)
    assert not any(lines.values())
    console = Console(width=250, record=True, quiet=True)
    with console.capture() as capture:
        console.print(table([result]))
    del capture
    assert not list(troubles([result]))


def test_the_bars_are_cleared_by_a_rule_without_fault_only() -> None:
    flawless = RuleResult("red_light", is_in_catalogue=True, violating=200, found=197, innocent=2000)
    assert all(_lines(flawless).values())
    assert not _lines(replace(flawless, found=195))["recall"]
    assert [str(line) for line in check(rule_bars(), figures([flawless]))][:2] == [
        "red_light recall, 0.985, >= 0.98, ok",
        "red_light accused, 0, <= 0, ok",
    ]


def test_a_run_is_kept_as_json() -> None:
    kept = json.loads(as_json([_one([_rule(lambda _: Refusal("red_light", "no_plate"))])], seed=1))
    rule = kept["rules"][0]
    assert rule["refusals_of_violators"] == {"no_plate": 8}
    assert rule["recall_interval"][0] == 0.0
    assert rule["misses"][0]["name"].startswith("red_light.")


def test_the_same_seed_judges_the_same_and_another_seed_other_scenes() -> None:
    def hits(seed: int) -> tuple[str, ...]:
        picky = _rule(lambda case: _found(case, RuleMode.FINE, "red_light") if len(case.samples) % 2 else None)
        result = run(["red_light"], violating=0, innocent=30, seed=seed, processes=1, catalogue=[picky])[0]
        return tuple(str(one).partition("/")[2] for one in result.accusations)

    assert hits(1) == hits(1)
    assert hits(1) != hits(2)


def test_the_products_own_rules_find_and_spare() -> None:
    result = run(["solid_line"], violating=6, innocent=13, processes=1, catalogue=CATALOGUE)[0]
    assert result.found >= 5
    assert result.raised == 0


def test_a_scene_is_told_again_in_full() -> None:
    told = replay("red_light.runs_red", 7)
    assert told.startswith("7/red_light.runs_red at junction-")
    assert "truth ['red_light'], not scored ['stop_line']" in told
    assert "main: red from" in told


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--replay", "7/solid_line.changes_over"], 0, "truth ['solid_line']"),
        (["--replay", "7/solid_line.flies_over"], 2, "solid_line knows no scene 'flies_over'"),
        (["--replay", "solid_line"], 2, "is not SEED/NAME"),
        (["--rules", "flying"], 2, "no scenes are told for flying"),
        (["--rules", "solid_line", "--violating", "3", "--innocent", "3", "--processes", "1", "--check"], 1, "short"),
    ],
)
def test_the_command(arguments: list[str], code: int, said: str) -> None:
    done = CliRunner().invoke(app, ["bench", "rules", *arguments])
    assert done.exit_code == code, done.output
    assert said in done.output
