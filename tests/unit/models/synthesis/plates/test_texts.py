import numpy as np
import pytest

from models.synthesis.plates import choose_text
from models.synthesis.plates.texts import COUNTRY_WEIGHTS
from recognition.plates import load_grammars

KINDS = sorted({(one.plate_region, layout.plate_type) for one in load_grammars() for layout in one.layouts})


@pytest.mark.parametrize(("country", "kind"), KINDS)
def test_a_made_up_text_is_one_its_country_issues(country: str, kind: str) -> None:
    rng = np.random.default_rng(7)
    grammar = load_grammars((country,))[0]
    for _ in range(10):
        made = choose_text(rng, country, kind)
        assert (made.country, made.layout.plate_type) == (country, kind)
        assert made.layout in grammar.layouts
        assert made.layout.fits(made.text)
        assert grammar.allows(made.text)
        assert "".join(group for row in made.rows for group in row) == made.text
        assert all(group for row in made.rows for group in row)


@pytest.mark.parametrize(("country", "kind"), KINDS)
def test_there_are_as_many_rows_as_the_layout_has(country: str, kind: str) -> None:
    made = choose_text(np.random.default_rng(3), country, kind)
    assert len(made.rows) == (1 if made.layout.row_at is None else 2)
    if made.layout.row_at is not None:
        assert "".join(made.rows[0]) == made.text[: made.layout.row_at]


def test_the_same_state_of_chance_gives_the_same_text() -> None:
    first, second = (np.random.default_rng(11) for _ in range(2))
    assert [choose_text(first) for _ in range(30)] == [choose_text(second) for _ in range(30)]


def test_countries_come_as_often_as_they_are_weighted() -> None:
    rng = np.random.default_rng(5)
    seen = [choose_text(rng).country for _ in range(600)]
    assert abs(seen.count("ru") / 600 - COUNTRY_WEIGHTS["ru"]) < 0.07
    assert len(set(seen)) > 12


def test_most_region_codes_are_known_ones() -> None:
    rng, grammar = np.random.default_rng(2), load_grammars(("ru",))[0]
    codes = [
        made.text[slice(*made.layout.code_at)]
        for made in (choose_text(rng, "ru", "1") for _ in range(200))
        if made.layout.code_at
    ]
    assert 0.7 < sum(code in grammar.codes for code in codes) / len(codes) < 1


@pytest.mark.parametrize(("country", "kind"), [("zz", None), ("ru", "zz")])
def test_an_unknown_country_or_type_is_said(country: str, kind: str | None) -> None:
    with pytest.raises(KeyError, match="zz"):
        choose_text(np.random.default_rng(1), country, kind)
