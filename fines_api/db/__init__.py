"""Engine, sessions and migrations.  One request or job is one transaction; nobody else commits."""

from sqlalchemy.orm import Session

from fines_api.db.engine import Database, open_database

__all__ = ["Database", "Session", "open_database"]
