"""The index against a naive search that knows nothing of hashes, over random lists, changes and questions."""

import functools
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.contracts import PlateKey
from recognition.plates import list_hash, load_grammars
from recognition.plates.list_entry import ListEntry, ListMatch, MatchPolicy
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import load_confusions

COSTS = load_confusions()
KINDS = (("ru", "1"), ("ru", "1b"), ("ru", "4"), ("gb", "standard"), ("us", "standard"), ("zz", "odd"))
_MARKS = {"d": "0138", "l": "BHM", "a": "0O18BI"}
"""Few glyphs, all confused with one another, so that random plates are near each other."""


@functools.cache
def slots(region: str, kind: str, length: int) -> tuple[tuple[frozenset[str], bool], ...]:
    """What may stand in each place, and whether the place is of a region's code; nothing for an unknown length."""
    layouts = [
        layout
        for grammar in load_grammars()
        for layout in grammar.layouts
        if grammar.plate_region == region and layout.series == kind and len(layout.slots) == length
    ]
    return tuple(
        (
            frozenset[str]().union(*(layout.slots[at] for layout in layouts)),
            any(layout.code_at and layout.code_at[0] <= at < layout.code_at[1] for layout in layouts),
        )
        for at in (range(length) if layouts else ())
    )


def weight_at(entry: ListEntry, at: int) -> float | None:
    """The weight of a place of the entry; None where its layout has another glyph there than the country allows."""
    edge = COSTS.weights.edge if at in {0, len(entry.plate) - 1} else 1.0
    places = slots(entry.plate_region, entry.plate_type, len(entry.plate))
    if not places:
        return COSTS.weights.open * edge
    allowed, is_code = places[at]
    if entry.plate[at] not in allowed:
        return None
    kinds = {mark.isdigit() for mark in allowed}
    plain = COSTS.weights.either if len(kinds) == 2 else COSTS.weights.digit if True in kinds else COSTS.weights.letter
    return (COSTS.weights.code if is_code else plain) * edge


def swap_cost(entry: ListEntry, seen: str) -> float | None:
    differing = [at for at in range(len(seen)) if seen[at] != entry.plate[at]]
    costs = []
    for at in differing:
        weight, base = weight_at(entry, at), COSTS.pairs.get((entry.plate[at], seen[at]))
        if weight is None or base is None:
            return None
        costs.append(base * weight)
    if len(costs) == 2 and max(costs) <= COSTS.limits.cheap_most:
        return costs[0] + costs[1]
    return costs[0] if len(costs) == 1 else None


def code_cost(longer: str, shorter: str, start: int, prices: tuple[float, float, float]) -> float | None:
    """The cheapest way to take one digit out of the longer code: first, double of a neighbour, another."""
    costs = []
    for at in range(start, len(longer)):
        if longer[:at] + longer[at + 1 :] == shorter and longer[at].isdigit():
            neighbours = longer[max(at - 1, start) : at] + longer[at + 1 : at + 2]
            first = [prices[0]] * (at == start) + [prices[1]] * (longer[at] in neighbours)
            costs.append(min(first, default=prices[2]))
    return min(costs, default=None)


def code_start(entry: ListEntry, length: int) -> int | None:
    """Where the code of two or three digits begins in texts of both lengths: Russia's alone have such."""
    places = slots(entry.plate_region, entry.plate_type, length)
    if entry.plate_region != "ru" or not places or not slots(entry.plate_region, entry.plate_type, length + 1):
        return None
    return next(at for at, (_, is_code) in enumerate(places) if is_code)


def misread_cost(entry: ListEntry, seen: str) -> float | None:
    if len(seen) == len(entry.plate):
        return swap_cost(entry, seen) if seen != entry.plate else None
    if abs(len(seen) - len(entry.plate)) != 1:
        return None
    start = code_start(entry, min(len(seen), len(entry.plate)))
    if start is None:
        return None
    code = COSTS.code
    if len(seen) < len(entry.plate):
        return code_cost(entry.plate, seen, start, (code.lost_leading, code.lost_doubled, code.lost_other))
    return code_cost(seen, entry.plate, start, (code.extra_leading, code.extra_doubled, code.extra_other))


def naive(entries: list[ListEntry], keys: list[PlateKey], most_cost: float) -> list[tuple[int, float, int, str]]:
    found: list[tuple[int, float, int, str]] = []
    for at, seen in enumerate(keys):
        for entry in entries:
            if (entry.plate_region, entry.plate_type) != (seen.plate_region, seen.plate_type):
                continue
            if entry.plate == seen.plate:
                found.append((at, 0.0, entry.number, "exact"))
            elif entry.policy is MatchPolicy.PARTIAL and len(entry.plate) == len(seen.plate):
                if all(mark in {"?", other} for mark, other in zip(entry.plate, seen.plate, strict=True)):
                    found.append((at, 0.0, entry.number, "partial"))
            elif entry.policy is MatchPolicy.CONFUSABLE:
                cost = misread_cost(entry, seen.plate)
                if cost is not None and cost <= most_cost:
                    found.append((at, cost, entry.number, "confusable"))
    return sorted(found)


def told(matches: tuple[ListMatch, ...]) -> list[tuple[int, float, int, str]]:
    return [(match.seen, match.cost, match.entry, str(match.kind)) for match in matches]


def pool(region: str, kind: str) -> list[str]:
    """Some plates of a kind, all near each other."""
    codes = ("11", "33", "38", "13", "113", "133", "138", "333", "131")
    patterns = {("ru", "1"): "ldddll", ("ru", "1b"): "llddd", ("ru", "4"): "ddddll", ("gb", "standard"): "llddlll"}
    pattern = patterns.get((region, kind), "aaaaaa")
    chance = random.Random(pattern)  # two kinds share their texts
    return [
        "".join(chance.choice(_MARKS[mark]) for mark in pattern) + (chance.choice(codes) if region == "ru" else "")
        for _ in range(40)
    ]


