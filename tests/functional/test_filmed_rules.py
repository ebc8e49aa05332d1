"""Scenes told in numbers, drawn in pixels and seen by the real networks: who is found, and who is left alone."""

from pathlib import Path

import pytest

from models.evaluation.filmed import FilmJob, jobs_of, judge_film, run
from models.synthesis.filmed import is_filmable
from models.synthesis.tracks import BOOK, Kind


@pytest.mark.parametrize(
    ("kind", "name", "accused"),
    [
        ("violating", "banned_turn.turns_left", {"a": ("banned_turn",)}),
        ("innocent", "red_light.crosses_just_before_red", {"a": ()}),
    ],
)
def test_what_is_drawn_is_judged_by_what_is_seen(kind: Kind, name: str, accused: dict[str, tuple[str, ...]]) -> None:
    rule = name.partition(".")[0]
    verdict = judge_film(FilmJob("own", rule, kind, name, 1))
    assert {one.vehicle_id: one.accused for one in verdict.vehicles} == accused
    assert not any(one.raised for one in verdict.vehicles)


def test_verdicts_are_kept_and_not_made_again(tmp_path: Path) -> None:
    keep, told = tmp_path / "verdicts.jsonl", []
    first = run(["section_speed"], violating=1, innocent=0, seed=3, processes=1, keep=keep, tick=told.append)
    again = run(["section_speed"], violating=1, innocent=0, seed=3, processes=1, keep=keep, tick=told.append)
    assert first == again == tuple(told)
    (line,) = keep.read_text().splitlines()
    assert line.startswith('["own",'), "the same name and seed in another author's book is another scene"


@pytest.mark.parametrize("rule", sorted(BOOK.groups))
def test_every_rule_has_ten_scenes_that_can_be_filmed(rule: str) -> None:
    jobs = jobs_of(rule, violating=6, innocent=4, seed=1)
    assert len(set(jobs)) == 10
    assert all(is_filmable(job.scene()) for job in jobs)
    guilty = [job for job in jobs if job.kind == "violating"]
    assert all(any(rule in one.truth for one in job.scene().vehicles) for job in guilty)
