"""Days that lose what the law no longer lets us keep, and what stays."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from fines_api.cli import app as commands
from fines_api.identity.schemas import Role
from fines_api.intake.leaving.service import LeavingPictures
from fines_api.kit.errors import InvalidError, UnavailableError
from fines_api.kit.storage import LocalStorage, StorageLockedError
from fines_api.passages.minimising.service import PassageDay
from fines_api.passages.pseudonym import pseudonym
from fines_api.passages.service import PassageService
from fines_api.privacy.holds import HoldService
from fines_api.privacy.nightly import Nightly
from fines_api.privacy.service import PrivacyService
from recognition.contracts import ImageRole, PlateKey

pytestmark = pytest.mark.integration
_GROUNDS = {"purpose": "stolen_vehicle", "case_number": "12401450001000123"}


def test_the_database_and_python_compute_the_same_pseudonym(region: Any) -> None:
    rnd = random.Random(7)
    for plate in ("A123BC77", "", "X", "Ж" * 12):
        key = rnd.randbytes(32)
        (found,) = region.all("SELECT make_passage_pseudonym(:key, :plate)", key=key, plate=plate)
        assert found == (pseudonym(key, plate),)
        assert pseudonym(key, plate)[0] == "~"
        assert len(pseudonym(key, plate)) == 13


def test_who_did_nothing_loses_plate_and_event_after_the_term_and_no_sooner(region: Any) -> None:
    start = region.clock.now()
    twice = [region.see(start + timedelta(minutes=minutes), "B456OP99") for minutes in (0, 5)]
    other, nameless = region.see(start, "C789TX77"), region.see(start, None)
    assert region.night(hours=84) == []
    (done,) = region.night(hours=1)
    assert done.counts == {"pseudonymised": 4, "pictures": 0}
    assert all(region.is_pseudonymised(each) for each in (*twice, other, nameless))
    first, second = (region.row(each.passage_id) for each in twice)
    assert first[4] == second[4] != region.row(other.passage_id)[4]
    before = region.stored[twice[0].passage_id]
    assert first[:4] + first[5:14] == before[:4] + before[5:14]
    indexes = {name for (name,) in region.all(
        "SELECT indexdef FROM pg_indexes WHERE tablename = :name", name=f"passages_p{start:%Y%m%d}"
    )}  # fmt: skip
    assert len(indexes) == 5


def test_a_search_shows_no_plate_and_says_why(region: Any, log_in: Any, client: Any) -> None:
    passage = region.see(region.clock.now(), "B456OP99", [region.build.jpeg(b"gone")])
    region.night(hours=90)
    police = log_in(Role.POLICE)
    (found,) = client.get("/v1/passages", headers=police).json()["passages"]
    assert (found["is_pseudonymised"], found["plate"], found["plate_display"]) == (True, None, None)
    assert found["images"] == {}
    assert client.get("/v1/passages", params={"plate": "B456OP99"} | _GROUNDS, headers=police).json()["passages"] == []
    assert client.get(f"/v1/passages/{passage.passage_id}/images/plate", headers=police).status_code == 404


def test_a_plate_is_found_by_its_pseudonym_until_the_key_is_destroyed(region: Any) -> None:
    day, key = region.clock.now().date(), PlateKey(plate="B456OP99", plate_region="ru", plate_type="1")
    passage = region.see(region.clock.now(), "B456OP99")
    region.night(hours=90)
    with region.node.database.begin() as session:
        names = PrivacyService(session, region.node).pseudonyms_of(key, [day, day + timedelta(days=1)])
    assert names == {day: region.row(passage.passage_id)[4]}
    (done,) = region.night(days=11)
    assert (done.action, done.day) == ("key_destroyed", day)
    with region.node.database.begin() as session:
        assert PrivacyService(session, region.node).pseudonyms_of(key, [day]) == {}
    assert region.all("SELECT sealed FROM pseudonym_keys") == [(None,)]


def test_hits_cases_and_holds_stay_byte_for_byte(region: Any) -> None:
    region.list_vehicle()
    start = region.clock.now()
    hit, case, innocent = region.see(start, "A123BC77"), region.suspect(start), region.see(start, "E001KX50")
    held = region.see(start, "E001KX50")
    region.hold(passage_id=held.passage_id)
    (done,) = region.night(hours=90)
    assert done.counts == {"hit": 1, "case": 1, "legal_hold": 1, "pseudonymised": 1, "pictures": 0}
    assert all(region.is_whole(each) for each in (hit, case, held))
    assert region.is_pseudonymised(innocent)


@pytest.mark.parametrize("has_partition", [True, False])
def test_a_day_is_dropped_and_what_is_kept_outlives_it(region: Any, log_in: Any, *, has_partition: bool) -> None:
    region.list_vehicle()
    start, picture = region.clock.now(), region.build.jpeg(b"of a hit")
    hit = region.see(start, "A123BC77", [picture], has_partition=has_partition)
    gone = region.see(start, "E001KX50", has_partition=has_partition)
    case = region.suspect(start + timedelta(minutes=1)) if has_partition else None
    (done,) = region.night(days=31)
    assert (done.action, done.counts["dropped"], done.counts["moved"]) == ("dropped", 1, 2 if case else 1)
    assert region.row(gone.passage_id) == ()
    assert region.all("SELECT 1 FROM passages") == []
    assert region.is_whole(hit)
    with region.node.database.begin() as session:
        user = type("User", (), {"actor": "police:test"})()
        shown = PassageService(session, region.node).image(hit.passage_id, ImageRole.PLATE, user)
    assert shown == (picture, "image/jpeg")
    region.night(days=334)
    assert region.is_whole(hit)
    region.night(days=2)
    assert region.row(hit.passage_id) == ()
    assert region.is_stored(picture)  # the hit itself still shows it
    assert case is None or region.is_whole(case)


def test_a_hold_by_plate_finds_what_is_pseudonymised_already(region: Any) -> None:
    start = region.clock.now()
    held, other = region.see(start, "B456OP99"), region.see(start, "C789TX77")
    region.night(hours=90)
    hold = region.hold(plate="B456OP99")
    region.night(days=30)
    assert region.row(held.passage_id)[4].startswith("~")
    assert region.row(other.passage_id) == ()
    assert region.all("SELECT sealed FROM pseudonym_keys") == [(None,)]
    region.night(days=30)  # the day's key is gone: what it led to was written down
    assert region.row(held.passage_id) != ()
    with region.node.database.begin() as session:
        HoldService(session, region.node).release(hold.hold_id, actor="administrator:one")
    region.night(days=1)
    assert region.row(held.passage_id) == ()


def test_a_passage_that_comes_late_is_minimised_the_night_after(region: Any) -> None:
    start = region.clock.now()
    region.see(start)
    region.night(hours=90)
    late = region.see(start + timedelta(minutes=9), "C789TX77")
    assert region.night(minutes=45) == []
    assert region.is_whole(late)
    later = region.see(start + timedelta(minutes=8), "C789TX77")
    (done,) = region.night(minutes=30)
    assert done.counts == {"minimised": 1, "pseudonymised": 1, "unsettled": 1, "pictures": 0}
    assert region.is_pseudonymised(late)
    assert region.is_whole(later)
    region.night(hours=1)
    assert region.is_pseudonymised(later)


def test_a_passage_that_comes_while_its_day_is_copied_is_taken_along(region: Any) -> None:
    start = region.clock.now()
    region.see(start)
    with region.node.database.begin() as session:
        scratch = session.execute(text("SELECT open_passage_scratch(:day)"), {"day": start.date()}).scalar_one()
        session.execute(text(f"INSERT INTO {scratch} SELECT * FROM passages_p{start:%Y%m%d}"))
        late = region.see(start + timedelta(minutes=1))
        swap = text("SELECT swap_passage_partition(:day, 1)")
        assert session.execute(swap, {"day": start.date()}).scalar_one() == 1
    assert region.is_whole(late)
    assert region.all("SELECT count(*) FROM passages") == [(2,)]


def test_what_a_device_tells_again_does_not_come_back(region: Any) -> None:
    passage = region.see(region.clock.now())
    region.night(hours=90)
    region.see(passage.captured_at, passage_id=passage.passage_id)
    assert region.is_pseudonymised(passage)


def test_pictures_go_when_nothing_refers_to_them(region: Any) -> None:
    region.list_vehicle()
    start = region.clock.now()
    alone, with_hit, with_fresh = (region.build.jpeg(mark) for mark in (b"alone", b"with a hit", b"with a fresh one"))
    region.see(start, "B456OP99", [alone, with_hit])
    region.see(start, "A123BC77", [with_hit])
    region.see(start, "B456OP99", [with_fresh])
    region.see(start + timedelta(days=3), "C789TX77", [with_fresh])
    done = region.night(hours=18)
    assert [(each.action, each.counts) for each in done][-1] == ("pictures_deleted", {"deleted": 1, "refused": 0})
    assert [region.is_stored(data) for data in (alone, with_hit, with_fresh)] == [False, True, True]
    region.night(days=4)
    assert [region.is_stored(data) for data in (alone, with_hit, with_fresh)] == [False, True, False]


def test_a_picture_that_intake_wants_again_stays(region: Any) -> None:
    picture = region.build.jpeg(b"wanted")
    region.see(region.clock.now(), "B456OP99", [picture])
    with region.node.database.begin() as session:
        LeavingPictures(session, region.node).let_go([region.store(picture)])
    region.store(picture)
    assert region.all("SELECT 1 FROM leaving_pictures") == []


class _LockedStorage(LocalStorage):
    """Storage under object lock."""

    def delete(self, key: str) -> None:
        raise StorageLockedError(f"{key} is locked")


def test_a_locked_picture_is_counted_and_the_run_goes_on(region: Any) -> None:
    folder = region.node.settings.data_dir / "evidence"
    object.__setattr__(region.node, "storage", _LockedStorage(folder))
    region.see(region.clock.now(), "B456OP99", [region.build.jpeg(b"locked")])
    done = region.night(hours=90)
    assert done[-1].counts == {"deleted": 0, "refused": 1}
    assert region.night(days=1) == []
    object.__setattr__(region.node, "storage", LocalStorage(folder))
    assert region.night(days=30)[-1].counts == {"deleted": 1, "refused": 0}


class _Killed(Exception):  # noqa: N818
    """The process ends here."""


@pytest.mark.parametrize(
    ("room", "step"),
    [
        (PassageDay, "counts"),
        (PassageDay, "leaving_pictures"),
        (PassageDay, "pseudonymise"),
        (LeavingPictures, "wait_for_intake"),
        (LeavingPictures, "spare"),
        (LeavingPictures, "strike"),
        (LeavingPictures, "delete_struck"),
    ],
)
@pytest.mark.parametrize("is_after", [False, True])
def test_a_kill_between_any_two_steps_is_made_good_by_the_next_run(
    region: Any, monkeypatch: pytest.MonkeyPatch, room: type, step: str, *, is_after: bool
) -> None:
    region.list_vehicle()
    start, picture = region.clock.now(), region.build.jpeg(b"a picture")
    hit, other = region.see(start, "A123BC77"), region.see(start, "B456OP99", [picture])
    real = getattr(room, step)

    def killed(self: Any, *args: Any) -> Any:
        if is_after:
            real(self, *args)
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(room, step, killed)
        with pytest.raises(_Killed):
            region.night(hours=90)
    is_day_done = region.is_pseudonymised(other)
    assert is_day_done != region.is_whole(other)
    assert is_day_done == (room is LeavingPictures)
    region.night(minutes=1)
    assert region.is_pseudonymised(other)
    assert region.is_whole(hit)
    assert not region.is_stored(picture)
    assert region.all("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'passages_s%'") == []
    state = region.whole_state()
    assert region.night(minutes=1) == []
    assert region.whole_state() == state


def test_storage_that_is_down_is_tried_again(region: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = region.build.jpeg(b"a picture")
    region.see(region.clock.now(), "B456OP99", [picture])

    def down(_self: Any, _key: str) -> None:
        raise UnavailableError("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(LocalStorage, "delete", down)
        with pytest.raises(UnavailableError):
            region.night(hours=90)
    assert region.night(minutes=1)[-1].counts == {"deleted": 1, "refused": 0}
    assert not region.is_stored(picture)


def test_policies_hold_for_a_day_that_was_swapped(region: Any) -> None:
    region.see(region.clock.now())
    region.night(hours=90)
    with region.node.database.begin() as session:
        session.execute(text("SET LOCAL ROLE rubezh_searcher"))
        assert session.execute(text("SELECT count(*) FROM passages")).scalar_one() == 0
        session.execute(text("SET LOCAL rubezh.region = '77'"))
        session.execute(text("SET LOCAL rubezh.since = '2000-01-01'"))
        assert session.execute(text("SELECT count(*) FROM passages")).scalar_one() == 1
    day = region.all("SELECT min(captured_at) FROM passages")[0][0]
    assert region.all(
        "SELECT has_table_privilege('rubezh_searcher', :name, 'SELECT')", name=f"passages_p{day:%Y%m%d}"
    ) == [(False,)]


def test_the_command_rehearses_and_refuses_a_day_that_is_not_due(
    region: Any, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    passage = region.see(region.clock.now() - timedelta(days=5))
    region.clock.advance(timedelta(hours=2))
    for name, value in (("REGION", "77"), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"RUBEZH_{name}", value)
    monkeypatch.setenv("RUBEZH_DATA_DIR", str(region.node.settings.data_dir))
    monkeypatch.setattr("fines_api.node.SystemClock", lambda: region.clock)
    told = CliRunner().invoke(commands, ["minimise", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "pseudonymised partition pseudonymised=1" in told.output
    assert region.is_whole(passage)
    assert CliRunner().invoke(commands, ["minimise", "--day", f"{region.clock.now():%Y-%m-%d}"]).exit_code == 1
    told = CliRunner().invoke(commands, ["minimise", "--day", f"{passage.captured_at:%Y-%m-%d}"])
    assert told.exit_code == 0, told.output
    assert region.is_pseudonymised(passage)


def test_a_day_too_young_is_refused_by_name(region: Any) -> None:
    with pytest.raises(InvalidError, match=r"privacy\.not_due"):
        Nightly(region.node, "test").run(region.clock.now().date())


def test_every_run_is_on_record(region: Any, client: Any, log_in: Any) -> None:
    region.see(region.clock.now(), "B456OP99", [region.build.jpeg(b"x")])
    region.night(hours=90)
    answer = client.get("/v1/minimisation-runs", headers=log_in(Role.ADMINISTRATOR)).json()["minimisation_runs"]
    assert [each["action"] for each in answer] == ["pictures_deleted", "pseudonymised"]
    assert answer[1]["counts"] == {"pseudonymised": 1, "pictures": 1}
    assert answer[1]["key_id"]
    tags = [tag for (tag,) in region.all("SELECT tag FROM audit_rows WHERE tag LIKE 'privacy:%'")]
    assert sorted(tags) == ["privacy:passages:pictures_deleted", "privacy:passages:pseudonymised"]
    assert client.get("/v1/minimisation-runs", headers=log_in(Role.POLICE)).status_code == 403


def test_no_text_anybody_types_finds_a_pseudonym(region: Any, client: Any, log_in: Any) -> None:
    region.see(region.clock.now())
    region.night(hours=90)
    ((name,),) = region.all("SELECT plate FROM passages")
    for typed in (name, name[1:]):
        answer = client.get("/v1/passages", params={"plate": typed} | _GROUNDS, headers=log_in(Role.POLICE))
        assert answer.json()["passages"] == []
