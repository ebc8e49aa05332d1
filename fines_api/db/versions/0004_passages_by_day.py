"""Passages lie in one partition a day; the door's books keep signatures and hashes, not a second copy of a passage.

What a passage's signed event says lies in the passage's row alone, and goes with its partition.  ``rubezh_searcher``
is the role in which searches run: row-level security shows it one region's passages since a moment, and nothing at all
when neither is set.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PARTITIONS = """
CREATE FUNCTION make_passage_partitions(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    day date;
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7233005);
    FOR day IN SELECT d::date FROM generate_series(first_day, last_day, interval '1 day') AS d LOOP
        name := 'passages_p' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE passages INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM passages_default WHERE captured_at >= %L AND captured_at < %L RETURNING *) '
            'INSERT INTO %I SELECT * FROM moved',
            day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC', name
        );
        EXECUTE format(
            'ALTER TABLE passages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC'
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""

_ROLE = """
DO $$ BEGIN
    CREATE ROLE rubezh_searcher NOLOGIN NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""

_POLICY = """
ALTER TABLE passages ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON passages TO rubezh_searcher;
CREATE POLICY searchers_see_a_region_since_a_moment ON passages FOR SELECT TO rubezh_searcher USING (
    region = current_setting('rubezh.region', true)
    AND captured_at >= NULLIF(current_setting('rubezh.since', true), '')::timestamptz
);
"""


def upgrade() -> None:
    _slim_the_books()
    _partition_passages()


def _slim_the_books() -> None:
    for name in ("event_sha256", "previous_sha256"):
        op.alter_column(
            "intake_events", name, type_=sa.LargeBinary(), postgresql_using=f"decode({name}, 'hex')", nullable=False
        )
    op.add_column("intake_events", sa.Column("key_id", sa.String(), nullable=True))
    op.add_column("intake_events", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.add_column(
        "intake_events",
        sa.Column("payload", sa.LargeBinary(), nullable=True, comment="null: with its passage, as long as that lives"),
    )
    op.execute(
        "UPDATE intake_events SET payload = decode(envelope->>'payload', 'base64'), "
        "key_id = envelope->'signatures'->0->>'keyid', "
        "signature = decode(envelope->'signatures'->0->>'sig', 'base64')"
    )
    op.alter_column("intake_events", "key_id", nullable=False)
    op.alter_column("intake_events", "signature", nullable=False)
    op.drop_column("intake_events", "envelope")
    op.drop_index(op.f("ix_intake_events_received_at"), "intake_events")


def _partition_passages() -> None:
    op.rename_table("passages", "passages_before")
    for name in ("pk_passages", "ix_passages_captured_at", "ix_passages_site_id_captured_at"):
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_before")
    op.create_table(
        "passages",
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(collation="C"), nullable=False),
        sa.Column("plate", sa.String(collation="C"), nullable=True),
        sa.Column("plate_region", sa.String(collation="C"), nullable=True),
        sa.Column("plate_type", sa.String(collation="C"), nullable=True),
        sa.Column("plate_confidence", sa.Double(), nullable=True),
        sa.Column("vehicle_class", sa.String(collation="C"), nullable=False),
        sa.Column("direction", sa.String(collation="C"), nullable=True),
        sa.Column("device_id", sa.String(collation="C"), nullable=False),
        sa.Column("site_id", sa.String(collation="C"), nullable=False),
        sa.Column("site_version", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(collation="C"), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False, comment="the signed event, packed"),
        sa.PrimaryKeyConstraint("passage_id", "captured_at", name=op.f("pk_passages")),
        postgresql_partition_by="RANGE (captured_at)",
    )
    op.create_index(op.f("ix_passages_plate_captured_at"), "passages", ["plate", "captured_at"], unique=False)
    op.create_index(op.f("ix_passages_site_id_captured_at"), "passages", ["site_id", "captured_at"], unique=False)
    op.create_index(op.f("ix_passages_captured_at"), "passages", ["captured_at"], unique=False, postgresql_using="brin")
    op.execute("CREATE TABLE passages_default PARTITION OF passages DEFAULT")
    op.execute(_PARTITIONS)
    op.execute(
        "SELECT make_passage_partitions((now() AT TIME ZONE 'UTC')::date - 3, (now() AT TIME ZONE 'UTC')::date + 7)"
    )
    # Stored plain (0 before it).  A passage's event is found by the id in it; one that came in before books were kept
    # is written from its document.
    op.execute(
        "INSERT INTO passages SELECT p.passage_id, p.captured_at, p.received_at, "
        "coalesce((SELECT s.document->>'region' FROM site_versions s WHERE s.site_id = p.site_id "
        "AND s.version = p.site_version), ''), "
        "p.plate, p.plate_region, p.plate_type, p.plate_confidence, p.vehicle_class, p.document->>'direction', "
        "p.device_id, p.site_id, p.site_version, p.camera_id, "
        "'\\x00'::bytea || coalesce((SELECT e.payload FROM intake_events e WHERE e.device_id = p.device_id "
        "AND e.refused_code IS NULL AND e.event_type = 'org.rubezh.passage.recorded.v1' "
        "AND convert_from(e.payload, 'UTF8')::jsonb->'data'->>'passage_id' = p.passage_id::text LIMIT 1), "
        "convert_to(jsonb_build_object('data', p.document)::text, 'UTF8')) FROM passages_before p"
    )
    op.execute(
        "UPDATE intake_events SET payload = NULL "
        "WHERE refused_code IS NULL AND event_type = 'org.rubezh.passage.recorded.v1'"
    )
    op.drop_table("passages_before")
    op.execute(_ROLE)
    op.execute(_POLICY)
