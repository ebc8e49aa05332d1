"""Who is let in when: buckets by a clock that is moved by hand, and the gate under every order of arrival."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.intake.admission import DeviceBudgets, GateLimits, IntakeGate, is_backlog
from fines_api.kit.clock import FixedClock
from fines_api.kit.errors import TooManyError, UnavailableError


@pytest.mark.parametrize(
    ("header", "is_old"),
    [(None, False), ("", False), ("u=3", False), ("u=5", True), ("i, u=6", True), ("u=x", False), ("u=", False)],
)
def test_a_priority_header_says_what_can_wait(header: str | None, *, is_old: bool) -> None:
    assert is_backlog(header) is is_old


def test_a_flooding_device_waits_until_its_debt_is_paid_and_others_do_not() -> None:
    clock = FixedClock(datetime(2026, 11, 25, tzinfo=UTC))
    budgets = DeviceBudgets(rate_per_s=10, burst=100, clock=clock)
    budgets.check("flood")
    budgets.charge("flood", 500)
    with pytest.raises(TooManyError) as turned_away:
        budgets.check("flood")
    assert (turned_away.value.code, turned_away.value.retry_after_s) == ("intake.device_rate", 40)
    budgets.check("quiet")
    clock.advance(timedelta(seconds=39))
    with pytest.raises(TooManyError):
        budgets.check("flood")
    clock.advance(timedelta(seconds=2))
    budgets.check("flood")
    clock.advance(timedelta(seconds=-7200))
    budgets.check("flood")  # a clock set back takes nothing away
    clock.advance(timedelta(days=7))
    budgets.charge("flood", 100)
    with pytest.raises(TooManyError):
        budgets.check("flood")  # a week of silence saves up no more than the burst


def test_buckets_that_are_full_are_forgotten() -> None:
    clock = FixedClock(datetime(2026, 11, 25, tzinfo=UTC))
    budgets = DeviceBudgets(rate_per_s=10, burst=5, clock=clock)
    for number in range(10_000):
        budgets.charge(f"camera-{number}", 1)
    clock.advance(timedelta(seconds=60))
    budgets.charge("one more", 1)
    assert set(budgets._buckets) == {"one more"}


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 4))
def test_everybody_comes_through_live_first_and_backlog_one_in_eight(arrivals: list[bool], slots: int) -> None:
    order: list[bool] = []

    async def one(gate: IntakeGate, *, is_old: bool) -> None:
        async with gate.place(is_backlog=is_old), gate.slot(is_backlog=is_old):
            order.append(is_old)
            await asyncio.sleep(0)

    async def all_at_once() -> None:
        gate = IntakeGate(GateLimits(slots, live=40, backlog=40), random.Random(1))
        async with gate.place(is_backlog=False):
            holders = [gate.slot(is_backlog=False) for _ in range(slots)]
            for holder in holders:
                await holder.__aenter__()
            tasks = [asyncio.create_task(one(gate, is_old=is_old)) for is_old in arrivals]
            await asyncio.sleep(0.001)
            assert order == []
            for holder in holders:
                await holder.__aexit__(None, None, None)
            await asyncio.gather(*tasks)

    asyncio.run(all_at_once())
    assert sorted(order) == sorted(arrivals)
    for at, is_old in enumerate(order):
        if is_old and False in order[at:]:
            assert order[max(at - 7, 0) : at] == [False] * 7  # it went before live ones only after seven of them


def test_a_full_queue_says_when_to_come_back_and_the_kinds_do_not_crowd_each_other_out() -> None:
    async def crowd() -> None:
        gate = IntakeGate(GateLimits(1, live=2, backlog=1), random.Random(1))
        async with gate.place(is_backlog=True), gate.place(is_backlog=False), gate.place(is_backlog=False):
            for is_old in (True, False):
                with pytest.raises(UnavailableError) as full:
                    async with gate.place(is_backlog=is_old):
                        pass
                assert full.value.code == "intake.full"
                assert 2 <= (full.value.retry_after_s or 0) <= 10
        async with gate.place(is_backlog=True):
            pass

    asyncio.run(crowd())


def test_one_who_leaves_while_waiting_takes_no_turn_with_him() -> None:
    async def leave() -> None:
        gate = IntakeGate(GateLimits(1), random.Random(1))

        async def wait() -> None:
            async with gate.slot(is_backlog=False):
                pass

        async with gate.slot(is_backlog=False):
            leaving, staying = asyncio.create_task(wait()), asyncio.create_task(wait())
            await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(staying, 5)
        async with gate.slot(is_backlog=True):
            assert gate._free == 0
        assert gate._free == 1

    asyncio.run(leave())
