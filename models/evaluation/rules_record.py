"""A run of the rules on paper: a table, what to look at again, figures for the bars, JSON, and one scene in full."""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.table import Table

from models.evaluation.bars import Bar, Figures, Part, load_bars
from models.evaluation.record import machine
from models.evaluation.rules import BOOKS, RuleResult, Trouble, judge_vehicle
from models.evaluation.scores import wilson
from models.synthesis.tracks import TrackCase, cases_of
from recognition import __version__
from recognition.geometry import box_bottoms_px
from recognition.violations import CATALOGUE

_COLUMNS = (
    "rule", "violating", "found", "shadow only", "recall", "95 %", "innocent", "vehicles", "accused", "own accused",
    "shadow", "ms made", "ms judged", "refused: violators / innocents",
)  # fmt: skip
_SHOWN_PER_NAME = 3
_REASONS_SHOWN = 4
_STEPS_SHOWN = 12


def rule_bars(part: Part = "all") -> tuple[Bar, ...]:
    """Return the bars that every rule must clear on scenes of numbers (``all``) or of pixels (``rendered``)."""
    return tuple(bar for bar in load_bars("rule_bars.toml") if bar.part == part)


def figures(done: Iterable[RuleResult], part: Part = "all") -> Figures:
    """Return the results as plain figures; a rule that is not in the catalogue has none but its scene counts."""
    return {(one.rule, part): _plain(one) for one in done}


def table(done: Iterable[RuleResult]) -> Table:
    """Return one line per rule."""
    lines = Table(box=None, pad_edge=False)
    for number, column in enumerate(_COLUMNS):
        lines.add_column(column, justify="right" if 0 < number < len(_COLUMNS) - 1 else "left")
    for one in done:
        lines.add_row(one.rule, *_cells(one))
    return lines


def troubles(done: Iterable[RuleResult]) -> Iterator[str]:
    """Tell which scenes to look at again: a count per name, and a few seeds of each."""
    for one in done:
        if one.is_in_catalogue:
            yield from _told(f"{one.rule} accuses innocents", one.accusations)
            yield from _told(f"{one.rule} misses", one.misses)


def as_json(done: Sequence[RuleResult], *, seed: int, scenes: str = "own") -> str:
    """Return the whole run."""
    whole = {
        "seed": seed,
        "scenes": scenes,
        "machine": machine(),
        "code": __version__,
        "rules": [_record(one) for one in done],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def replay(name: str, seed: int, book: str = "own") -> str:
    """Tell one scene again in full: who is there, where the product sees them, and what the catalogue says.

    Raises:
        KeyError: no scene has that name.
    """
    scene = BOOKS[book].scene_of(name, seed)
    lines = [f"{seed}/{name} at {scene.place.name}, {scene.duration_s:.1f} s, {scene.fps:g} frames/s"]
    lines += [f"  {part}" for part in (*scene.faults, *scene.switches, *scene.signals, *scene.people)]
    lines.append(f"  {scene.circumstances}")
    for case in cases_of(scene):
        lines += [f"{scene.vehicle(case.vehicle_id)}", *_case_lines(case)]
    return "\n".join(lines)


def _case_lines(case: TrackCase) -> Iterator[str]:
    samples, plane = case.case.samples, case.case.plane
    bottoms = box_bottoms_px(samples)
    is_on_road = plane.is_on_road(bottoms)
    for index in range(0, len(samples), max(1, len(samples) // _STEPS_SHOWN)):
        place = plane.to_road(bottoms[index : index + 1])[0] if is_on_road[index] else None
        where = "above the horizon" if place is None else f"x {place[0]:+6.2f} m, y {place[1]:6.2f} m"
        box = ", ".join(f"{edge:.0f}" for edge in samples[index].box_px)
        yield f"    {samples[index].pts_s:7.2f} s  frame {samples[index].frame_sequence:4d}  box {box:24s} {where}"
    for head, seen in case.case.signals.items():
        yield from (f"    {head}: {phase.aspect} from {phase.from_earliest_s:.2f} s" for phase in seen.phases)
    yield f"    speed {case.case.speed}" if case.case.speed else "    no speed"
    verdict = judge_vehicle(case, CATALOGUE)
    yield f"    truth {sorted(case.truth)}, not scored {sorted(case.may)}"
    yield f"    accused {list(verdict.accused)}, shadow {list(verdict.shadowed)}, refused {list(verdict.refused)}"
    if verdict.raised:
        yield f"    raised {list(verdict.raised)}"


def _plain(one: RuleResult) -> dict[str, float | None]:
    counts: dict[str, float | None] = {"violating": one.violating, "innocent": one.innocent}
    counts["scenes"] = one.violating + one.innocent
    if not one.is_in_catalogue:
        return counts
    return counts | {
        "recall": one.found / one.violating if one.violating else None,
        "accused": one.accused,
        "own_innocents_accused": one.own_innocents_accused,
        "raised": one.raised,
    }


def _cells(one: RuleResult) -> list[str]:
    counts = [str(one.innocent), str(one.innocent_vehicles)]
    times = [f"{one.ms_made:.2f}", f"{one.ms_judged:.2f}"]
    if not one.is_in_catalogue:
        by_others = str(one.own_innocents_accused)
        return [str(one.violating), "-", "-", "-", "-", *counts, "-", by_others, "-", *times, "not in the catalogue"]
    low, high = wilson(one.found, one.violating)
    return [
        str(one.violating),
        str(one.found),
        str(one.found_shadow_only),
        f"{100 * one.found / one.violating:.1f}" if one.violating else "-",
        f"{100 * low:.1f}-{100 * high:.1f}",
        *counts,
        str(one.accused),
        str(one.own_innocents_accused),
        str(one.shadowed),
        *times,
        f"{_listed(one.refusals_of_violators)} / {_listed(one.refusals_of_innocents)}"
        + (f"; raised {one.raised} times" if one.raised else ""),
    ]


def _listed(reasons: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in reasons.most_common(_REASONS_SHOWN)) or "-"


def _told(title: str, found: Sequence[Trouble]) -> Iterator[str]:
    by_name: dict[str, list[Trouble]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    for name, some in sorted(by_name.items(), key=lambda item: -len(item[1])):
        shown = "; ".join(str(one) for one in some[:_SHOWN_PER_NAME])
        yield f"{title}: {name} x{len(some)}: {shown}"


def _record(one: RuleResult) -> dict[str, Any]:
    low, high = wilson(one.found, one.violating)
    plain = dataclasses.asdict(
        dataclasses.replace(one, refusals_of_violators=Counter(), refusals_of_innocents=Counter())
    )
    return plain | {
        "recall_interval": [low, high],
        "refusals_of_violators": dict(one.refusals_of_violators),
        "refusals_of_innocents": dict(one.refusals_of_innocents),
    }
