"""How many officers a case needs; each decides once; the database issues no decree before so many have approved."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION require_every_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed integer := (SELECT reviewers FROM cases WHERE case_id = NEW.case_id);
    given integer := (
        SELECT count(DISTINCT officer_id) FROM reviews WHERE case_id = NEW.case_id AND decision = 'approved'
    );
BEGIN
    IF given IS DISTINCT FROM needed THEN
        RAISE EXCEPTION 'decree_has_every_approval: % of % officers have approved case %', given, needed, NEW.case_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decree_has_every_approval';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decree_has_every_approval BEFORE INSERT OR UPDATE OF case_id ON decrees
    FOR EACH ROW EXECUTE FUNCTION require_every_approval();
"""


def upgrade() -> None:
    # Cases that stand were opened when one officer was asked.
    op.add_column("cases", sa.Column("reviewers", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("cases", "reviewers", server_default=None)
    op.create_check_constraint(op.f("ck_cases_reviewers"), "cases", "reviewers BETWEEN 1 AND 2")
    op.add_column("reviews", sa.Column("approval", sa.Integer(), nullable=True))
    op.execute("UPDATE reviews SET approval = 1 WHERE decision = 'approved'")
    op.create_check_constraint(
        op.f("ck_reviews_approval_is_counted"), "reviews", "(decision = 'approved') = (approval IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_reviews_approval"), "reviews", "approval BETWEEN 1 AND 2")
    op.drop_index("uq_reviews_approval", "reviews")
    op.create_index(op.f("ix_reviews_case_id_approval"), "reviews", ["case_id", "approval"], unique=True)
    op.create_index(op.f("ix_reviews_case_id_officer_id"), "reviews", ["case_id", "officer_id"], unique=True)
    op.execute(_GUARD)
