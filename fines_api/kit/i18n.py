"""Texts for people: one flat catalogue per language, dates and moments as the language writes them."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from fines_api.kit.calendar import zone
from fines_api.kit.errors import ConfigurationError

LANGUAGES = ("ru", "en")
_MONTHS = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DATE = {"ru": "{day} {month} {year} года", "en": "{day} {month} {year}"}


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language."""

    language: str
    texts: Mapping[str, str]

    def text(self, key: str, **facts: object) -> str:
        """Return the text with its facts filled in.

        Raises:
            KeyError: the catalogue has no such text, or the text needs a fact that was not given.
        """
        return self.texts[key].format_map(facts)

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self.texts

    def date(self, day: date) -> str:
        """Write a day out."""
        month = _MONTHS[self.language][day.month - 1]
        return _DATE[self.language].format(day=day.day, month=month, year=day.year)

    def moment(self, at: datetime, timezone: str) -> str:
        """Write a moment out in the local time of the place, with the zone's short name."""
        local = at.astimezone(zone(timezone))
        return f"{self.date(local.date())}, {local:%H:%M:%S} {local:%Z}"

    def decimal(self, value: float, digits: int, *, is_uncertainty: bool = False) -> str:
        """Write a number with so many digits; an uncertainty is rounded up, so that nothing looks surer than it is."""
        rounding = ROUND_CEILING if is_uncertainty else ROUND_HALF_EVEN
        text = str(Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding))
        return text.replace(".", ",") if self.language == "ru" else text

    def explain(self, why: Mapping[str, Any]) -> str:
        """Write out why a number or date is what it is (``{key, facts, source}``); ISO dates among the facts too."""
        facts = {name: self._fact(str(value)) for name, value in dict(why["facts"]).items()}
        return self.text(str(why["key"]), **facts)

    def _fact(self, value: str) -> str:
        try:
            return self.date(date.fromisoformat(value))
        except ValueError:
            return value


@cache
def load_catalogue(language: str, folders: tuple[Path, ...]) -> Catalogue:
    """Read ``<language>.toml`` of every folder into one catalogue; nested tables become dotted keys.

    Raises:
        ConfigurationError: a file is missing or not TOML, or a key is in two of them (``texts.invalid``).
    """
    texts: dict[str, str] = {}
    for folder in folders:
        path = folder / f"{language}.toml"
        try:
            pairs = list(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"{path}: {error}", code="texts.invalid") from error
        doubled = {key for key, _ in pairs} & texts.keys()
        if doubled:
            raise ConfigurationError(f"{path}: {sorted(doubled)} are said elsewhere too", code="texts.invalid")
        texts.update(pairs)
    return Catalogue(language, texts)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
