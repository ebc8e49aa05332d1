"""What a hotlist in memory asks of its entries: a 64-bit number, a match policy, and when each changed, in order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE hotlist_changes")
    op.add_column("hotlist_entries", sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.add_column(
        "hotlist_entries",
        sa.Column("change", sa.BigInteger(), server_default=sa.text("nextval('hotlist_changes')"), nullable=False),
    )
    op.add_column("hotlist_entries", sa.Column("match_policy", sa.String(), server_default="exact", nullable=False))
    op.alter_column("hotlist_entries", "match_policy", server_default=None)
    op.create_unique_constraint(op.f("uq_hotlist_entries_number"), "hotlist_entries", ["number"])
    op.create_index(op.f("ix_hotlist_entries_change"), "hotlist_entries", ["change"], unique=False)
