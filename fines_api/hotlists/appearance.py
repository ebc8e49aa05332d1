"""Makes and colours as lists and registers write them: which two cannot be one vehicle's.  Pure."""

_COLOURS: dict[str, frozenset[str]] = {
    "white": frozenset({"white", "белый", "белая"}),
    "black": frozenset({"black", "чёрный", "черный", "чёрная", "черная"}),
    "grey": frozenset({"grey", "gray", "silver", "серый", "серая", "серебристый", "серебристая"}),
    "red": frozenset({"red", "красный", "красная", "вишнёвый", "вишневый", "бордовый"}),
    "blue": frozenset({"blue", "синий", "синяя", "голубой", "голубая"}),
    "green": frozenset({"green", "зелёный", "зеленый", "зелёная", "зеленая"}),
    "yellow": frozenset({"yellow", "жёлтый", "желтый", "жёлтая", "желтая"}),
    "orange": frozenset({"orange", "оранжевый", "оранжевая"}),
    "brown": frozenset({"brown", "beige", "коричневый", "коричневая", "бежевый", "бежевая"}),
}
_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        ("white", "grey"), ("grey", "black"), ("grey", "blue"), ("black", "blue"), ("grey", "green"), ("blue", "green"),
        ("yellow", "orange"), ("orange", "red"), ("red", "brown"), ("grey", "brown"), ("black", "brown"),
        ("orange", "brown"), ("white", "yellow"), ("black", "green"), ("yellow", "brown"), ("white", "brown"),
    )
)  # fmt: skip
"""Colours that light, dirt and two registrars honestly confuse."""
_MAKES = {
    "ваз": "lada", "лада": "lada", "vaz": "lada", "автоваз": "lada", "газ": "gaz", "уаз": "uaz", "камаз": "kamaz",
    "vw": "volkswagen", "фольксваген": "volkswagen", "мерседес": "mercedes", "mercedes-benz": "mercedes",
    "тойота": "toyota", "киа": "kia", "хендай": "hyundai", "хендэ": "hyundai", "рено": "renault", "ниссан": "nissan",
    "шкода": "skoda", "škoda": "skoda", "бмв": "bmw", "ауди": "audi", "форд": "ford",
}  # fmt: skip


def colour_of(text: str) -> str | None:
    """Return the one colour a text names; None: none, several, or a word nobody knows."""
    words = set(text.casefold().replace(",", " ").split())
    found = {name for name, known in _COLOURS.items() if words & known}
    return found.pop() if len(found) == 1 else None


def is_colour_conflict(listed: str, seen: str) -> bool:
    """Tell whether two colours cannot be one vehicle's; an unknown one conflicts with nothing."""
    one, other = colour_of(listed), colour_of(seen)
    return None not in {one, other} and one != other and frozenset({one, other}) not in _ALIKE


def is_make_conflict(listed: str, seen: str) -> bool:
    """Tell whether two makes cannot be one vehicle's; they must be known by name, however spelt, to conflict."""
    one, other = (_MAKES.get(make.strip().casefold(), make.strip().casefold()) for make in (listed, seen))
    known = set(_MAKES.values())
    return one in known and other in known and one != other
