from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.payments.policy import Settlement, settle

END = datetime(2026, 4, 1, 21, 0, tzinfo=UTC)
EARLY, LATE = END - timedelta(microseconds=1), END
AMOUNT, DISCOUNTED = 75000, 56250


def _settle(*receipts: tuple[datetime, int], at: datetime = LATE, has_discount: bool = True) -> Settlement:
    return settle(
        receipts,
        amount_minor=AMOUNT,
        discounted_minor=DISCOUNTED if has_discount else AMOUNT,
        discount_ends_at=END if has_discount else None,
        at=at,
    )


@pytest.mark.parametrize(
    ("receipts", "at", "expected"),
    [
        ((), EARLY, Settlement(is_settled=False, paid_minor=0, due_minor=56250, overpaid_minor=0)),
        ((), LATE, Settlement(is_settled=False, paid_minor=0, due_minor=75000, overpaid_minor=0)),
        (((EARLY, 56250),), LATE, Settlement(is_settled=True, paid_minor=56250, due_minor=0, overpaid_minor=0)),
        (((LATE, 56250),), LATE, Settlement(is_settled=False, paid_minor=56250, due_minor=18750, overpaid_minor=0)),
        (((EARLY, 20000),), EARLY, Settlement(is_settled=False, paid_minor=20000, due_minor=36250, overpaid_minor=0)),
        (
            ((EARLY, 20000), (LATE, 36250)),
            LATE,
            Settlement(is_settled=False, paid_minor=56250, due_minor=18750, overpaid_minor=0),
        ),
        (
            ((EARLY, 56250), (LATE, 56250)),
            LATE,
            Settlement(is_settled=True, paid_minor=112500, due_minor=0, overpaid_minor=56250),
        ),
        (((EARLY, 75000),), LATE, Settlement(is_settled=True, paid_minor=75000, due_minor=0, overpaid_minor=18750)),
    ],
)
def test_partial_late_doubled(receipts: tuple[tuple[datetime, int], ...], at: datetime, expected: Settlement) -> None:
    assert _settle(*receipts, at=at) == expected


def test_without_a_discount_only_the_amount_settles() -> None:
    assert not _settle((EARLY, DISCOUNTED), at=EARLY, has_discount=False).is_settled
    assert _settle((EARLY, AMOUNT), at=EARLY, has_discount=False).is_settled


MOMENTS = st.integers(min_value=-100, max_value=100).map(lambda hours: END + timedelta(hours=hours))
RECEIPTS = st.lists(st.tuples(MOMENTS, st.integers(min_value=1, max_value=200_000)), max_size=8)


@given(RECEIPTS, MOMENTS)
def test_nothing_paid_is_lost(receipts: list[tuple[datetime, int]], at: datetime) -> None:
    result = _settle(*receipts, at=at)
    assert result.allocated_minor + result.overpaid_minor == sum(minor for _, minor in receipts) == result.paid_minor
    assert result.is_settled == (result.due_minor == 0)
    assert not (result.due_minor and result.overpaid_minor)


@given(RECEIPTS)
def test_the_order_in_which_news_arrives_does_not_matter(receipts: list[tuple[datetime, int]]) -> None:
    assert _settle(*receipts) == _settle(*reversed(receipts))
