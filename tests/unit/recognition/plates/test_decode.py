from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.plates import Calibration, Hints, Reading, decode, load_grammars, parse_grammar
from recognition.plates.decode import OPEN_TYPE

ALL = load_grammars()
RU = load_grammars(("ru",))
EXAMPLES = [(one.plate_region, kind, text) for one in ALL for kind, text in one.examples]
BY_MARGIN = Calibration(margin=1.0, likelihood=0.0, nothing=0.0)

MakeReading = Callable[..., Reading]


@pytest.mark.parametrize(
    ("torn", "meant"),
    [
        ({0: {"0": 0.55, "O": 0.40}}, "O567AM76"),
        ({6: {"T": 0.60, "7": 0.35}}, "O567AM76"),
        ({1: {"S": 0.50, "5": 0.45}, 2: {"G": 0.50, "6": 0.40}}, "O567AM76"),
        ({4: {"4": 0.50, "A": 0.40}, 5: {"N": 0.50, "M": 0.40}}, "O567AM76"),
    ],
)
def test_position_decides_between_letter_and_digit_when_the_reader_is_torn(
    make_reading: MakeReading, torn: Mapping[int, Mapping[str, float]], meant: str
) -> None:
    found = decode(make_reading("O567AM76", torn=torn), ALL)
    assert (found[0].plate, found[0].plate_type) == (meant, "1")


def test_an_eight_among_digits_and_a_b_among_letters_are_told_by_their_places(make_reading: MakeReading) -> None:
    torn = {2: {"B": 0.50, "8": 0.45}, 4: {"8": 0.60, "B": 0.35}}
    assert decode(make_reading("A888BB99", torn=torn), ALL)[0].plate == "A888BB99"


def test_one_glyph_for_o_and_zero_is_settled_by_the_layout_however_sure_the_reader_is(
    make_reading: MakeReading,
) -> None:
    best = decode(make_reading("ABCIO34", "br/grey", confidence=0.999), ALL)[0]
    assert best.plate == "ABC1034"


def test_where_no_layout_settles_o_and_zero_the_confidence_says_so(make_reading: MakeReading) -> None:
    alike = decode(make_reading("BIMMIAN", "gb/standard", confidence=0.999), ALL)
    apart = decode(make_reading("BEMMEAN", "gb/standard", confidence=0.999), ALL)
    assert {"BIMM1AN", "B1MMIAN"} <= {one.plate for one in alike}
    assert alike[0].confidence < apart[0].confidence


def test_a_plate_of_somewhere_in_europe_is_settled_by_the_country_whose_layout_it_fits(
    make_reading: MakeReading,
) -> None:
    reading = make_reading("RK019AF", "eu/general", torn={2: {"O": 0.6, "0": 0.38}})
    assert decode(reading, ALL)[0].plate == "RK019AF"


def test_the_reader_is_not_overruled_where_it_is_sure(make_reading: MakeReading) -> None:
    found = decode(make_reading("8567AM76", "ru/1", confidence=0.999), RU)
    assert found[0].plate == "8567AM76"
    assert found[0].plate_type != "1"


@pytest.mark.parametrize("text", ["", "8", "AB", "88"])
def test_a_few_glyphs_are_no_plate(make_reading: MakeReading, text: str) -> None:
    assert decode(make_reading(text), ALL) == ()


@pytest.mark.parametrize("text", ["AUDI", "COOD", "TOYOTA", "LOTOS", "LADANOVO"])
def test_lettering_that_fits_no_layout_is_left_open_and_never_bent_into_a_plate(
    make_reading: MakeReading, text: str
) -> None:
    found = decode(make_reading(text, "ru/1"), RU)
    assert found[0].plate == text
    assert {one.plate_type for one in found if one.plate == text} == {OPEN_TYPE}


def test_a_text_outside_of_every_layout_has_a_layouts_type_only_where_one_is_open(make_reading: MakeReading) -> None:
    for one in decode(make_reading("TOYOTA", "ru/1"), ALL):
        grammar = next(grammar for grammar in ALL if grammar.plate_region == one.plate_region)
        is_fitting = any(layout.fits(one.plate) and layout.plate_type == one.plate_type for layout in grammar.layouts)
        assert is_fitting or one.plate_type == OPEN_TYPE


