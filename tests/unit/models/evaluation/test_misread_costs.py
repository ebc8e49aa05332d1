import json
import math
from pathlib import Path

import pytest

import models.evaluation
from models.evaluation.misread_costs import PRIOR, as_toml, chances, gather, measured, prior_of
from models.evaluation.misread_counts import Counts, Exposure, load_counts
from recognition.plates.match_costs import load_confusions

HAND = load_confusions(PRIOR)
COUNTS = Path(models.evaluation.__file__).with_name("confusions.json")
DIGITS = "0123456789"


def counts(misread: dict[str, int], each: int = 1000, code: dict[str, tuple[int, int]] | None = None) -> Counts:
    place = Exposure(DIGITS, "digit", is_edge=False, meant=dict.fromkeys(DIGITS, each), misread=misread)
    return Counts(10 * each, 10 * each, {}, (place,), code or {}, (), {})


def test_a_pair_often_seen_is_cheaper_than_the_hand_set_it_and_one_never_seen_dearer() -> None:
    table = measured(counts({"38": 30, "41": 30}), HAND, HAND.limits.model_copy(update={"most_cost": 12.0}))
    assert table.pairs["3", "8"] < HAND.pairs["3", "8"]
    assert table.pairs["4", "1"] < 0.5
    assert table.pairs["0", "8"] > HAND.pairs["0", "8"]
    assert max(measured(counts({"38": 30}), HAND).pairs.values()) <= HAND.limits.most_cost


def test_the_estimate_is_the_counts_and_so_many_glyphs_of_the_prior() -> None:
    pairs = gather(counts({"38": 30}), HAND, 4.0)
    assert math.isclose(sum(pairs.of[pair] * pairs.prior[pair] for pair in pairs.of), 30)
    found = chances(pairs, 100.0)
    assert math.isclose(found["3", "8"], (30 + 100 * pairs.prior["3", "8"]) / 1100)
    assert math.isclose(found["0", "8"], 100 * pairs.prior["0", "8"] / 1100)


def test_what_the_prior_foretold_makes_it_worth_much() -> None:
    prior = gather(counts({"38": 1000}, each=100_000), HAND, 3.0).prior
    as_foretold = {m + s: round(100_000 * p) for (m, s), p in prior.items()}
    against = {f"{digit}{(digit + 1) % 10}": 100 for digit in range(10)}
    (_, worth), (_, little) = (prior_of(counts(one, 100_000), HAND) for one in (as_foretold, against))
    assert worth > little


def test_places_where_more_is_misread_than_glyphs_tell_are_cheaper() -> None:
    calm = Exposure(DIGITS, "digit", is_edge=False, meant=dict.fromkeys(DIGITS, 10_000), misread={"38": 100})
    wild = Exposure(DIGITS, "code", is_edge=True, meant=dict.fromkeys(DIGITS, 10_000), misread={"38": 300})
    weights = measured(Counts(1, 1, {}, (calm, wild), {}, (), {}), HAND).weights
    assert weights.code < 1 < weights.digit
    assert weights.edge < 1


@pytest.mark.parametrize(("times", "is_cheap"), [(100, True), (0, False)])
def test_a_digit_of_the_code_is_as_dear_as_it_is_seldom_lost(times: int, is_cheap: bool) -> None:
    code = measured(counts({"38": 30}, code={"lost_leading": (times, 2000)}), HAND).code
    assert (code.lost_leading < HAND.code.lost_leading) is is_cheap


def test_the_shipped_table_is_what_the_shipped_counts_say() -> None:
    shipped, done = load_confusions(), load_counts(COUNTS)
    again = measured(done, HAND, shipped.limits)
    assert (again.pairs, again.weights, again.code) == (shipped.pairs, shipped.weights, shipped.code)


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    done = counts({"38": 30, "41": 2}, code={"extra_leading": (5, 1000)})
    table = measured(done, HAND)
    path = tmp_path / "costs.toml"
    path.write_text(as_toml(table, "a test", done), "utf-8")
    again = load_confusions(path)
    assert again.provenance == "measured: a test"
    assert (again.limits, again.weights, again.code, again.pairs) == (
        table.limits, table.weights, table.code, table.pairs,
    )  # fmt: skip


def test_the_counts_say_how_they_were_made() -> None:
    about = json.loads(COUNTS.read_text("utf-8"))["about"]
    assert "seed" in about