POOLS = {kind: pool(*kind) for kind in KINDS}
marks = st.sampled_from(_MARKS["d"] + _MARKS["l"])


@st.composite
def entries(draw: st.DrawFn) -> ListEntry:
    kind = draw(st.sampled_from(KINDS))
    plate, policy = draw(st.sampled_from(POOLS[kind])), draw(st.sampled_from(MatchPolicy))
    if policy is MatchPolicy.PARTIAL:
        hidden = draw(st.sets(st.integers(0, len(plate) - 1), max_size=min(3, len(plate) - 5)))
        plate = "".join("?" if at in hidden else mark for at, mark in enumerate(plate))
    return ListEntry(draw(st.integers(0, 40)), plate, *kind, policy)


@st.composite
def seen_as(draw: st.DrawFn, entry: ListEntry) -> PlateKey:
    """Draw how the entry's plate may be read: rightly, with glyphs swapped, with a digit lost or one too many."""
    text = "".join(draw(marks) if mark == "?" else mark for mark in entry.plate)
    at = draw(st.integers(0, len(text) - 1))
    match draw(st.sampled_from(("right", "swap", "swap", "two", "lost", "extra"))):
        case "swap":
            text = text[:at] + draw(marks) + text[at + 1 :]
        case "two":
            text = draw(marks) + text[1:at] + draw(marks) + text[at + 1 :]
        case "lost":
            text = text[:-2] + text[-1] if at % 2 else text[:-1]
        case "extra":
            text = text[:-2] + draw(marks) + text[-2:] if at % 2 else text[:-1] + draw(marks) + text[-1]
    return PlateKey(plate=text, plate_region=entry.plate_region, plate_type=entry.plate_type)


lists = st.lists(entries(), max_size=15, unique_by=lambda entry: entry.number)


@dataclass(frozen=True)
class World:
    """A list, its changes (added, removed), and what was seen; most of it is near something listed at some time."""

    start: list[ListEntry]
    steps: list[tuple[list[ListEntry], set[int]]]
    keys: list[PlateKey]
    most_cost: float


@st.composite
def worlds(draw: st.DrawFn) -> World:
    start = draw(lists)
    steps = draw(st.lists(st.tuples(lists, st.sets(st.integers(-3, 43), max_size=8)), max_size=3))
    ever = [*start, *(entry for added, _ in steps for entry in added), draw(entries())]
    keys = [draw(seen_as(draw(st.sampled_from(ever)))) for _ in range(draw(st.integers(0, 12)))]
    keys.append(PlateKey(plate="AB123CD", plate_region="fr", plate_type="standard"))
    return World(start, steps, keys, draw(st.sampled_from((0.0, 0.4, 0.7, 1.0, 2.5))))


def check(world: World) -> None:
    keys, most = world.keys, world.most_cost
    index, holds = ListIndex.of(world.start), {entry.number: entry for entry in world.start}
    for added, removed in world.steps:
        before, was = index, told(index.match(keys, most))
        index = index.with_changes(added, removed)
        assert told(before.match(keys, most)) == was
        holds = {number: entry for number, entry in holds.items() if number not in removed}
        holds |= {entry.number: entry for entry in added}
        assert len(index) == len(holds)
    expected = naive(list(holds.values()), keys, most)
    assert told(index.match(keys, most)) == expected
    assert told(index.exact(keys)) == [match for match in expected if match[3] == "exact"]


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_the_index_finds_what_a_naive_search_finds(world: World) -> None:
    check(world)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_texts_that_share_a_hash_are_told_apart(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_hash, "GLYPH_NUMBERS", list_hash.GLYPH_NUMBERS % np.uint64(3))
        patch.setattr("recognition.plates.list_index.kind_number", lambda *_: 0)
        check(world)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_a_compacted_list_is_the_same_list(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recognition.plates.list_index.MAX_OVERLAY", 10)
        check(world)


def misread(chance: random.Random, text: str) -> str:
    """Read a text with one or two glyphs swapped, or with a digit of its end lost, doubled or added."""
    at = chance.randrange(len(text))
    end = chance.randrange(len(text) - 3, len(text))
    glyph = chance.choice(_MARKS["d"] + _MARKS["l"])
    match chance.choice(("one", "two", "lost", "double", "extra")):
        case "one":
            return text[:at] + glyph + text[at + 1 :]
        case "two":
            return misread(chance, text[:at] + glyph + text[at + 1 :])
        case "lost":
            return text[:end] + text[end + 1 :]
        case "double":
            return text[:end] + text[end] + text[end:]
    return text[:end] + chance.choice(_MARKS["d"]) + text[end:]


@pytest.mark.parametrize("most_cost", [0.7, 1.2, 3.0])
def test_every_misread_of_a_dense_list_is_told_as_a_naive_search_tells_it(most_cost: float) -> None:
    chance = random.Random(most_cost)
    plates = [(text, kind) for kind, texts in POOLS.items() for text in texts]
    dense = [ListEntry(at, text, *kind, MatchPolicy.CONFUSABLE) for at, (text, kind) in enumerate(plates)]
    chosen = [chance.choice(dense) for _ in range(3000)]
    keys = [
        PlateKey(plate=misread(chance, one.plate), plate_region=one.plate_region, plate_type=one.plate_type)
        for one in chosen
    ]
    expected = naive(dense, keys, most_cost)
    assert told(ListIndex.of(dense).match(keys, most_cost)) == expected
    assert len(expected) > 200
