"""Read one jurisdiction's law files and refuse what contradicts itself; a service with bad law does not start.

A folder ``<code>/`` holds ``jurisdiction.toml``, ``articles.toml`` and ``clocks.toml``.  Every dated number has
``valid_from`` (first day) and optionally ``valid_to`` (last day); the day of the violation picks the row.
"""

import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fines_api.kit.calendar import CountFrom, Term
from fines_api.kit.errors import ConfigurationError

FOLDER = Path(__file__).parent
_FAR_FUTURE = date.max


class LawStatus(StrEnum):
    """Whether somebody compared the row with the act; an unverified row never fines anybody."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


class ClockName(StrEnum):
    """The terms every jurisdiction must name."""

    LIMITATION = "limitation"
    APPEAL = "appeal"
    PAYMENT = "payment"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Dated(_Strict):
    valid_from: date
    valid_to: date | None = None
    act: str = Field(min_length=3, description="the act that set the number")
    source: str = Field(min_length=3, description="where in the law it stands")
    status: LawStatus

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            msg = f"valid_to {self.valid_to} is before valid_from {self.valid_from}"
            raise ValueError(msg)
        return self

    def covers(self, day: date) -> bool:
        """Tell whether the row is the law of the day."""
        return self.valid_from <= day <= (self.valid_to or _FAR_FUTURE)


class Article(_Dated):
    """One part of one article with the amount a camera case costs (the lower bound of the range)."""

    article: str
    part: str
    rule: str = Field(description="rule of recognition.violations it punishes")
    excess_over_kmh: float | None = Field(default=None, ge=0, description="speed only: more than this")
    excess_to_kmh: float | None = Field(default=None, gt=0, description="speed only: but not more than this")
    amount_minor: int = Field(gt=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    has_discount: bool = True
    text: str = Field(min_length=10, description="wording of the part, as printed in the decree")
    text_en: str = Field(min_length=10)

    @property
    def citation(self) -> str:
        """Article and part as people quote them."""
        return f"ст. {self.article} ч. {self.part}"

    def fits(self, excess_kmh: float | None) -> bool:
        """Tell whether the excess falls into the part's band (a part without a band fits whatever it is given)."""
        if self.excess_over_kmh is None:
            return True
        if excess_kmh is None:
            return False
        return self.excess_over_kmh < excess_kmh and (self.excess_to_kmh is None or excess_kmh <= self.excess_to_kmh)


class Discount(_Dated):
    """What is taken off for quick payment."""

    percent: int = Field(gt=0, lt=100)
    days: int = Field(gt=0)
    count_from: CountFrom
    moves_off_days: bool

    @property
    def term(self) -> Term:
        """The term in which the discount holds, set off by the day of the decree."""
        return Term(self.days, self.count_from, self.moves_off_days)


class Clock(_Dated):
    """One term of the procedure."""

    name: ClockName
    days: int = Field(gt=0)
    count_from: CountFrom
    moves_off_days: bool

    @property
    def term(self) -> Term:
        """The term as the calendar counts it."""
        return Term(self.days, self.count_from, self.moves_off_days)


class Limits(_Strict):
    """What a case must satisfy whatever the rule: bounds of belief, not of law."""

    plausible_speed_kmh: float = Field(gt=0, description="a faster reading is held, not fined (HARMS D13)")
    clock_bound_ms: float = Field(gt=0, description="a less certain time of the violation is held")
    duplicate_window_s: float = Field(gt=0, description="same plate and rule within it are one act")


class Law(_Strict):
    """The law of one jurisdiction, checked."""

    code: str
    name: str
    country: str = Field(pattern=r"^[a-z]{2}$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    in_force_source: str = Field(min_length=3, description="where it stands that the appeal term comes first")
    limits: Limits
    articles: tuple[Article, ...]
    discounts: tuple[Discount, ...]
    clocks: tuple[Clock, ...]


@lru_cache(maxsize=16)
def load_law(code: str) -> Law:
    """Return the law that ships with the service.

    Raises:
        ConfigurationError: no such jurisdiction (``law.missing``) or its files are wrong (``law.invalid``).
    """
    return read_law(FOLDER / code)


def read_law(folder: Path) -> Law:
    """Read and check the law files of a folder.

    Raises:
        ConfigurationError: a file is missing, an unknown key, an amount without source, rows whose dates overlap;
            the message names the file and the key.
    """
    head = _read_toml(folder / "jurisdiction.toml")
    articles = _read_toml(folder / "articles.toml")
    clocks = _read_toml(folder / "clocks.toml")
    law = _validate(folder, {**head, **articles, **clocks})
    _refuse_overlaps(folder / "articles.toml", "articles", law.articles, _same_article_ground)
    _refuse_overlaps(folder / "clocks.toml", "discounts", law.discounts, lambda _a, _b: True)
    _refuse_overlaps(folder / "clocks.toml", "clocks", law.clocks, lambda a, b: a.name is b.name)
    for name in ClockName:
        if not any(clock.name is name for clock in law.clocks):
            raise _bad(folder / "clocks.toml", f"clocks: no row named {name.value!r}")
    return law


_FILE_OF_KEY = {"articles": "articles.toml", "discounts": "clocks.toml", "clocks": "clocks.toml"}


def _validate(folder: Path, content: dict[str, Any]) -> Law:
    try:
        return Law.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        file = folder / _FILE_OF_KEY.get(str(first["loc"][0]), "jurisdiction.toml")
        key = ".".join(str(part) for part in first["loc"])
        raise _bad(file, f"{key}: {first['msg']}") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} is missing", hint="set RUBEZH_JURISDICTION to a folder of jurisdictions/", code="law.missing"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, str(error)) from error


class _HasDates(Protocol):
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


_Row = TypeVar("_Row", bound=_HasDates)


def _refuse_overlaps(path: Path, table: str, rows: Iterable[_Row], is_same: Callable[[_Row, _Row], bool]) -> None:
    for (first, a), (second, b) in combinations(enumerate(rows), 2):
        is_overlap = a.valid_from <= (b.valid_to or _FAR_FUTURE) and b.valid_from <= (a.valid_to or _FAR_FUTURE)
        if is_overlap and is_same(a, b):
            raise _bad(path, f"{table}.{first} and {table}.{second}: both are law on {max(a.valid_from, b.valid_from)}")


def _same_article_ground(a: Article, b: Article) -> bool:
    if a.rule != b.rule:
        return False
    if a.excess_over_kmh is None or b.excess_over_kmh is None:
        return True
    infinity = float("inf")
    return a.excess_over_kmh < (b.excess_to_kmh or infinity) and b.excess_over_kmh < (a.excess_to_kmh or infinity)


def _bad(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: {problem}", hint="correct the law file; nothing is served with law in doubt", code="law.invalid"
    )
