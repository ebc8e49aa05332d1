import pytest
from sqlalchemy import text

from fines_api.db import Database
from fines_api.kit.errors import UnavailableError

pytestmark = pytest.mark.integration


def test_a_fresh_database_answers(database: Database) -> None:
    with database.begin() as session:
        version = session.execute(text("SHOW server_version_num")).scalar_one()
    assert int(version) >= 160000


def test_a_database_that_is_down_is_one_clear_error() -> None:
    with pytest.raises(UnavailableError, match=r"database\.unavailable"):
        Database("postgresql://nobody@127.0.0.1:1/none").ping()
