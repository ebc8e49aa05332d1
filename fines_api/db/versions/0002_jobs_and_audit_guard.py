"""Schema of the job queue, as its library ships it; audit rows can only be added."""

from pathlib import Path

import procrastinate
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_rows_are_final BEFORE UPDATE OR DELETE ON audit_rows
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_rows_stay BEFORE TRUNCATE ON audit_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    schema = (Path(procrastinate.__file__).parent / "sql" / "schema.sql").read_text(encoding="utf-8")
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    raw.execute(schema.encode())
    raw.execute(_GUARD.encode())
