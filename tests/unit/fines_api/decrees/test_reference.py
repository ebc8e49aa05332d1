import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.decrees.reference import check_digit, is_valid, make_reference
from fines_api.kit.errors import InvalidError

PRINTED = "18887717033050384868"  # a real printed УИН


def _first_pass(body: str) -> int:
    return sum(int(digit) * (index % 10 + 1) for index, digit in enumerate(body)) % 11


def test_a_real_printed_reference_verifies() -> None:
    assert is_valid(PRINTED)
    assert check_digit(PRINTED[:-1]) == 8


@given(st.integers(min_value=1, max_value=99_999_999), st.integers(min_value=2020, max_value=2099))
def test_what_is_made_verifies_and_names_a_camera_of_the_traffic_police(sequence: int, year: int) -> None:
    reference = make_reference("77", year, sequence)
    assert is_valid(reference)
    assert reference.startswith(f"188101077{year % 100:02d}")
    assert int(reference[11:19]) == sequence


@given(
    st.text(alphabet="0123456789", min_size=19, max_size=19),
    st.integers(min_value=0, max_value=18),
    st.integers(min_value=1, max_value=9),
)
def test_every_single_digit_error_that_modulo_11_can_catch_is_caught(body: str, place: int, delta: int) -> None:
    wrong = f"{body[:place]}{(int(body[place]) + delta) % 10}{body[place + 1 :]}"
    difference = (_first_pass(wrong) - _first_pass(body)) % 11
    assert difference != 0  # weights 1..10 and digits 1..9 have no common factor with 11
    if 10 not in {_first_pass(body), _first_pass(wrong)}:
        assert check_digit(wrong) != check_digit(body)
        assert not is_valid(f"{wrong}{check_digit(body)}")


@pytest.mark.parametrize("place", range(20))
def test_each_digit_of_the_printed_reference_is_protected(place: int) -> None:
    wrong = [f"{PRINTED[:place]}{digit}{PRINTED[place + 1 :]}" for digit in "0123456789" if digit != PRINTED[place]]
    caught = [text for text in wrong if not is_valid(text)]
    missed = set(wrong) - set(caught)
    assert all(_first_pass(text[:-1]) == 10 for text in missed)  # only the second pass lets any through
    assert len(missed) <= 1


@pytest.mark.parametrize("text", ["", "1", "١" * 20, PRINTED + "0", PRINTED[:-1], "1888771703305038486X"])
def test_what_is_no_reference_is_not_valid(text: str) -> None:
    assert not is_valid(text)


def test_second_pass_takes_over_when_the_first_gives_ten() -> None:
    body = next(f"{number:019d}" for number in range(1, 10**4) if _first_pass(f"{number:019d}") == 10)
    shifted = sum(int(digit) * ((index + 2) % 10 + 1) for index, digit in enumerate(body)) % 11
    assert check_digit(body) == (0 if shifted == 10 else shifted)


@pytest.mark.parametrize("sequence", [0, -1, 10**8])
def test_a_number_that_does_not_fit_is_refused(sequence: int) -> None:
    with pytest.raises(InvalidError):
        make_reference("77", 2026, sequence)


def test_a_region_without_digits_still_gets_a_reference() -> None:
    assert is_valid(make_reference("north", 2026, 1))
