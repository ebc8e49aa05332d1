import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import CharacterRead
from recognition.plates import Hints, characters_of, confusion_cost, decode, load_grammars

ALL = load_grammars()
RU = Hints(home="ru")


def _first(text: str, confidence: float = 0.9, hints: Hints = RU) -> str:
    found = decode(characters_of(text, [confidence] * len(text)), ALL, hints)
    return found[0].plate if found else ""


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("O567AM76", "O567AM76"),
        ("0567AM76", "O567AM76"),
        ("O567AM76RUS", "O567AM76"),
        ("D567AM7G", "O567AM76"),
        ("A8B8BB99", "A888BB99"),
        ("I0567AM76", "O567AM76"),
        ("ETT7KX197", "E777KX197"),
        ("T777TT777", "T777TT777"),
        ("P13ZCP26", "P132CP26"),
        ("N026OC116", "H026OC116"),
    ],
)
def test_position_decides_between_letter_and_digit(seen: str, meant: str) -> None:
    assert _first(seen) == meant


@pytest.mark.parametrize("seen", ["C00D", "AUDI", "PUNTO", "LADANOVO", "KELENGS", "LOTOS", "TOYOTA", "88"])
def test_badges_and_lettering_are_no_plates(seen: str) -> None:
    assert decode(characters_of(seen), ALL, RU) == ()


def test_without_a_home_the_country_is_chosen_by_cost() -> None:
    found = decode(characters_of("RK867AD"), ALL)
    assert (found[0].plate_region, found[0].plate) == ("sk", "RK867AD")


def test_nothing_is_invented_for_a_glyph_that_was_not_seen() -> None:
    found = decode(characters_of("O567AM7"), load_grammars(("ru",)))
    assert all(len(one.plate) <= 7 for one in found)


def test_the_readers_alternatives_are_used_where_the_layout_refuses_the_first() -> None:
    glyphs = list(characters_of("O567AM76"))
    glyphs[4] = CharacterRead(character="4", confidence=0.5, alternatives=(("A", 0.4),))
    assert decode(glyphs, ALL, RU)[0].plate == "O567AM76"


def test_two_digits_are_told_apart_by_the_reader_alone() -> None:
    assert confusion_cost("8", "3") is None
    glyphs = list(characters_of("O567AM76"))
    glyphs[7] = CharacterRead(character="8", confidence=0.6, alternatives=(("6", 0.3),))
    found = decode(glyphs, load_grammars(("ru",)), RU)
    assert found[0].plate == "O567AM78"


def test_the_colour_of_the_ground_chooses_between_taxi_and_trailer() -> None:
    glyphs = characters_of("AA123477", [0.95] * 8)
    yellow = decode(glyphs, load_grammars(("ru",)), Hints(background="yellow"))[0]
    white = decode(glyphs, load_grammars(("ru",)), Hints(background="white"))[0]
    assert (yellow.plate_type, white.plate_type) == ("1b", "2")
    assert yellow.plate == white.plate == "AA123477"


def test_poor_glyphs_give_a_poor_confidence_and_no_look_is_certain() -> None:
    good = decode(characters_of("O567AM76", [1.0] * 8), ALL, RU)[0]
    poor = decode(characters_of("O567AM76", [0.5] * 8), ALL, RU)[0]
    assert poor.confidence < good.confidence <= 0.97


def test_a_near_rival_takes_confidence_away() -> None:
    clear = decode(characters_of("A567AM76", [0.9] * 8), load_grammars(("ru",)))[0]
    torn = decode(characters_of("0567AM76", [0.9] * 8), load_grammars(("ru",)))
    assert torn[0].confidence < clear.confidence
    assert {one.plate for one in torn} >= {"O567AM76", "0567AM76"}


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=14), st.floats(0.05, 1.0))
def test_any_text_is_decoded_the_same_way_twice_and_only_to_texts_that_fit(text: str, confidence: float) -> None:
    glyphs = characters_of(text, [confidence] * len(text))
    first, second = decode(glyphs, ALL, RU), decode(glyphs, ALL, RU)
    assert first == second
    for one in first:
        grammar = next(grammar for grammar in ALL if grammar.plate_region == one.plate_region)
        assert any(layout.fits(one.plate) for layout in grammar.layouts)
        assert 0.0 <= one.confidence <= 0.97
        assert len(one.characters) == len(one.plate)
