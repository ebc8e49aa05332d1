import pytest

from recognition.plates import GrammarError, keys_for, load_grammars, parse_grammar

_SMALL = """
plate_region = "xx"
name = "Nowhere"
[classes]
l = "AB"
d = "0123456789"
[[layouts]]
plate_type = "one"
pattern = "l{1,2} d{2,3}X"
"""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("O567AM76", ("ru", "1")),
        ("o567am 777", ("ru", "1")),
        ("AA1234 77", ("ru", "2")),
        ("1234 AB 77", ("ru", "4")),
        ("RK867AD", ("sk", "standard")),
        ("WA56660", ("pl", "standard")),
        ("4B4 0262", ("cz", "standard")),
        ("B 123 ABC", ("ro", "standard")),
        ("CJ 12 ABC", ("ro", "standard")),
        ("KX12 CDE", ("gb", "standard")),
        ("1234 BCD", ("es", "standard")),
        ("AA 1234 BB", ("ua", "standard")),
    ],
)
def test_the_likeliest_country_and_type_of_a_text(text: str, first: tuple[str, str]) -> None:
    key = keys_for(text)[0]
    assert (key.plate_region, key.plate_type) == first


@pytest.mark.parametrize(
    ("text", "kind"), [("АА 123 77", "1b"), ("M1234 77", "20"), ("ТАА 123 77", "19"), ("АА 123 А 77", "15")]
)
def test_the_likeliest_type_within_a_country(text: str, kind: str) -> None:
    assert keys_for(text, "ru")[0].plate_type == kind


def test_a_text_of_two_countries_has_both_keys() -> None:
    assert {"gb", "ro"} <= {key.plate_region for key in keys_for("AB12CDE")}


def test_the_same_text_is_a_taxi_and_a_trailer() -> None:
    types = {key.plate_type for key in keys_for("AA000777", "ru")}
    assert {"1b", "2"} <= types


def test_four_digits_and_two_letters_are_several_types_at_once() -> None:
    assert {key.plate_type for key in keys_for("0000AA77", "ru")} == {"3", "4", "5", "7", "8"}


@pytest.mark.parametrize("text", ["", "W", "Ж123АВ77", "1234567890123"])
def test_what_is_no_plate_has_no_key(text: str) -> None:
    assert keys_for(text) == ()


@pytest.mark.parametrize("text", ["C00D", "AUDI"])
def test_a_word_is_a_plate_only_where_owners_choose_their_own(text: str) -> None:
    assert [(key.plate_region, key.plate_type) for key in keys_for(text)] == [("us", "standard")]


def test_an_unknown_region_code_costs_but_is_not_refused() -> None:
    ru = load_grammars(("ru",))[0]
    known, unknown = keys_for("A001AA77", "ru"), keys_for("A001AA00", "ru")
    assert known[0].plate_type == unknown[0].plate_type == "1"
    layout = next(one for one in ru.layouts if one.plate_type == "1" and one.fits("A001AA77"))
    assert ru.text_cost("A001AA00", layout) > ru.text_cost("A001AA77", layout) == 0


def test_the_number_000_is_not_issued_and_costs() -> None:
    ru = load_grammars(("ru",))[0]
    layout = next(one for one in ru.layouts if one.plate_type == "1" and one.fits("O000OO77"))
    assert ru.text_cost("O000OO77", layout) > 0


def test_a_pattern_with_repeats_becomes_every_concrete_layout() -> None:
    grammar = parse_grammar(_SMALL, origin="small")
    assert sorted(len(layout.slots) for layout in grammar.layouts) == [4, 5, 5, 6]
    assert any(layout.fits("AB12X") for layout in grammar.layouts)
    assert not any(layout.fits("AC12X") for layout in grammar.layouts)