@pytest.mark.parametrize(("likelier", "other"), [("1b", "2"), ("2", "1b")])
def test_a_text_of_a_taxi_and_a_trailer_stays_both_and_the_kind_says_which_is_first(
    make_reading: MakeReading, likelier: str, other: str
) -> None:
    found = decode(make_reading("AA000777", {f"ru/{likelier}": 0.75, f"ru/{other}": 0.15}), ALL)
    same = [one for one in found if one.plate == "AA000777"]
    assert [one.plate_type for one in same[:2]] == [likelier, other]
    assert same[0] == found[0]
    assert same[0].confidence == same[1].confidence
    assert same[0].belief > same[1].belief


@pytest.mark.parametrize(
    ("text", "kind"), [("K834OT22", "1"), ("K834OT22", "1a"), ("1234AB77", "4"), ("1234AB77", "5"), ("1234AB77", "3")]
)
def test_plates_of_one_and_of_two_rows_with_the_same_text_are_told_apart_by_kind(
    make_reading: MakeReading, text: str, kind: str
) -> None:
    best = decode(make_reading(text, f"ru/{kind}"), ALL)[0]
    assert (best.plate, best.plate_region, best.plate_type) == (text, "ru", kind)


@pytest.mark.parametrize("country", ["fr", "it"])
def test_the_country_seen_decides_whose_plate_the_text_is(make_reading: MakeReading, country: str) -> None:
    best = decode(make_reading("AB123CD", f"{country}/standard"), ALL)[0]
    assert (best.plate, best.plate_region) == ("AB123CD", country)


@pytest.mark.parametrize(("kind", "plate"), [("ru/1", "B050HC77"), ("us/general", "BO50HC77")])
def test_the_country_seen_decides_which_grammar_settles_a_doubt(
    make_reading: MakeReading, kind: str, plate: str
) -> None:
    reading = make_reading("BO50HC77", {kind: 0.985}, torn={1: {"O": 0.5, "0": 0.4}})
    assert decode(reading, ALL)[0].plate == plate


@pytest.mark.parametrize("home", ["gb", "ro"])
def test_of_two_countries_alike_that_of_the_camera_is_believed(make_reading: MakeReading, home: str) -> None:
    reading = make_reading("AB12CDE", {"gb/standard": 0.3, "ro/standard": 0.3})
    assert decode(reading, ALL, Hints(home=home))[0].plate_region == home


def test_the_home_country_does_not_overrule_what_is_seen(make_reading: MakeReading) -> None:
    best = decode(make_reading("RK867AD", "sk/standard"), ALL, Hints(home="ru"))[0]
    assert (best.plate, best.plate_region) == ("RK867AD", "sk")


@pytest.mark.parametrize(("country", "kind", "text"), EXAMPLES)
def test_every_example_of_every_country_is_read_as_itself(
    make_reading: MakeReading, country: str, kind: str, text: str
) -> None:
    best = decode(make_reading(text, f"{country}/{kind}"), ALL)[0]
    assert (best.plate, best.plate_region, best.plate_type) == (text, country, kind)


@pytest.mark.parametrize("country", ["kz", "by"])
def test_a_country_the_reader_never_learned_is_read_by_its_grammar(make_reading: MakeReading, country: str) -> None:
    reading = make_reading(load_grammars((country,))[0].examples[0][1], "ru/1")
    unlearned = Reading(
        reading.steps, {kind: one for kind, one in reading.kinds.items() if not kind.startswith(country)}
    )
    best = decode(unlearned, ALL, Hints(home=country))[0]
    assert (best.plate_region, best.plate_type) == (country, "standard")


