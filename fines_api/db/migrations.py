"""Run alembic from code: forward-only revisions in ``fines_api/db/versions``."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from fines_api.db.engine import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to the revision, in one transaction under a lock timeout."""
    config = _config()
    config.attributes["engine"] = database.engine
    command.upgrade(config, revision)


def pending_revisions(database: Database) -> list[str]:
    """Name the revisions the database still lacks, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    with database.begin() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return [script.revision for script in reversed(list(scripts.iterate_revisions("head", current or "base")))]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
