import itertools
import math

import numpy as np
import pytest

from recognition.plates.ctc import ALPHABET, Steps, glyphs, greedy, likeliest, log_likelihoods, squeeze


def _steps(*marks: dict[str, float]) -> Steps:
    rows = np.zeros((len(marks), 1 + len(ALPHABET)))
    for place, chances in enumerate(marks):
        for mark, chance in chances.items():
            rows[place, 0 if mark == "-" else 1 + ALPHABET.index(mark)] = chance
    return np.asarray(rows + (1 - rows.sum(axis=1, keepdims=True)) / rows.shape[1], np.float64)


def _random(rng: np.random.Generator, length: int, marks: str) -> Steps:
    columns = [0, *(1 + ALPHABET.index(mark) for mark in marks)]
    rows = np.zeros((length, 1 + len(ALPHABET)))
    rows[:, columns] = rng.dirichlet(np.ones(len(columns)), size=length)
    return rows


def _chances_of_all_texts(steps: Steps, marks: str) -> dict[str, float]:
    """Sum the chance of every alignment, one by one."""
    columns = {"-": 0, **{mark: 1 + ALPHABET.index(mark) for mark in marks}}
    chances: dict[str, float] = {}
    for path in itertools.product(columns, repeat=len(steps)):
        chance = math.prod(float(row[columns[mark]]) for row, mark in zip(steps, path, strict=True))
        text = "".join(mark for mark, _ in itertools.groupby(path) if mark != "-")
        chances[text] = chances.get(text, 0.0) + chance
    return chances


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_texts_likelihood_is_the_sum_over_all_its_alignments(seed: int, length: int) -> None:
    steps = _random(np.random.default_rng(seed), length, "A7B")
    chances = _chances_of_all_texts(steps, "A7B")
    texts = sorted(chances)
    assert np.exp(log_likelihoods(steps, texts)) == pytest.approx([chances[text] for text in texts], rel=1e-9)


def test_a_repeated_character_needs_a_blank_between() -> None:
    steps = _steps({"7": 1.0}, {"7": 1.0})
    chances = np.exp(log_likelihoods(steps, ["7", "77"]))
    assert chances == pytest.approx([1.0, 0.0], abs=1e-12)


def test_a_text_longer_than_the_steps_is_impossible_and_no_text_has_no_likelihood() -> None:
    steps = _random(np.random.default_rng(1), 3, "A7")
    assert log_likelihoods(steps, ["A7A7"])[0] < -500
    assert log_likelihoods(steps, []).shape == (0,)


def test_the_empty_text_is_all_blanks() -> None:
    steps = _random(np.random.default_rng(2), 4, "A7")
    assert log_likelihoods(steps, ["", "A"])[0] == pytest.approx(np.log(steps[:, 0]).sum())


@pytest.mark.parametrize("seed", range(12))
def test_the_likeliest_text_is_found_though_no_single_path_is_likeliest(seed: int) -> None:
    steps = _random(np.random.default_rng(100 + seed), 6, "A7B")
    chances = _chances_of_all_texts(steps, "A7B")
    found = likeliest(steps, width=40)
    assert found[0] == max(chances, key=lambda text: chances[text])
    assert [chances[text] for text in found[:3]] == sorted((chances[text] for text in found[:3]), reverse=True)


def test_many_alignments_together_beat_the_one_best_path() -> None:
    steps = _steps({"A": 0.4, "-": 0.6}, {"A": 0.4, "-": 0.6})
    assert greedy(steps) == ""
    assert likeliest(steps)[0] == "A"


@pytest.mark.parametrize("width", [1, 3, 10])
def test_no_more_texts_are_returned_than_asked_for_and_each_once(width: int) -> None:
    found = likeliest(_random(np.random.default_rng(3), 8, "A7B8"), width=width)
    assert len(found) == len(set(found)) <= width


def test_long_blanks_may_be_squeezed_without_changing_what_is_likely() -> None:
    blank = {"-": 0.99995}
    steps = _steps(*[blank] * 9, {"A": 0.9, "-": 0.1}, *[blank] * 12, {"A": 0.65, "4": 0.3}, *[blank] * 7)
    squeezed = squeeze(steps)
    assert len(squeezed) == 5
    texts = ["AA", "A4", "A", ""]
    assert log_likelihoods(squeezed, texts) == pytest.approx(log_likelihoods(steps, texts), abs=0.02)
    assert likeliest(squeezed)[:2] == likeliest(steps)[:2] == ["AA", "A4"]


def test_nothing_at_all_is_squeezed_to_nothing() -> None:
    nothing = np.zeros((0, 1 + len(ALPHABET)))
    assert squeeze(nothing).shape == nothing.shape
    assert glyphs(nothing) == ()
    assert greedy(nothing) == ""


def test_greedy_merges_repeats_and_blanks_part_them() -> None:
    a, b, blank = {"7": 0.9}, {"B": 0.9}, {"-": 0.9}
    assert greedy(_steps(a, a, blank, a, b, b, blank)) == "77B"


def test_glyphs_are_the_peaks_of_ink_with_what_else_they_may_be() -> None:
    blank = {"-": 0.9999}
    seen = glyphs(_steps(blank, {"8": 0.3, "-": 0.7}, {"8": 0.6, "B": 0.3, "-": 0.1}, blank, {"8": 0.9}, {"7": 0.8}))
    assert ["".join(ALPHABET[one.chances.argmax()]) for one in seen] == ["8", "8", "7"]
    assert seen[0].chances[ALPHABET.index("B")] == pytest.approx(0.3)
    assert seen[0].blank == pytest.approx(0.1)


def test_a_faint_glyph_is_kept_with_how_likely_it_is_none() -> None:
    seen = glyphs(_steps({"-": 0.9999}, {"1": 0.06, "-": 0.93}, {"-": 0.9999}))
    assert len(seen) == 1
    assert seen[0].blank == pytest.approx(0.93, abs=0.01)
