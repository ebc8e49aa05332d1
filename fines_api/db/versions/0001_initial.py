"""First schema: every domain's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False, comment="canonical JSON text, exactly as hashed"),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_rows")),
    )
    op.create_index(op.f("ix_audit_rows_actor_at"), "audit_rows", ["actor", "at"], unique=False)
    op.create_index(op.f("ix_audit_rows_object_id"), "audit_rows", ["object_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("site_version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_mode", sa.String(length=16), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("plate_region", sa.String(length=64), nullable=False),
        sa.Column("plate_type", sa.String(length=64), nullable=False),
        sa.Column("plate_confidence", sa.Double(), nullable=False),
        sa.Column("vehicle_class", sa.String(length=16), nullable=False),
        sa.Column("measurement", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("limit_kmh", sa.Double(), nullable=True),
        sa.Column("excess_kmh", sa.Double(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("package_sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("article", sa.String(length=16), nullable=True),
        sa.Column("part", sa.String(length=16), nullable=True),
        sa.Column("gates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("limitation_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("hold_reason", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'held') <= (hold_reason IS NOT NULL)", name=op.f("ck_cases_held_has_reason")),
        sa.CheckConstraint(
            "rule_mode = 'fine' OR state IN ('held', 'shadowed', 'warned', 'rejected', 'evidence_insufficient')",
            name=op.f("ck_cases_only_fine_mode_fines"),
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
        sa.UniqueConstraint("candidate_id", name=op.f("uq_cases_candidate_id")),
    )
    op.create_index("ix_cases_act", "cases", ["plate", "plate_region", "rule", "occurred_at"], unique=False)
    op.create_index("ix_cases_queue", "cases", ["state", "occurred_at"], unique=False)
    op.create_table(
        "decree_counters",
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "year", name=op.f("pk_decree_counters")),
    )
    op.create_table(
        "device_keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("public_key_pem", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_device_keys")),
    )
    op.create_index(op.f("ix_device_keys_device_id"), "device_keys", ["device_id"], unique=False)
    op.create_table(
        "device_nonces",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "nonce", name=op.f("pk_device_nonces")),
    )
    op.create_index(op.f("ix_device_nonces_seen_at"), "device_nonces", ["seen_at"], unique=False)
    op.create_table(
        "enrolment_codes",
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_enrolment_codes")),
    )
    op.create_table(
        "evidence_objects",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence_objects")),
    )
    op.create_table(
        "hotlist_clearances",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("vehicle_class", sa.String(), nullable=False, comment="* = whatever the vehicle"),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "entry_version", "vehicle_class", name=op.f("pk_hotlist_clearances")),
    )
    op.create_table(
        "hotlist_entries",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("owner_region", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("plate_region", sa.String(), nullable=False),
        sa.Column("plate_type", sa.String(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_hotlist_entries")),
    )
    op.create_index(
        op.f("ix_hotlist_entries_plate_plate_region_plate_type"),
        "hotlist_entries",
        ["plate", "plate_region", "plate_type"],
        unique=False,
    )
    op.create_table(
        "hotlist_entry_versions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_hotlist_entry_versions")),
    )
    op.create_table(
        "hotlist_hits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("hit_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("owner_region", sa.String(), nullable=False),
        sa.Column("seen_region", sa.String(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("plate_region", sa.String(), nullable=False),
        sa.Column("plate_type", sa.String(), nullable=False),
        sa.Column("plate_confidence", sa.Double(), nullable=False),
        sa.Column("vehicle_class", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("images", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("verdict_by", sa.String(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict_note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotlist_hits")),
        sa.UniqueConstraint("entry_id", "passage_id", name=op.f("uq_hotlist_hits_entry_id_passage_id")),
        sa.UniqueConstraint("hit_id", name=op.f("uq_hotlist_hits_hit_id")),
    )
    op.create_index(op.f("ix_hotlist_hits_state"), "hotlist_hits", ["state"], unique=False)
    op.create_table(
        "intake_alarms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_alarms")),
        sa.UniqueConstraint(
            "device_id", "epoch", "seq", "code", name=op.f("uq_intake_alarms_device_id_epoch_seq_code")
        ),
    )
    op.create_table(
        "intake_candidates",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("package_sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidate", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_intake_candidates")),
    )
    op.create_table(
        "intake_events",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_sha256", sa.String(), nullable=False),
        sa.Column("previous_sha256", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_code", sa.String(), nullable=True, comment="null = accepted"),
        sa.Column("envelope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", name=op.f("pk_intake_events")),
    )
    op.create_index(op.f("ix_intake_events_received_at"), "intake_events", ["received_at"], unique=False)
    op.create_table(
        "intake_gaps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.Column("to_seq", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_gaps")),
    )
    op.create_index(op.f("ix_intake_gaps_device_id_epoch"), "intake_gaps", ["device_id", "epoch"], unique=False)
    op.create_table(
        "passages",
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("plate", sa.String(), nullable=True),
        sa.Column("plate_region", sa.String(), nullable=True),
        sa.Column("plate_type", sa.String(), nullable=True),
        sa.Column("plate_confidence", sa.Double(), nullable=True),
        sa.Column("vehicle_class", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("site_version", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_captured_at"), "passages", ["captured_at"], unique=False)
    op.create_index(
        op.f("ix_passages_plate_plate_region_plate_type_captured_at"),
        "passages",
        ["plate", "plate_region", "plate_type", "captured_at"],
        unique=False,
    )
    op.create_index(op.f("ix_passages_site_id_captured_at"), "passages", ["site_id", "captured_at"], unique=False)
    op.create_table(
        "quarantine_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False, comment="the first 64 KiB"),
        sa.Column("storage_key", sa.String(), nullable=True, comment="where all of it is, when it is larger"),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_items")),
        sa.UniqueConstraint(
            "device_id", "kind", "raw_sha256", "code", name=op.f("uq_quarantine_items_device_id_kind_raw_sha256_code")
        ),
    )
    op.create_index(op.f("ix_quarantine_items_last_at"), "quarantine_items", ["last_at"], unique=False)
    op.create_table(
        "region_inbox",
        sa.Column("sender_region", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("sender_region", "stream", "sequence", name=op.f("pk_region_inbox")),
    )
    op.create_table(
        "region_outbox",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("fact_key", sa.String(length=128), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("stream", "sequence", name=op.f("pk_region_outbox")),
        sa.UniqueConstraint("fact_key", name=op.f("uq_region_outbox_fact_key")),
    )
    op.create_index(
        "ix_region_outbox_waiting",
        "region_outbox",
        ["stream"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "region_peers",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_region_peers")),
    )
    op.create_table(
        "region_quarantine",
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("raw_sha256", "code", name=op.f("pk_region_quarantine")),
    )
    op.create_table(
        "region_streams",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_region_streams")),
    )
    op.create_table(
        "site_versions",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "version", name=op.f("pk_site_versions")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('officer', 'police', 'administrator')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "vehicles",
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("plate_region", sa.String(length=64), nullable=False),
        sa.Column("plate_type", sa.String(length=64), nullable=False),
        sa.Column("certificate_digest", sa.String(length=64), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("colour", sa.String(length=40), nullable=False),
        sa.Column("vehicle_class", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("certificate_digest", name=op.f("uq_vehicles_certificate_digest")),
    )
    op.create_index(
        op.f("ix_vehicles_plate_region_plate_type_plate"),
        "vehicles",
        ["plate_region", "plate_type", "plate"],
        unique=True,
    )
    op.create_table(
        "review_openings",
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_review_openings_case_id_cases")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_review_openings_officer_id_users")),
        sa.PrimaryKeyConstraint("opening_id", name=op.f("pk_review_openings")),
    )
    op.create_index(
        op.f("ix_review_openings_case_id_officer_id_opened_at"),
        "review_openings",
        ["case_id", "officer_id", "opened_at"],
        unique=False,
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_ms", sa.Integer(), nullable=False),
        sa.Column("is_hasty", sa.Boolean(), nullable=False),
        sa.CheckConstraint("decision = 'approved' OR length(reason) > 0", name=op.f("ck_reviews_refusal_has_reason")),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected', 'evidence_insufficient')", name=op.f("ck_reviews_decision")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_reviews_case_id_cases")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_reviews_officer_id_users")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_case_id"), "reviews", ["case_id"], unique=False)
    op.create_index(
        "uq_reviews_approval", "reviews", ["case_id"], unique=True, postgresql_where=sa.text("decision = 'approved'")
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, comment="user name, device id, or what stands for a citizen"),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sessions_token_digest")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_role_subject"), "sessions", ["role", "subject"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "decrees",
        sa.Column("decree_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("payment_reference", sa.String(length=25), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_name", sa.String(length=64), nullable=False),
        sa.Column("rule_mode", sa.String(length=16), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("plate_region", sa.String(length=64), nullable=False),
        sa.Column("plate_type", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=16), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("article_text", sa.String(), nullable=False),
        sa.Column("article_text_en", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("discounted_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("discount_percent", sa.Integer(), nullable=True),
        sa.Column("discount_until", sa.Date(), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("payment_until", sa.Date(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("rule_mode = 'fine'", name=op.f("ck_decrees_only_fine_mode_fines")),
        sa.CheckConstraint(
            "amount_minor > 0 AND discounted_minor BETWEEN 1 AND amount_minor", name=op.f("ck_decrees_amounts")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_decrees_case_id_cases")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name=op.f("fk_decrees_review_id_reviews")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.vehicle_id"], name=op.f("fk_decrees_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("decree_id", name=op.f("pk_decrees")),
        sa.UniqueConstraint("case_id", name=op.f("uq_decrees_case_id")),
        sa.UniqueConstraint("number", name=op.f("uq_decrees_number")),
        sa.UniqueConstraint("payment_reference", name=op.f("uq_decrees_payment_reference")),
        sa.UniqueConstraint("review_id", name=op.f("uq_decrees_review_id")),
    )
    op.create_index(
        op.f("ix_decrees_plate_region_plate_type_plate"),
        "decrees",
        ["plate_region", "plate_type", "plate"],
        unique=False,
    )
    op.create_index(op.f("ix_decrees_region_year_sequence"), "decrees", ["region", "year", "sequence"], unique=True)
    op.create_index(op.f("ix_decrees_vehicle_id"), "decrees", ["vehicle_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("decree_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=25), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["decree_id"], ["decrees.decree_id"], name=op.f("fk_payments_decree_id_decrees")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_decree_id"), "payments", ["decree_id"], unique=False)
    op.create_table(
        "payment_receipts",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("decree_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_receipts_amount")),
        sa.ForeignKeyConstraint(
            ["decree_id"], ["decrees.decree_id"], name=op.f("fk_payment_receipts_decree_id_decrees")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name=op.f("fk_payment_receipts_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_payment_receipts")),
    )
    op.create_index(op.f("ix_payment_receipts_decree_id"), "payment_receipts", ["decree_id"], unique=False)
    op.create_index(op.f("ix_payment_receipts_payment_id"), "payment_receipts", ["payment_id"], unique=False)
    op.create_index(
        op.f("ix_payment_receipts_provider_event_id"), "payment_receipts", ["provider", "event_id"], unique=True
    )
    op.create_table(
        "overpayments",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("decree_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_overpayments_amount")),
        sa.ForeignKeyConstraint(["decree_id"], ["decrees.decree_id"], name=op.f("fk_overpayments_decree_id_decrees")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["payment_receipts.receipt_id"], name=op.f("fk_overpayments_receipt_id_payment_receipts")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_overpayments")),
    )
    op.create_index(op.f("ix_overpayments_decree_id"), "overpayments", ["decree_id"], unique=False)
