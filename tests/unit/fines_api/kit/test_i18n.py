import pytest

from fines_api.kit.i18n import Catalogue

RU, EN = Catalogue("ru", {}), Catalogue("en", {})


@pytest.mark.parametrize(
    ("value", "digits", "is_uncertainty", "ru", "en"),
    [
        (97.44, 1, False, "97,4", "97.4"),
        (1.2, 1, True, "1,2", "1.2"),
        (1.201, 1, True, "1,3", "1.3"),
        (0.033, 2, True, "0,04", "0.04"),
        (58.5, 0, False, "58", "58"),
    ],
)
def test_an_uncertainty_never_looks_smaller_than_it_is(
    value: float, digits: int, is_uncertainty: bool, ru: str, en: str
) -> None:
    assert RU.decimal(value, digits, is_uncertainty=is_uncertainty) == ru
    assert EN.decimal(value, digits, is_uncertainty=is_uncertainty) == en
