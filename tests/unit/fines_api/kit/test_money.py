import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.errors import InvalidError
from fines_api.kit.money import Money

MINOR = st.integers(min_value=0, max_value=10**12)


def test_discount_is_exact_and_rounds_in_the_payers_favour() -> None:
    assert Money(75000, "RUB").less_percent(25) == Money(56250, "RUB")
    assert Money(101, "RUB").less_percent(25) == Money(75, "RUB")


@given(MINOR, st.integers(min_value=0, max_value=100))
def test_discount_never_exceeds_the_amount_and_misses_less_than_one_minor_unit(minor: int, percent: int) -> None:
    less = Money(minor, "RUB").less_percent(percent).amount_minor
    assert 0 <= minor * (100 - percent) - less * 100 < 100


@given(MINOR, MINOR)
def test_adding_and_taking_away_loses_nothing(a: int, b: int) -> None:
    assert Money(a, "RUB") + Money(b, "RUB") - Money(b, "RUB") == Money(a, "RUB")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidError, match="EUR and RUB"):
        _ = Money(1, "EUR") + Money(1, "RUB")
    with pytest.raises(InvalidError):
        _ = Money(1, "EUR") < Money(2, "RUB")


@pytest.mark.parametrize(("minor", "currency"), [(1.5, "RUB"), (True, "RUB"), (1, "XXX")])
def test_only_whole_minor_units_of_a_known_currency(minor: int, currency: str) -> None:
    with pytest.raises(InvalidError):
        Money(minor, currency)


@pytest.mark.parametrize("percent", [-1, 101])
def test_percentage_has_bounds(percent: int) -> None:
    with pytest.raises(InvalidError):
        Money(100, "RUB").less_percent(percent)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(75000, "RUB"), "750 ₽"),
        (Money(56250, "RUB"), "562,50 ₽"),
        (Money(750000, "RUB"), "7 500 ₽"),
        (Money(-205, "EUR"), "-2,05 €"),
        (Money(5, "JPY"), "5 JPY"),
        (Money(0, "RUB"), "0 ₽"),
    ],
)
def test_people_read_amounts(money: Money, text: str) -> None:
    assert str(money).replace("\N{NO-BREAK SPACE}", " ") == text
    assert Money(1, "RUB") <= Money(1, "RUB") < Money(2, "RUB")
