import re
from fnmatch import translate

from hypothesis import given
from hypothesis import strategies as st

from fines_api.search.dictionary.tokens import (
    GLYPHS,
    LONGEST,
    Pattern,
    TokenKind,
    part,
    pattern_of,
    token,
    tokens_of,
)

FEW = "A1B"
"""So few glyphs that a drawn pattern often fits a drawn plate."""
plates = st.text(st.sampled_from(FEW), min_size=2, max_size=LONGEST)
patterns = st.text(st.sampled_from(FEW + "?*"), min_size=1, max_size=LONGEST + 4)


def fits_by_brute_force(pattern: str, plate: str) -> bool:
    """An oracle that knows nothing of tokens: shell patterns of the standard library."""
    return re.match(translate(pattern), plate) is not None


@given(patterns, plates)
def test_a_pattern_fits_what_the_oracle_says(pattern: str, plate: str) -> None:
    found = pattern_of(pattern)
    assert found is not None
    assert found.fits(plate) == fits_by_brute_force(pattern, plate)


@given(patterns, plates)
def test_every_plate_that_fits_has_all_tokens_of_the_pattern(pattern: str, plate: str) -> None:
    found = pattern_of(pattern)
    assert found is not None
    if fits_by_brute_force(pattern, plate):
        assert set(found.tokens) <= set(tokens_of(plate))


@given(plates, st.data())
def test_every_part_and_every_masked_plate_is_found(plate: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(plate) - 1))
    end = data.draw(st.integers(start + 1, len(plate)))
    inside = part(plate[start:end])
    assert inside is not None
    assert inside.fits(plate)
    assert set(inside.tokens) <= set(tokens_of(plate))
    hidden = data.draw(st.sets(st.integers(0, len(plate) - 1)))
    masked = Pattern("".join("?" if at in hidden else mark for at, mark in enumerate(plate)))
    assert masked.fits(plate)
    assert set(masked.tokens) <= set(tokens_of(plate))


@given(st.text(st.sampled_from(GLYPHS), min_size=2, max_size=LONGEST), st.text(st.sampled_from(GLYPHS), min_size=5))
def test_tokens_tell_plates_apart(plate: str, other: str) -> None:
    other = other[:LONGEST]
    assert (set(tokens_of(plate)) == set(tokens_of(other))) == (plate == other)


def test_tokens_fit_an_integer_and_never_collide() -> None:
    whole = {
        token(kind, place, marks)
        for kind, place in (
            (TokenKind.SINGLE_AT, 11),
            (TokenKind.PAIR_AT, 11),
            (TokenKind.PAIR, 0),
            (TokenKind.TRIGRAM, 0),
        )
        for marks in ("0", "00", "000", "Z", "ZZ", "ZZZ")
    }
    assert len(whole) == 4 * 6
    assert max(whole) < 2**31


def test_a_pattern_asks_for_pairs_where_places_are_known_and_for_parts_where_not() -> None:
    pair, single = TokenKind.PAIR_AT, TokenKind.SINGLE_AT
    wanted = Pattern("A1?3BC*").tokens
    assert token(pair, 0, "A1") in wanted
    assert token(pair, 3, "3B") in wanted
    assert token(TokenKind.TRIGRAM, 0, "3BC") in wanted
    assert token(single, 0, "A") not in wanted
    assert not any(number >> 20 == TokenKind.LENGTH for number in wanted)
    assert token(TokenKind.LENGTH, 8, "") in Pattern("A?23?C77").tokens
    assert Pattern("*A*B*C*").tokens == []
    assert pattern_of("A%") is None
    assert pattern_of("Ж12") is None
