import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from fines_api.db import Database
from fines_api.db.all_tables import METADATA
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
    return kind != "table" or name is None or not name.startswith(("procrastinate_", "alembic_"))


def test_the_revisions_make_exactly_the_tables_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        assert compare_metadata(context, METADATA) == []
