"""Passages lose what the law no longer lets us keep: holds, day keys, runs, what outlives its day, leaving pictures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_EVENT = "the signed event, packed"
_MAY_BE_EMPTY = "the signed event, packed; empty: pseudonymised"

# The same as fines_api.passages.pseudonym; plain SQL, so that the planner sets it into the query.
_PSEUDONYM = """
CREATE FUNCTION make_passage_pseudonym(key bytea, plate text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    '~' || left(translate(upper(encode(sha256(key || sha256(key || convert_to(plate, 'UTF8'))), 'base64')
        COLLATE "C"), '+/', '01'), 12);
"""

_SCRATCH = """
CREATE FUNCTION open_passage_scratch(day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    scratch text := 'passages_s' || to_char(day, 'YYYYMMDD');
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE passages INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', scratch);
    RETURN scratch;
END $$;
"""

# Everything slow comes before the lock.  A passage that came in meanwhile is taken along as it is.  The bounds stand as
# a constraint while the partition is attached, so that nothing is read for them.
_SWAP = """
CREATE FUNCTION swap_passage_partition(day date, copied bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    scratch text := 'passages_s' || to_char(day, 'YYYYMMDD');
    name text := 'passages_p' || to_char(day, 'YYYYMMDD');
    first timestamptz := day::timestamp AT TIME ZONE 'UTC';
    past timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
    present bigint;
    late bigint := 0;
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (passage_id, captured_at)', scratch);
    EXECUTE format('CREATE INDEX ON %I (plate, captured_at)', scratch);
    EXECUTE format('CREATE INDEX ON %I (site_id, captured_at)', scratch);
    EXECUTE format('CREATE INDEX ON %I USING brin (captured_at)', scratch);
    EXECUTE format('CREATE INDEX ON %I USING brin (received_at)', scratch);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT in_its_day CHECK (captured_at >= %L AND captured_at < %L)',
        scratch, first, past);
    EXECUTE format('ANALYZE %I', scratch);
    LOCK TABLE passages IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT count(*) FROM %I', name) INTO present;
    IF present <> copied THEN
        EXECUTE format('INSERT INTO %I SELECT * FROM %I AS o WHERE NOT EXISTS '
            '(SELECT FROM %I AS n WHERE n.passage_id = o.passage_id AND n.captured_at = o.captured_at)',
            scratch, name, scratch);
        GET DIAGNOSTICS late = ROW_COUNT;
    END IF;
    EXECUTE format('ALTER TABLE passages DETACH PARTITION %I', name);
    EXECUTE format('DROP TABLE %I', name);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', scratch, name);
    EXECUTE format('ALTER TABLE passages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, past);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT in_its_day', name);
    RETURN late;
END $$;
"""

_DROP = """
CREATE FUNCTION drop_passage_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'passages_p' || to_char(day, 'YYYYMMDD');
BEGIN
    EXECUTE format('ALTER TABLE passages DETACH PARTITION %I', name);
    EXECUTE format('DROP TABLE %I', name);
END $$;
"""


def upgrade() -> None:
    op.alter_column("passages", "event", comment=_MAY_BE_EMPTY, existing_comment=_EVENT)
    for function in (_PSEUDONYM, _SCRATCH, _SWAP, _DROP):
        op.execute(function)
    _kept_passages()
    _leaving_pictures()
    _legal_holds()
    _keys_and_runs()


def _kept_passages() -> None:
    def word(name: str, *, nullable: bool = False) -> "sa.Column[str]":
        return sa.Column(name, sa.String(collation="C"), nullable=nullable)

    op.create_table(
        "kept_passages",
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        word("region"),
        word("plate", nullable=True),
        word("plate_region", nullable=True),
        word("plate_type", nullable=True),
        sa.Column("plate_confidence", sa.Double(), nullable=True),
        word("vehicle_class"),
        word("direction", nullable=True),
        word("device_id"),
        word("site_id"),
        sa.Column("site_version", sa.Integer(), nullable=False),
        word("camera_id"),
        sa.Column("event", sa.LargeBinary(), nullable=False, comment=_MAY_BE_EMPTY),
        word("why"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="null: as long as the reason lives"),
        sa.PrimaryKeyConstraint("passage_id", "captured_at", name=op.f("pk_kept_passages")),
    )
    op.create_index(op.f("ix_kept_passages_captured_at"), "kept_passages", ["captured_at"])
    op.create_index(op.f("ix_kept_passages_until"), "kept_passages", ["until"])


def _leaving_pictures() -> None:
    op.create_table(
        "leaving_pictures",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True, comment="storage holds it locked"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_leaving_pictures")),
    )


def _legal_holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=True),
        sa.Column("plate_region", sa.String(), nullable=True),
        sa.Column("plate_type", sa.String(), nullable=True),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("captured_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("captured_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passage_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(plate, site_id, passage_id) = 1", name=op.f("ck_legal_holds_one_scope")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_legal_holds_two_persons")),
        sa.CheckConstraint(
            "state NOT IN ('in_force', 'released') OR decided_by IS NOT NULL", name=op.f("ck_legal_holds_decided")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_state_until"), "legal_holds", ["state", "until"])

    op.create_table(
        "held_passages",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "passage_id", name=op.f("pk_held_passages")),
    )
    op.create_index(op.f("ix_held_passages_day"), "held_passages", ["day"])


def _keys_and_runs() -> None:
    op.create_table(
        "pseudonym_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True, comment="with the node's secret; null: destroyed"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(sealed IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_pseudonym_keys_destroyed_has_no_key")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_pseudonym_keys")),
    )
    op.create_table(
        "minimisation_runs",
        sa.Column("run_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_minimisation_runs")),
    )
