"""What a source's file says, line by line, and what it would do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fines_api.hotlists.importing.planning import ImportCounts, is_suspicious, step_of, step_of_gone
from fines_api.hotlists.importing.reading import ImportFile, read_file
from fines_api.hotlists.policy import AlertPolicy, Hotlist
from fines_api.kit.errors import InvalidError
from recognition.contracts import HotlistEntryRecord, HotlistReason, MatchPolicy, VehicleClass

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_LIST = Hotlist(
    code="stolen", title="t", reason=HotlistReason.STOLEN, authority="", legal_basis="", priority=1,
    match_policy=MatchPolicy.EXACT, widest_policy=MatchPolicy.PARTIAL, most_cost=None,
    alert_policy=AlertPolicy.DISPATCH, confirm_every=timedelta(days=30), longest_validity=timedelta(days=366),
    is_urgent_allowed=True, writers=("police",),
)  # fmt: skip
_HEADER = "plate,plate_region,plate_type,vehicle_class,description,legal_basis,valid_until,source_id"
_GOOD = "А123ВС 77,ru,1,car,white Lada,case 1,2026-12-31,S-1"


def read(*lines: str, header: str = _HEADER) -> ImportFile:
    return read_file("\r\n".join((header, *lines)).encode(), _LIST, _NOW, "Europe/Moscow")


def test_a_line_is_a_vehicle() -> None:
    (line,) = read(_GOOD).lines
    assert (line.line, line.source_id, line.plate, line.plate_type) == (2, "S-1", "A123BC77", "1")
    assert (line.vehicle_class, line.description) == (VehicleClass.CAR, "white Lada")
    assert line.valid_until == datetime(2026, 12, 31, 21, tzinfo=UTC)


def test_semicolons_a_mark_of_order_and_fewer_columns_will_do() -> None:
    text = "\ufeffsource_id;plate;plate_region;legal_basis;valid_until\nS-1;B456OP99;RU;case 2;2026-12-31T21:00:00Z\n\n"
    (line,) = read_file(text.encode(), _LIST, _NOW, "Europe/Moscow").lines
    assert (line.plate, line.vehicle_class, line.valid_until.hour) == ("B456OP99", VehicleClass.UNKNOWN, 21)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("А123ВС 77", "Ж123ВС 77", "hotlist.plate"),
        ("А123ВС 77", "А12%ВС 77", "hotlist.wildcard"),
        ("А123ВС 77", "А1?3ВС 77", "hotlist.wildcard"),
        ("А123ВС 77,ru,1", "AA000777,ru,", "hotlist.plate_type"),
        (",ru,", ",zz,", "hotlist.plate"),
        (",car,", ",tank,", "hotlist.import_class"),
        ("case 1", "x", "hotlist.import_text"),
        ("2026-12-31", "31.12.2026", "hotlist.term"),
        ("2026-12-31", "2026-12-31T10:00:00", "hotlist.term"),
        ("2026-12-31", "2026-05-31", "hotlist.term"),
        ("2026-12-31", "2028-01-01", "hotlist.term"),
        ("S-1", "", "hotlist.import_text"),
        ("S-1", "x" * 65, "hotlist.import_text"),
        ("white Lada", "white\x00Lada", "hotlist.import_text"),
        ("white Lada", "white, Lada", "hotlist.import_columns"),
    ],
)
def test_a_line_that_is_no_entry_is_told_with_its_number_and_reason(old: str, new: str, code: str) -> None:
    file = read(_GOOD.replace("S-1", "S-0"), _GOOD.replace(old, new))
    assert [line.line for line in file.lines] == [2]
    assert [(line.line, line.code) for line in file.rejected] == [(3, code)]


def test_a_vehicle_named_twice_counts_once() -> None:
    file = read(_GOOD, _GOOD)
    assert [line.code for line in file.rejected] == ["hotlist.import_twice"]
    assert len(file.lines) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "hotlist.import_header"),
        (b"plate,plate_region\n", "hotlist.import_header"),
        ((_HEADER + ",owner_name").encode(), "hotlist.import_header"),
        ((_HEADER + ",plate").encode(), "hotlist.import_header"),
        (_HEADER.encode() + b"\n\xff", "hotlist.import_encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_file(data, _LIST, _NOW, "Europe/Moscow")
    assert refused.value.code == code


def known(*lines: str, at: datetime = _NOW) -> dict[str, HotlistEntryRecord]:
    made = step_of(read(*lines).lines, {}, _LIST, "77", at).records
    return {str(one.source_id): one for one in made}


def test_the_same_file_again_changes_nothing() -> None:
    step = step_of(read(_GOOD).lines, known(_GOOD), _LIST, "77", _NOW + timedelta(days=1))
    assert (step.records, step.counts) == ((), ImportCounts(unchanged=1))
    assert known(_GOOD) == known(_GOOD), "ids are the source's, not the clock's"


def test_an_unchanged_entry_is_confirmed_when_half_its_time_has_passed() -> None:
    later = _NOW + timedelta(days=16)
    (record,) = step_of(read(_GOOD).lines, known(_GOOD), _LIST, "77", later).records
    assert (record.version, record.content_version, record.confirmed_at) == (2, 1, later)


@pytest.mark.parametrize(
    ("old", "new", "content_version"),
    [("2026-12-31", "2026-11-30", 1), ("case 1", "case 9", 1), ("white", "black", 2), (",car,", ",truck,", 2)],
)
def test_only_what_is_said_of_the_vehicle_lifts_a_clearance(old: str, new: str, content_version: int) -> None:
    step = step_of(read(_GOOD.replace(old, new)).lines, known(_GOOD), _LIST, "77", _NOW)
    assert step.counts == ImportCounts(changed=1)
    assert (step.records[0].version, step.records[0].content_version) == (2, content_version)
    assert step.searched == step.records


def test_what_was_withdrawn_comes_back_as_new() -> None:
    before = {name: one.model_copy(update={"is_withdrawn": True}) for name, one in known(_GOOD).items()}
    step = step_of(read(_GOOD).lines, before, _LIST, "77", _NOW)
    assert step.counts == ImportCounts(added=1)
    assert (step.records[0].version, step.records[0].is_withdrawn) == (2, False)


def test_a_whole_list_withdraws_what_it_lacks_but_not_what_it_cannot_spell() -> None:
    file = read(_GOOD.replace("А123ВС", "Ж123ВС"))
    assert file.sources == {"S-1"}
    gone = step_of_gone(known(_GOOD).values())
    assert gone.counts == ImportCounts(withdrawn=1)
    assert gone.records[0].is_withdrawn
    assert step_of_gone(gone.records).counts == ImportCounts()


@pytest.mark.parametrize(("withdrawn", "standing", "expected"), [(0, 0, False), (2, 10, False), (3, 10, True)])
def test_what_is_suspicious(withdrawn: int, standing: int, expected: bool) -> None:
    assert is_suspicious(withdrawn, standing) is expected
    assert replace(ImportCounts(), withdrawn=withdrawn).plus(ImportCounts(1)).added == 1
