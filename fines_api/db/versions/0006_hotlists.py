"""Lists with rules of their own, entries that need a second person, imports, and what a hit rests on."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_LISTS = (
    # code, title, priority, widest, alert, confirm every, longest days, urgent
    ("stolen", "Угон", 1, "partial", "dispatch", 90, 366, True),
    ("wanted", "Розыск лица", 1, "partial", "dispatch", 30, 366, True),
    ("missing_person", "Пропал человек", 1, "partial", "dispatch", 14, 183, True),
    ("false_plates", "Подложные знаки", 2, "confusable", "dispatch", 90, 366, False),
    ("unpaid_fines", "Неоплаченные штрафы", 3, "exact", "notify", 7, 92, False),
    ("no_insurance", "Нет полиса ОСАГО", 3, "exact", "notify", 3, 31, False),
)


def upgrade() -> None:
    _lists()
    _entries()
    _waiting()
    _hits()
    _clearances()


def _lists() -> None:
    table = op.create_table(
        "hotlists",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("match_policy", sa.String(), nullable=False),
        sa.Column("widest_policy", sa.String(), nullable=False),
        sa.Column("most_cost", sa.Double(), nullable=True),
        sa.Column("alert_policy", sa.String(), nullable=False),
        sa.Column("confirm_every_days", sa.Integer(), nullable=False),
        sa.Column("longest_days", sa.Integer(), nullable=False),
        sa.Column("is_urgent_allowed", sa.Boolean(), nullable=False),
        sa.Column("writers", _JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name=op.f("ck_hotlists_priority")),
        sa.CheckConstraint("priority = 1 OR widest_policy <> 'partial'", name=op.f("ck_hotlists_partial_is_urgent")),
        sa.CheckConstraint(
            "alert_policy <> 'dispatch' OR reason NOT IN ('unpaid_fines', 'no_insurance')",
            name=op.f("ck_hotlists_no_stop_for_money"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hotlists")),
    )
    op.bulk_insert(
        table,
        [
            {
                "code": code, "title": title, "reason": code, "authority": "", "legal_basis": "", "priority": priority,
                "match_policy": "exact", "widest_policy": widest, "most_cost": None, "alert_policy": alert,
                "confirm_every_days": confirm, "longest_days": longest, "is_urgent_allowed": urgent,
                "writers": ["police"], "changed_at": datetime(2026, 11, 25, tzinfo=UTC), "changed_by": "system",
            }
            for code, title, priority, widest, alert, confirm, longest, urgent in _LISTS
        ],
    )  # fmt: skip


def _entries() -> None:
    op.add_column("hotlist_entries", sa.Column("list_code", sa.String(), nullable=True))
    op.add_column("hotlist_entries", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hotlist_entries", sa.Column("source_id", sa.String(), nullable=True))
    op.execute(
        "UPDATE hotlist_entries SET list_code = record->>'reason', "
        "confirmed_at = (record->>'confirmed_at')::timestamptz"
    )
    op.alter_column("hotlist_entries", "list_code", nullable=False)
    op.alter_column("hotlist_entries", "confirmed_at", nullable=False)
    op.create_index(op.f("ix_hotlist_entries_list_code_changed_at"), "hotlist_entries", ["list_code", "changed_at"])
    op.create_index(
        "ix_hotlist_entries_source",
        "hotlist_entries",
        ["list_code", "source_id"],
        postgresql_where=sa.text("source_id IS NOT NULL"),
    )
    op.add_column(
        "hotlist_entry_versions",
        sa.Column(
            "approved_by", sa.String(), nullable=True, comment="null: one person may do it, or another region did"
        ),
    )


def _waiting() -> None:
    op.create_table(
        "hotlist_proposals",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("list_code", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("plate_region", sa.String(), nullable=False),
        sa.Column("plate_type", sa.String(), nullable=False),
        sa.Column("record", _JSON, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_hotlist_proposals")),
    )
    op.create_index(
        "uq_hotlist_proposals_waiting",
        "hotlist_proposals",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(op.f("ix_hotlist_proposals_state_proposed_at"), "hotlist_proposals", ["state", "proposed_at"])
    op.create_index(
        "ix_hotlist_proposals_urgent",
        "hotlist_proposals",
        ["proposed_by", "plate"],
        postgresql_where=sa.text("is_urgent"),
    )
    op.create_table(
        "hotlist_imports",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("list_code", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False, comment="zlib"),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_hotlist_imports")),
    )
    op.create_index(op.f("ix_hotlist_imports_list_code_proposed_at"), "hotlist_imports", ["list_code", "proposed_at"])


def _hits() -> None:
    added: tuple[tuple[sa.Column[Any], str], ...] = (
        (sa.Column("list_code", sa.String()), "reason"),
        (sa.Column("content_version", sa.Integer()), "entry_version"),
        (sa.Column("match_kind", sa.String()), "'exact'"),
        (sa.Column("match_cost", sa.Double()), "0"),
        (sa.Column("listed_plate", sa.String()), "plate"),
        (sa.Column("reasons", _JSON), "'[]'::jsonb"),
        (sa.Column("is_searched_back", sa.Boolean()), "false"),
    )
    for column, _ in added:
        op.add_column("hotlist_hits", column)
    for column, value in added:
        op.execute(f"UPDATE hotlist_hits SET {column.name} = {value}")  # noqa: S608 - both are written above
        op.alter_column("hotlist_hits", column.name, nullable=False)
    for name, kind in (
        ("score", sa.Double()),
        ("state_reason", sa.String()),
        ("camera_id", sa.String()),
        ("action", sa.String()),
        ("action_by", sa.String()),
        ("action_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("hotlist_hits", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE hotlist_hits SET state_reason = 'vehicle_class' WHERE state = 'withheld'")
    op.execute("UPDATE hotlist_hits SET state_reason = 'cleared' WHERE state = 'cleared'")
    op.create_index(op.f("ix_hotlist_hits_captured_at"), "hotlist_hits", ["captured_at"])


def _clearances() -> None:
    op.alter_column("hotlist_clearances", "entry_version", new_column_name="content_version")
    op.add_column("hotlist_clearances", sa.Column("plate", sa.String(), nullable=True, comment="* = whatever was seen"))
    op.add_column("hotlist_clearances", sa.Column("hit_id", sa.Uuid(), nullable=True))
    op.add_column(
        "hotlist_clearances",
        sa.Column("said_by", sa.String(), nullable=True, comment="region whose officer judged"),
    )
    op.execute("UPDATE hotlist_clearances SET plate = '*', said_by = ''")
    op.alter_column("hotlist_clearances", "plate", nullable=False)
    op.alter_column("hotlist_clearances", "said_by", nullable=False)
    op.drop_constraint("pk_hotlist_clearances", "hotlist_clearances")
    op.create_primary_key(
        "pk_hotlist_clearances", "hotlist_clearances", ["entry_id", "content_version", "vehicle_class", "plate"]
    )
