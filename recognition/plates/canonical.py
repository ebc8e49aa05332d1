"""One plate, one key: canonical text is Latin capitals and digits, whatever alphabet or spacing it was typed in."""

import unicodedata

CYRILLIC_TO_LATIN = dict(zip("АВЕКМНОРСТУХ", "ABEKMHOPCTYX", strict=True))
"""The twelve Cyrillic letters a Russian plate may carry and the Latin letters they look like (GOST R 50577-2018)."""

_TABLE = str.maketrans(CYRILLIC_TO_LATIN)


def canonical(text: str) -> str:
    """Return the text as a plate key is stored: upper case, look-alikes in Latin, no blanks, dashes, dots or accents.

    Characters that no plate key can hold (``Ж``, ``京``) stay, so that a wrong text is refused later instead of
    silently becoming another plate.  ``canonical(canonical(x)) == canonical(x)``.
    """
    latin = text.upper().translate(_TABLE)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(mark))
    return "".join(mark for mark in bare.upper().translate(_TABLE) if mark.isalnum())
