import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from fines_api.db import Database
from fines_api.db.all_tables import METADATA
from fines_api.db.migrations import migrate, pending_revisions
from fines_api.kit.errors import UnavailableError
from fines_api.passages.packing import unpack

pytestmark = pytest.mark.integration


def test_a_fresh_database_answers(database: Database) -> None:
    with database.begin() as session:
        version = session.execute(text("SHOW server_version_num")).scalar_one()
    assert int(version) >= 160000


def test_a_database_that_is_down_is_one_clear_error() -> None:
    with pytest.raises(UnavailableError, match=r"database\.unavailable"):
        Database("postgresql://nobody@127.0.0.1:1/none").ping()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name is None or not name.startswith(("procrastinate_", "alembic_", "passages_"))


def test_the_revisions_make_exactly_the_tables_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        assert compare_metadata(context, METADATA) == []


_OLD_CASE = """
INSERT INTO users (id, username, password_hash, role, is_active, created_at)
    VALUES (gen_random_uuid(), 'petrova', 'x', 'officer', true, now());
INSERT INTO cases (case_id, candidate_id, passage_id, package_id, device_id, site_id, site_version, rule, rule_mode,
        occurred_at, opened_at, plate, plate_region, plate_type, plate_confidence, vehicle_class, facts,
        package_sha256, manifest, gates, limitation_until, state)
    VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'd', 's', 1, 'point_speed',
        'fine', now(), now(), 'A123BC77', 'ru', '1', 0.9, 'car', '{}', '', '{}', '[]', now(), 'decreed');
INSERT INTO reviews (review_id, case_id, officer_id, officer_name, decision, reason, decided_at, spent_ms, is_hasty)
    SELECT gen_random_uuid(), case_id, id, 'petrova', 'approved', '', now(), 4000, false FROM cases, users;
"""


@contextmanager
def migrated_from(postgres_url: str, revision: str, filled_with: str) -> Iterator[Database]:
    """A database of an older revision, filled, then brought to the newest."""
    name = f"old_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    old = Database(postgres_url.replace("/postgres?", f"/{name}?"))
    migrate(old, revision)
    with old.begin() as session:
        session.connection().exec_driver_sql(filled_with)
    migrate(old)
    assert pending_revisions(old) == []
    yield old
    old.dispose()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_cases_of_before_the_second_officer_keep_their_one_approval(postgres_url: str) -> None:
    with migrated_from(postgres_url, "0002", _OLD_CASE) as old, old.begin() as session:
        assert session.execute(text("SELECT reviewers FROM cases")).scalars().all() == [1]
        assert session.execute(text("SELECT approval FROM reviews")).scalars().all() == [1]


_OLD_PASSAGES = """
INSERT INTO passages (passage_id, plate, plate_region, plate_type, plate_confidence, vehicle_class, device_id, site_id,
        site_version, camera_id, captured_at, received_at, content_sha256, document)
    SELECT id, 'A123BC77', 'ru', '1', 0.9, 'car', 'cam-a', 's', 1, 'c', moment, now(), '',
        jsonb_build_object('passage_id', id, 'direction', 'receding')
    FROM (VALUES ('00000000-0000-0000-0000-000000000001'::uuid, now()),
        ('00000000-0000-0000-0000-000000000002'::uuid, now() - interval '40 days')) AS old (id, moment);
INSERT INTO intake_events (device_id, epoch, seq, event_sha256, previous_sha256, event_type, received_at, envelope)
    SELECT 'cam-a', 1, 1, repeat('ab', 32), repeat('0', 64), 'org.rubezh.passage.recorded.v1', now(),
        jsonb_build_object('payload', encode(
            '{"data": {"passage_id": "00000000-0000-0000-0000-000000000001"}, "kept": "as it was"}', 'base64'),
            'signatures', '[{"keyid": "key-1", "sig": "AAEC"}]'::jsonb);
"""


