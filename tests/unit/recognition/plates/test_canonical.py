import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.plates import canonical


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("О567АМ76", "O567AM76"),
        ("о 567 ам 76", "O567AM76"),
        ("O567-AM.76", "O567AM76"),
        ("RK·867•AD", "RK867AD"),
        ("ab–12 cde", "AB12CDE"),
        ("MÜ-ÄB 12", "MUAB12"),
        ("", ""),
    ],
)
def test_however_it_is_typed_a_plate_has_one_key(typed: str, key: str) -> None:
    assert canonical(typed) == key


def test_all_twelve_cyrillic_letters_become_their_latin_look_alikes() -> None:
    assert canonical("АВЕКМНОРСТУХ") == "ABEKMHOPCTYX"


def test_a_letter_without_look_alike_stays_so_that_the_text_is_refused_later() -> None:
    assert canonical("Ж123АВ77") == "Ж123AB77"


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
