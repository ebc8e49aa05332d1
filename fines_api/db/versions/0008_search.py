"""Searching on the record: a dictionary of plates, the book of searches, ranks, and suspicions of cloned plates.

The dictionary has no row-level security, because ``@>`` on arrays is not leakproof and could not use its index under
one: it says which plates there are and neither when nor where.  The role of searches therefore may not read its times.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLE = """
GRANT SELECT (plate_id, plate, plate_region, plate_type, tokens) ON plates TO rubezh_searcher;
DO $$ BEGIN
    EXECUTE format('GRANT rubezh_searcher TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN NULL;  -- an administrator of the cluster made the role and grants it
END $$;
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
    op.create_check_constraint(
        op.f("ck_users_role"), "users", "role IN ('officer', 'police', 'administrator', 'auditor')"
    )
    # Rows come in the order of receipt, so one summary a megabyte finds what is new; the intake pays nothing for it.
    op.create_index(
        op.f("ix_passages_received_at"), "passages", ["received_at"], unique=False, postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )  # fmt: skip
    _dictionary()
    _book()
    _suspicions()
    op.execute(_ROLE)


def _dictionary() -> None:
    op.create_table(
        "plates",
        sa.Column("plate_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plate", sa.String(collation="C"), nullable=False),
        sa.Column("plate_region", sa.String(collation="C"), nullable=False),
        sa.Column("plate_type", sa.String(collation="C"), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tokens", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("plate_id", name=op.f("pk_plates")),
    )
    op.execute("ALTER TABLE plates SET (fillfactor = 80)")  # a later time of last_seen finds room on its page
    op.create_index(
        op.f("ix_plates_plate_plate_region_plate_type"), "plates", ["plate", "plate_region", "plate_type"], unique=True
    )
    op.create_index(op.f("ix_plates_tokens"), "plates", ["tokens"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_plates_last_seen"), "plates", ["last_seen"], unique=False, postgresql_using="brin")
    op.create_table(
        "search_marks",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_search_marks")),
    )


def _book() -> None:
    op.create_table(
        "searcher_ranks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rank IN ('inspector', 'investigator', 'chief')", name=op.f("ck_searcher_ranks_rank")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_searcher_ranks_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_searcher_ranks")),
    )
    op.create_table(
        "searches",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column(
            "plate", sa.String(), nullable=True, comment="what was asked for, as it was asked: text, part or pattern"
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("query", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("took_ms", sa.Double(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('plate', 'trace', 'convoy', 'stake_out')", name=op.f("ck_searches_kind")),
        sa.CheckConstraint(
            "state IN ('done', 'awaiting_approval', 'approved', 'refused')", name=op.f("ck_searches_state")
        ),
        sa.CheckConstraint("decided_by IS DISTINCT FROM officer", name=op.f("ck_searches_second_person")),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_searches")),
    )
    op.create_index(op.f("ix_searches_officer_asked_at"), "searches", ["officer", "asked_at"], unique=False)
    op.create_index(op.f("ix_searches_plate_asked_at"), "searches", ["plate", "asked_at"], unique=False)
    op.create_index(op.f("ix_searches_asked_at"), "searches", ["asked_at"], unique=False)
    op.execute("CREATE TRIGGER searches_stay BEFORE DELETE ON searches FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER searches_stay_whole BEFORE TRUNCATE ON searches "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _suspicions() -> None:
    op.create_table(
        "clone_suspicions",
        sa.Column("suspicion_id", sa.Uuid(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("plate_region", sa.String(), nullable=False),
        sa.Column("plate_type", sa.String(), nullable=False),
        sa.Column("first_passage_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_site_id", sa.String(), nullable=False),
        sa.Column("second_passage_id", sa.Uuid(), nullable=False),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_site_id", sa.String(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("needed_kmh", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'dismissed')", name=op.f("ck_clone_suspicions_state")),
        sa.PrimaryKeyConstraint("suspicion_id", name=op.f("pk_clone_suspicions")),
    )
    op.create_index(
        "uq_clone_suspicions_standing", "clone_suspicions", ["plate", "plate_region", "plate_type"], unique=True,
        postgresql_where=sa.text("state <> 'dismissed'"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_clone_suspicions_first_passage_id_second_passage_id"), "clone_suspicions",
        ["first_passage_id", "second_passage_id"], unique=True,
    )  # fmt: skip
    op.create_index(
        op.f("ix_clone_suspicions_state_second_at"), "clone_suspicions", ["state", "second_at"], unique=False
    )
