"""How a canonical plate is shown to people: the country's own letters, a gap where the plate has one."""

from recognition.plates.canonical import canonical
from recognition.plates.grammar import Grammar, Layout


def display(text: str, *, plate_region: str, plate_type: str, grammars: tuple[Grammar, ...]) -> str:
    """Return the plate as it is written in its country: ``O567AM76`` of Russia is shown as ``О567АМ 76``.

    A text that fits no known layout of the key is returned as its canonical form: showing it is never refused.
    """
    plain = canonical(text)
    grammar = next((one for one in grammars if one.plate_region == plate_region), None)
    if grammar is None:
        return plain
    layout = next((one for one in grammar.layouts if one.plate_type == plate_type and one.fits(plain)), None)
    if layout is None:
        return plain
    return _spaced("".join(grammar.shown_as(mark) for mark in plain), layout)


def _spaced(letters: str, layout: Layout) -> str:
    return "".join(f" {mark}" if place in layout.gaps else mark for place, mark in enumerate(letters))
