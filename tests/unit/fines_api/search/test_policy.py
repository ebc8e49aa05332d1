from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError
from fines_api.passages.policy import check_grounds
from fines_api.passages.schemas import SearchPurpose
from fines_api.search.policy import (
    ALONE,
    APPROVAL_TERM,
    WINDOWS,
    Rank,
    Searcher,
    SearchKind,
    SearchState,
    check_open,
    check_second_person,
    check_window,
    first_state,
)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATTERN = r"(?=.*\d)[\w/.№ -]{3,64}"


@pytest.mark.parametrize("rank", Rank)
def test_a_rank_looks_back_so_far_and_no_further(rank: Rank) -> None:
    searcher, floor = Searcher("ivanov", rank), NOW - WINDOWS[rank]
    check_window(searcher, floor, NOW, NOW)
    with pytest.raises(ForbiddenError, match=r"search\.rank"):
        check_window(searcher, floor - SECOND, NOW, NOW)


@pytest.mark.parametrize(("since", "until"), [(NOW, NOW), (NOW, NOW - SECOND), (NOW + SECOND, NOW + timedelta(days=1))])
def test_a_time_that_is_none_is_refused(since: datetime, until: datetime) -> None:
    with pytest.raises(InvalidError, match=r"search\.window"):
        check_window(Searcher("ivanov", Rank.CHIEF), since, until, NOW)


@given(st.sampled_from(SearchKind), st.integers(0, 400))
def test_a_trace_and_ninety_days_need_a_second_person(kind: SearchKind, days: int) -> None:
    state = first_state(kind, NOW - timedelta(days=days), NOW)
    is_deep = kind is SearchKind.TRACE or timedelta(days=days) > ALONE
    assert (state is SearchState.AWAITING_APPROVAL) is is_deep
    assert state in {SearchState.AWAITING_APPROVAL, SearchState.DONE}


@pytest.mark.parametrize("rank", Rank)
@pytest.mark.parametrize("state", SearchState)
@pytest.mark.parametrize("second", ["ivanov", "petrov"])
def test_only_another_of_rank_decides_and_only_once(second: str, state: SearchState, rank: Rank) -> None:
    may = second != "ivanov" and rank is not Rank.INSPECTOR and state is SearchState.AWAITING_APPROVAL
    if may:
        check_second_person("ivanov", Searcher(second, rank), state)
        return
    with pytest.raises((ConflictError, ForbiddenError)):
        check_second_person("ivanov", Searcher(second, rank), state)


def test_what_was_agreed_to_is_shown_for_a_day() -> None:
    check_open(SearchState.DONE, None, NOW)
    check_open(SearchState.APPROVED, NOW - APPROVAL_TERM, NOW)
    for state, decided_at in (
        (SearchState.APPROVED, NOW - APPROVAL_TERM - SECOND),
        (SearchState.APPROVED, None),
        (SearchState.AWAITING_APPROVAL, None),
        (SearchState.REFUSED, NOW),
    ):
        with pytest.raises(ConflictError):
            check_open(state, decided_at, NOW)


@pytest.mark.parametrize("number", ["12401450001000123", "№ 12-345/26", "case 42", " 1-23 "])
def test_numbers_of_cases_as_they_are_written(number: str) -> None:
    check_grounds(SearchPurpose.ACCIDENT, number, PATTERN)


@pytest.mark.parametrize("number", [None, "", "  ", "x", "friend", "12\n45", "1;DROP"])
def test_what_is_no_number_of_a_case(number: str | None) -> None:
    with pytest.raises(InvalidError, match=r"search\.case_number"):
        check_grounds(SearchPurpose.ACCIDENT, number, PATTERN)
