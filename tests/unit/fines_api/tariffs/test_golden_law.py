import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fines_api.jurisdictions import load_law
from fines_api.kit.calendar import end_of, local_day
from fines_api.tariffs import (
    article_for,
    deadlines_for,
    discount_for,
    is_within_limitation,
    limitation_day,
    penalty_for,
    price_at,
)
from fines_api.tariffs.policy import LawGapError

GOLDEN = Path(__file__).parents[3] / "golden" / "law"
MOSCOW = "Europe/Moscow"
LAW = load_law("ru")


def _rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows("amounts.csv"), ids=lambda row: " ".join(list(row.values())[:3]))
def test_article_amount_and_discount_of_the_day(row: dict[str, str]) -> None:
    day = local_day(datetime.fromisoformat(row["violated_at"]), MOSCOW)
    excess = float(row["excess_kmh"]) if row["excess_kmh"] else None
    article = article_for(LAW, row["rule"], excess, day)
    if not row["article"]:
        assert article is None
        return
    assert article is not None
    penalty = penalty_for(LAW, article, excess_kmh=excess, violated_on=day)
    assert penalty.discount is not None
    assert (article.article, article.part) == (row["article"], row["part"])
    assert penalty.amount.amount_minor == int(row["amount_minor"])
    assert (penalty.discount.percent, penalty.discount.days) == (int(row["percent"]), int(row["days"]))
    assert penalty.discounted.amount_minor == int(row["discounted_minor"])


@pytest.mark.parametrize("row", _rows("deadlines.csv"), ids=lambda row: row["what"])
def test_deadlines(row: dict[str, str]) -> None:
    violated, decreed, served = (date.fromisoformat(row[key]) for key in ("violated_on", "decreed_on", "served_on"))
    article = article_for(LAW, "point_speed", 25, violated)
    assert article is not None
    terms = deadlines_for(
        LAW,
        violated_on=violated,
        decreed_on=decreed,
        served_on=served,
        discount=discount_for(LAW, article, violated),
    )
    assert str(terms.discount_until) == row["discount_until"]
    assert str(terms.appeal_until) == row["appeal_until"]
    assert str(terms.in_force_on) == row["in_force_on"]
    assert str(terms.payment_until) == row["payment_until"]
    assert str(limitation_day(LAW, violated)[0]) == row["limitation_until"]


def test_the_discount_holds_to_the_last_instant_of_its_local_day() -> None:
    day = date(2026, 3, 1)
    article = article_for(LAW, "point_speed", 25, day)
    assert article is not None
    penalty = penalty_for(LAW, article, excess_kmh=25, violated_on=day)
    decreed_at = datetime.fromisoformat("2026-03-02T23:30:00+03:00")
    end = end_of(date(2026, 4, 1), MOSCOW)

    def price(paid_at: datetime) -> int:
        return price_at(penalty, decreed_at=decreed_at, paid_at=paid_at, timezone=MOSCOW, country="ru").amount_minor

    assert end.isoformat() == "2026-04-01T21:00:00+00:00"
    assert price(end - timedelta(microseconds=1)) == 56250
    assert price(end) == 75000


def test_limitation_is_sixty_days_with_the_day_itself() -> None:
    violated = date(2026, 1, 31)
    last, why = limitation_day(LAW, violated)
    assert is_within_limitation(LAW, violated, last)
    assert not is_within_limitation(LAW, violated, last + timedelta(days=1))
    assert not is_within_limitation(LAW, violated, violated - timedelta(days=1))
    assert dict(why.facts) == {"from": "2026-01-31", "days": "60", "until": "2026-03-31"}


def test_every_number_says_why() -> None:
    day = date(2026, 3, 1)
    article = article_for(LAW, "point_speed", 37, day)
    assert article is not None
    penalty = penalty_for(LAW, article, excess_kmh=37, violated_on=day)
    terms = deadlines_for(LAW, violated_on=day, decreed_on=day, served_on=day, discount=penalty.discount)
    keys = [why.key for why in (*penalty.why, *terms.why)]
    assert keys == [
        "why.excess",
        "why.amount",
        "why.discount",
        "why.discount_until",
        "why.appeal",
        "why.in_force",
        "why.payment",
    ]
    assert all(why.source for why in (*penalty.why, *terms.why))
    assert penalty.why[0].as_json() == {
        "key": "why.excess",
        "facts": {"excess": "37"},
        "source": "КоАП РФ, ст. 12.9 ч. 2",
    }


def test_without_discount_the_whole_amount_is_due_at_once() -> None:
    day = date(2026, 3, 1)
    article = article_for(LAW, "solid_line", None, day)
    assert article is not None
    plain = article.model_copy(update={"has_discount": False})
    penalty = penalty_for(LAW, plain, excess_kmh=None, violated_on=day)
    moment = datetime.fromisoformat("2026-03-02T12:00:00+03:00")
    assert penalty.discount is None
    assert price_at(penalty, decreed_at=moment, paid_at=moment, timezone=MOSCOW, country="ru") == penalty.amount
    assert deadlines_for(LAW, violated_on=day, decreed_on=day, served_on=day, discount=None).discount_until is None


def test_a_day_before_the_law_files_begin_is_not_guessed() -> None:
    with pytest.raises(LawGapError, match="limitation"):
        limitation_day(LAW, date(2019, 1, 1))