def test_passages_of_before_the_days_keep_their_signed_events(postgres_url: str) -> None:
    with migrated_from(postgres_url, "0003", _OLD_PASSAGES) as old, old.begin() as session:
        found = session.execute(text("SELECT direction, event, tableoid::regclass::text FROM passages ORDER BY 1, 3"))
        (_, late, its_day), (_, first, default) = sorted(found.all(), key=lambda row: row[2], reverse=True)
        assert json.loads(unpack(late))["kept"] == "as it was"
        assert json.loads(unpack(first))["data"]["direction"] == "receding"
        assert its_day.startswith("passages_p20")
        assert default == "passages_default"
        book = session.execute(text("SELECT event_sha256, key_id, signature, payload FROM intake_events")).one()
        assert tuple(book) == (b"\xab" * 32, "key-1", b"\0\1\2", None)


def test_a_day_that_gets_its_partition_late_takes_its_passages_along(database: Database) -> None:
    add = (
        "INSERT INTO passages (passage_id, captured_at, received_at, region, vehicle_class, device_id, site_id,"
        " site_version, camera_id, event) VALUES (gen_random_uuid(), now() - interval '20 days', now(), '77', 'car',"
        " 'd', 's', 1, 'c', '')"
    )
    with database.begin() as session:
        session.execute(text(add))
        where = text("SELECT tableoid::regclass::text FROM passages")
        assert session.scalars(where).all() == ["passages_default"]
        days = text("SELECT make_passage_partitions((now() - interval '22 days')::date, now()::date)")
        assert session.scalar(days) == 19
        assert session.scalar(days) == 0
        (day,) = session.scalars(where)
        assert day.startswith("passages_p20")


_OLD_HIT = """
INSERT INTO hotlist_entries (entry_id, owner_region, version, plate, plate_region, plate_type, valid_until,
        is_withdrawn, record, changed_at, created_by, match_policy)
    VALUES (gen_random_uuid(), '77', 3, 'A123BC77', 'ru', '1', now(), false,
        '{"reason": "wanted", "confirmed_at": "2026-01-02T03:04:05Z"}', now(), 'police:a', 'exact');
INSERT INTO hotlist_hits (hit_id, entry_id, entry_version, owner_region, seen_region, passage_id, site_id, place,
        latitude, longitude, captured_at, matched_at, plate, plate_region, plate_type, plate_confidence, vehicle_class,
        reason, priority, description, images, state)
    SELECT gen_random_uuid(), entry_id, 3, '77', '77', gen_random_uuid(), 's', 'p', 1, 2, now(), now(), 'A123BC77',
        'ru', '1', 0.9, 'car', 'wanted', 1, '', '{}', 'withheld' FROM hotlist_entries;
INSERT INTO hotlist_clearances (entry_id, entry_version, vehicle_class, verdict, cleared_by, cleared_at)
    SELECT entry_id, 3, 'car', 'wrong_vehicle', 'police:a', now() FROM hotlist_entries;
"""


def test_entries_hits_and_clearances_of_before_the_lists_stand_on_their_reasons_list(postgres_url: str) -> None:
    with migrated_from(postgres_url, "0005", _OLD_HIT) as old, old.begin() as session:
        entry = session.execute(text("SELECT list_code, confirmed_at, source_id FROM hotlist_entries")).one()
        hit = session.execute(
            text("SELECT list_code, content_version, match_kind, listed_plate, state_reason FROM hotlist_hits")
        ).one()
        cleared = session.execute(text("SELECT content_version, vehicle_class, plate FROM hotlist_clearances")).one()
    assert (entry.list_code, entry.confirmed_at.isoformat(), entry.source_id) == (
        "wanted", "2026-01-02T03:04:05+00:00", None,
    )  # fmt: skip
    assert tuple(hit) == ("wanted", 3, "exact", "A123BC77", "vehicle_class")
    assert tuple(cleared) == (3, "car", "*")