def test_a_country_is_added_by_one_text_alone(make_reading: MakeReading) -> None:
    added = parse_grammar(
        """
        plate_region = "zz"
        name = "Nowhere"
        [classes]
        l = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        d = "0123456789"
        [[layouts]]
        plate_type = "car"
        pattern = "dd lll dd d"
        """,
        origin="zz.toml",
    )
    reading = make_reading("12OBI345", {"us/general": 0.3, "none/none": 0.05}, torn={2: {"0": 0.5, "O": 0.4}})
    known = Hints(home="zz")
    assert decode(reading, ALL, known)[0].plate == "120BI345"
    best = decode(reading, (*ALL, added), known)[0]
    assert (best.plate, best.plate_region, best.plate_type) == ("12OBI345", "zz", "car")


def test_poor_glyphs_give_a_poor_confidence_and_no_look_is_certain(make_reading: MakeReading) -> None:
    found = [decode(make_reading("O567AM76", confidence=sure), ALL)[0] for sure in (0.35, 0.6, 0.999)]
    assert [one.plate for one in found] == ["O567AM76"] * 3
    plain = [
        decode(make_reading("O567AM76", confidence=sure), ALL, calibration=_DULL)[0] for sure in (0.35, 0.6, 0.999)
    ]
    assert 0 <= plain[0].confidence < plain[1].confidence < plain[2].confidence <= 0.999
    assert all(0 <= one.confidence <= 0.999 for one in found)


_DULL = Calibration(bias=-1.0, nothing=0.0)


def test_a_near_rival_takes_confidence_away_and_gets_what_is_left(make_reading: MakeReading) -> None:
    clear = decode(make_reading("A567AM76"), RU, calibration=BY_MARGIN)[0]
    torn = decode(make_reading("A567AM76", torn={3: {"7": 0.5, "1": 0.4}}), RU, calibration=BY_MARGIN)
    assert torn[0].confidence < 0.7
    assert clear.confidence > 0.9
    rival = next(one for one in torn if one.plate == "A561AM76")
    assert 0.2 < rival.confidence <= 1 - torn[0].confidence


def test_what_may_be_no_plate_at_all_is_less_sure(make_reading: MakeReading) -> None:
    calibration = Calibration(bias=-4.0)
    sure, unsure = (
        decode(make_reading("O567AM76", {"ru/1": 0.9 - share}, nothing=share), ALL, calibration=calibration)[0]
        for share in (0.01, 0.5)
    )
    assert unsure.plate == sure.plate
    assert unsure.confidence < sure.confidence


def test_each_character_is_told_with_what_else_it_may_be(make_reading: MakeReading) -> None:
    best = decode(make_reading("O567AM76", torn={0: {"0": 0.55, "O": 0.4}}), ALL)[0]
    assert "".join(one.character for one in best.characters) == "O567AM76"
    assert best.characters[0].confidence == pytest.approx(0.4, abs=0.01)
    assert best.characters[0].alternatives[0] == ("0", pytest.approx(0.55, abs=0.01))
    assert best.characters[3].confidence > 0.9


def test_beliefs_are_shares_of_a_whole_and_the_limit_is_kept(make_reading: MakeReading) -> None:
    found = decode(make_reading("AA000777", {"ru/1b": 0.4, "ru/2": 0.4}), ALL, limit=3)
    assert len(found) == 3
    assert 0 < sum(one.belief for one in found) <= 1 + 1e-9
    assert list(found) == sorted(found, key=lambda one: (-one.confidence, -one.belief))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.floats(0.02, 3.0), st.sampled_from([None, "ru", "kz"]))
def test_any_steps_are_decoded_the_same_way_twice(seed: int, length: int, spread: float, home: str | None) -> None:
    rng = np.random.default_rng(seed)
    known = load_grammars(("eu", "kz", "ru", "us"))
    kinds = ("ru/1", "ru/4", "us/general", "eu/general", "none/none")
    chances = dict(zip(kinds, rng.dirichlet(np.full(len(kinds), 0.5)).tolist(), strict=True))
    reading = Reading(rng.dirichlet(np.full(37, spread), size=length), chances)
    first, second = (decode(reading, known, Hints(home=home)) for _ in range(2))
    assert first == second
    for one in first:
        assert 0.0 <= one.confidence <= 0.999
        assert 0.0 <= one.belief <= 1.0
        assert "".join(each.character for each in one.characters) == one.plate
        assert all(0.0 <= each.confidence <= 1.0 for each in one.characters)
