"""Run alembic from code: forward-only revisions in ``fines_api/db/versions``."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from fines_api.db.engine import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to the revision, in one transaction under a lock timeout."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = database.engine
    command.upgrade(config, revision)
