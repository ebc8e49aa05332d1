import pytest

from recognition.plates import canonical, display, load_grammars

ALL = load_grammars()


@pytest.mark.parametrize(
    ("text", "region", "kind", "shown"),
    [
        ("O567AM76", "ru", "1", "О567АМ 76"),
        ("AA000777", "ru", "1b", "АА000 777"),
        ("AA000777", "ru", "2", "АА0007 77"),
        ("AB12CDE", "gb", "standard", "AB12 CDE"),
        ("RK867AD", "sk", "standard", "RK 867AD"),
        ("B123ABC", "ro", "standard", "B 123 ABC"),
    ],
)
def test_a_plate_is_shown_as_its_country_writes_it(text: str, region: str, kind: str, shown: str) -> None:
    assert display(text, plate_region=region, plate_type=kind, grammars=ALL) == shown
    assert canonical(shown) == text


@pytest.mark.parametrize(("region", "kind"), [("zz", "1"), ("ru", "nosuch")])
def test_an_unknown_key_is_still_shown(region: str, kind: str) -> None:
    assert display("o567am76", plate_region=region, plate_type=kind, grammars=ALL) == "O567AM76"
