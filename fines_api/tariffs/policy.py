"""Pure functions from dated law to amounts and deadlines: same input, same output, bit for bit.

The day of the *violation*, in the region's time zone, chooses the law (KoAP 1.7); the day of the *decree* sets the
discount off; the day of service sets the appeal off.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fines_api.jurisdictions import Article, Clock, ClockName, Discount, Law
from fines_api.kit.calendar import end_of, last_day, local_day
from fines_api.kit.errors import FinesError
from fines_api.kit.money import Money


class LawGapError(FinesError):
    """The law files say nothing about the day; a person must mend them before anything is decided."""

    code = "law.gap"
    status = 500


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a number or a date is what it is: a key of the text catalogue, its facts, and the act behind it."""

    key: str
    facts: tuple[tuple[str, str], ...]
    source: str

    def as_json(self) -> dict[str, object]:
        """Return it as it is kept beside the decree."""
        return {"key": self.key, "facts": dict(self.facts), "source": self.source}


@dataclass(frozen=True, slots=True)
class Penalty:
    """The amount, what is left of it with the discount, and why."""

    article: Article
    amount: Money
    discount: Discount | None
    discounted: Money
    why: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Last days of each term, and the day of entry into force, with their reasons."""

    discount_until: date | None
    appeal_until: date
    in_force_on: date
    payment_until: date
    why: tuple[Explained, ...]


def article_for(law: Law, rule: str, excess_kmh: float | None, violated_on: date) -> Article | None:
    """Return the part that punishes the fact on that day, or None: the law punishes nothing here."""
    for article in law.articles:
        if article.rule == rule and article.covers(violated_on) and article.fits(excess_kmh):
            return article
    return None


def discount_for(law: Law, article: Article, violated_on: date) -> Discount | None:
    """Return the discount of the day, or None where the article or the day has none."""
    if not article.has_discount:
        return None
    return next((discount for discount in law.discounts if discount.covers(violated_on)), None)


def penalty_for(law: Law, article: Article, *, excess_kmh: float | None, violated_on: date) -> Penalty:
    """Return what the fact costs and why."""
    amount = Money(article.amount_minor, article.currency)
    discount = discount_for(law, article, violated_on)
    discounted = amount.less_percent(discount.percent) if discount else amount
    facts: tuple[tuple[str, str], ...] = (
        ("day", violated_on.isoformat()),
        ("article", article.article),
        ("part", article.part),
        ("amount", str(amount)),
        ("act", article.act),
    )
    why = [Explained("why.amount", facts, article.source)]
    if excess_kmh is not None:
        why.insert(0, Explained("why.excess", (("excess", f"{excess_kmh:g}"),), article.source))
    if discount:
        why.append(
            Explained(
                "why.discount",
                (
                    ("percent", str(discount.percent)),
                    ("days", str(discount.days)),
                    ("discounted", str(discounted)),
                    ("act", discount.act),
                ),
                discount.source,
            )
        )
    return Penalty(article, amount, discount, discounted, tuple(why))


def price_at(penalty: Penalty, *, decreed_at: datetime, paid_at: datetime, timezone: str, country: str) -> Money:
    """Return what settles the decree if paid at that moment: the discount holds to the last instant of its day."""
    if penalty.discount is None:
        return penalty.amount
    until = last_day(local_day(decreed_at, timezone), penalty.discount.term, country)
    return penalty.discounted if paid_at < end_of(until, timezone) else penalty.amount


def limitation_day(law: Law, violated_on: date) -> tuple[date, Explained]:
    """Return the last day on which a decree may be issued, and why."""
    clock = _clock(law, ClockName.LIMITATION, violated_on)
    until = last_day(violated_on, clock.term, law.country)
    facts = (("from", violated_on.isoformat()), ("days", str(clock.days)), ("until", until.isoformat()))
    return until, Explained("why.limitation", facts, clock.source)


def is_within_limitation(law: Law, violated_on: date, decided_on: date) -> bool:
    """Tell whether a decree of that day is still in time."""
    return violated_on <= decided_on <= limitation_day(law, violated_on)[0]


def deadlines_for(
    law: Law, *, violated_on: date, decreed_on: date, served_on: date, discount: Discount | None
) -> Deadlines:
    """Return every term of one decree.

    The terms of procedure are those of the day of the decree; the discount is that of the day of the violation.

    Raises:
        LawGapError: the law names no such term on that day.
    """
    appeal = _clock(law, ClockName.APPEAL, decreed_on)
    payment = _clock(law, ClockName.PAYMENT, decreed_on)
    appeal_until = last_day(served_on, appeal.term, law.country)
    in_force_on = appeal_until + timedelta(days=1)
    payment_until = last_day(in_force_on, payment.term, law.country)
    discount_until = last_day(decreed_on, discount.term, law.country) if discount else None
    why = [
        _term_why("why.appeal", served_on, appeal, appeal_until),
        Explained(
            "why.in_force",
            (("from", appeal_until.isoformat()), ("until", in_force_on.isoformat())),
            law.in_force_source,
        ),
        _term_why("why.payment", in_force_on, payment, payment_until),
    ]
    if discount and discount_until:
        facts = (
            ("from", decreed_on.isoformat()),
            ("days", str(discount.days)),
            ("until", discount_until.isoformat()),
            ("violated", violated_on.isoformat()),
        )
        why.insert(0, Explained("why.discount_until", facts, discount.source))
    return Deadlines(discount_until, appeal_until, in_force_on, payment_until, tuple(why))


def _term_why(key: str, first: date, clock: Clock, until: date) -> Explained:
    facts = (("from", first.isoformat()), ("days", str(clock.days)), ("until", until.isoformat()))
    return Explained(key, facts, clock.source)


def _clock(law: Law, name: ClockName, day: date) -> Clock:
    for clock in law.clocks:
        if clock.name is name and clock.covers(day):
            return clock
    raise LawGapError(
        f"the law of {law.code} names no {name.value} term on {day}",
        hint=f"add a [[clocks]] row for that day to jurisdictions/{law.code}/clocks.toml",
    )
