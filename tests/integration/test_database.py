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


def test_cases_of_before_the_second_officer_keep_their_one_approval(postgres_url: str) -> None:
    name = f"old_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    old = Database(postgres_url.replace("/postgres?", f"/{name}?"))
    migrate(old, "0002")
    with old.begin() as session:
        session.execute(text(_OLD_CASE))
    migrate(old)
    assert pending_revisions(old) == []
    with old.begin() as session:
        assert session.execute(text("SELECT reviewers FROM cases")).scalars().all() == [1]
        assert session.execute(text("SELECT approval FROM reviews")).scalars().all() == [1]
    old.dispose()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