def test_a_slash_starts_the_second_row_and_is_a_gap() -> None:
    rows = parse_grammar(_SMALL.replace("l{1,2} d{2,3}X", "l{1,2}d/d{2,3} X"), origin="small").layouts
    assert sorted((len(one.slots), one.row_at, tuple(sorted(one.gaps))) for one in rows) == [
        (5, 2, (2, 4)),
        (6, 2, (2, 5)),
        (6, 3, (3, 5)),
        (7, 3, (3, 6)),
    ]
    assert rows[0].fits("A112X")
    assert {one.row_at for one in parse_grammar(_SMALL, origin="small").layouts} == {None}


def test_the_region_code_of_two_rows_is_behind_the_last_gap() -> None:
    layout = next(one for one in load_grammars(("ru",))[0].layouts if one.plate_type == "1a" and len(one.slots) == 9)
    assert (layout.row_at, layout.code_at) == (4, (6, 9))


def test_size_and_ink_are_read_and_those_of_a_common_car_are_the_default() -> None:
    plain = parse_grammar(_SMALL, origin="small").layouts[0]
    assert (plain.size_mm, plain.ink) == ((520.0, 112.0), "black")
    given = _SMALL.replace("[[layouts]]", '[[layouts]]\nsize_mm = [245, 185]\nink = "white"')
    assert {(one.size_mm, one.ink) for one in parse_grammar(given, origin="small").layouts} == {
        ((245.0, 185.0), "white")
    }


def test_examples_are_read_in_file_order_with_their_types() -> None:
    grammar = parse_grammar(_SMALL + '[examples]\none = ["A12X", "AB123X"]\n', origin="small")
    assert grammar.examples == (("one", "A12X"), ("one", "AB123X"))
    assert parse_grammar(_SMALL, origin="small").examples == ()


def test_every_type_of_every_country_has_an_example_that_fits_it() -> None:
    for grammar in load_grammars():
        assert {kind for kind, _ in grammar.examples} == {layout.plate_type for layout in grammar.layouts}
        for kind, text in grammar.examples:
            assert grammar.allows(text)
            assert any(one.plate_type == kind and one.fits(text) for one in grammar.layouts), (grammar.name, text)
            assert grammar.series_of(kind) in {key.plate_type for key in keys_for(text, grammar.plate_region)}


def test_the_same_number_on_a_two_row_plate_is_the_same_key() -> None:
    assert [key.plate_type for key in keys_for("A123BC77", "ru")] == ["1"]
    assert load_grammars(("ru",))[0].series_of("1a") == "1"


def test_two_rows_are_taller_than_one() -> None:
    for grammar in load_grammars():
        for layout in grammar.layouts:
            width_mm, height_mm = layout.size_mm
            assert (width_mm / height_mm < 1.8) == (layout.row_at is not None), (
                grammar.plate_region,
                layout.plate_type,
            )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("plate_region = ", "TOML"),
        (_SMALL.replace("l{1,2}", "q"), "class 'q'"),
        (_SMALL.replace("d{2,3}X", "d?"), "neither"),
        (_SMALL.replace('plate_region = "xx"', ""), "plate_region"),
        (_SMALL.replace("[[layouts]]", "[[layouts]]\nsize_mm = [520]"), "not enough values"),
        (_SMALL.replace("[[layouts]]", '[[layouts]]\nsize_mm = ["wide", 112]'), "wide"),
    ],
)
def test_a_wrong_grammar_file_is_named_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_grammar(text, origin="small.toml")
    assert "small.toml" in str(caught.value)
    assert word in str(caught.value)
    assert caught.value.code == "grammar.invalid"


def test_a_country_without_grammar_is_said_with_those_known() -> None:
    with pytest.raises(GrammarError) as caught:
        load_grammars(("zz",))
    assert caught.value.code == "grammar.unknown"
    assert "ru" in caught.value.hint


def test_every_shipped_layout_can_hold_its_own_plates() -> None:
    for grammar in load_grammars():
        for layout in grammar.layouts:
            text = "".join(max(slot) for slot in layout.slots)
            assert layout.fits(text), (grammar.plate_region, text)
            assert all(mark.isascii() and mark.isalnum() for slot in layout.slots for mark in slot)
            assert 2 <= len(layout.slots) <= 12
