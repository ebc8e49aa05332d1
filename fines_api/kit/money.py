"""Money in integer minor units (kopecks, cents) with its ISO 4217 code; there is no float and no second currency."""

from dataclasses import dataclass
from typing import Self

from fines_api.kit.errors import InvalidError

MINOR_DIGITS = {"EUR": 2, "GBP": 2, "JPY": 0, "KZT": 2, "RUB": 2, "USD": 2}
"""Digits after the point of each known currency (ISO 4217, column *minor unit*)."""
_SIGNS = {"EUR": "€", "GBP": "£", "RUB": "₽"}
_PERCENT = 100
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount.

    Raises:
        InvalidError: the currency is not known, or the amount is not an integer (``money.invalid``).
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            raise InvalidError(f"currency {self.currency!r} is not known", code="money.invalid")
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise InvalidError(f"{self.amount_minor!r} is not a whole number of minor units", code="money.invalid")

    def __add__(self, other: Self) -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount_minor <= self._same(other)

    def less_percent(self, percent: int) -> "Money":
        """Take a percentage off; what does not divide is rounded down, in the payer's favour.

        Raises:
            InvalidError: the percentage is outside 0..100.
        """
        if not 0 <= percent <= _PERCENT:
            raise InvalidError(f"{percent} is not a percentage", code="money.invalid")
        return Money(self.amount_minor * (_PERCENT - percent) // _PERCENT, self.currency)

    def __str__(self) -> str:
        digits = MINOR_DIGITS[self.currency]
        sign = "-" if self.amount_minor < 0 else ""
        whole, rest = divmod(abs(self.amount_minor), 10**digits)
        text = f"{whole:,}".replace(",", _NO_BREAK_SPACE)
        tail = f",{rest:0{digits}d}" if rest else ""
        return f"{sign}{text}{tail}{_NO_BREAK_SPACE}{_SIGNS.get(self.currency, self.currency)}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise InvalidError(f"{self.currency} and {other.currency} do not mix", code="money.currency_mismatch")
        return other.amount_minor
