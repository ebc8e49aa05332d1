"""What the law of a day makes of a fact: article, amount, discount and deadlines, each with its why.  All pure."""

from fines_api.tariffs.policy import (
    Deadlines,
    Explained,
    Penalty,
    article_for,
    deadlines_for,
    discount_for,
    is_within_limitation,
    limitation_day,
    penalty_for,
    price_at,
)

__all__ = [
    "Deadlines",
    "Explained",
    "Penalty",
    "article_for",
    "deadlines_for",
    "discount_for",
    "is_within_limitation",
    "limitation_day",
    "penalty_for",
    "price_at",
]
