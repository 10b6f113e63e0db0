"""Accounts, help taken in practice, codes of variants, sittings that end by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("learner", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sitting", sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sitting", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "sitting",
        sa.Column("feedback", sa.String(length=16), server_default="submission", nullable=False),
    )
    op.add_column(
        "sitting",
        sa.Column("late_drafts", sa.String(length=16), server_default="submit", nullable=False),
    )
    op.add_column("sitting", sa.Column("submitted_by", sa.String(length=16), nullable=True))
    op.execute("UPDATE sitting SET submitted_by = 'learner' WHERE submitted_at IS NOT NULL")
    op.add_column(
        "sitting_item",
        sa.Column("flagged", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=240), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("time_factor", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('learner', 'instructor', 'admin')", name=op.f("ck_account_role")
        ),
        sa.CheckConstraint("time_factor > 0", name=op.f("ck_account_time_factor")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_account_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_account")),
        sa.UniqueConstraint("name_key", name=op.f("uq_account_name_key")),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["account.learner_id"], name=op.f("fk_sign_in_learner_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_learner_id"), "sign_in", ["learner_id"])
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('admin', 'password')", name=op.f("ck_one_time_link_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["account.learner_id"], name=op.f("fk_one_time_link_learner_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_table(
        "tally",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tally")),
    )
    op.create_table(
        "preferences",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("retention", sa.Double(), nullable=False),
        sa.CheckConstraint("daily_limit >= 0", name=op.f("ck_preferences_daily_limit")),
        sa.CheckConstraint(
            "retention > 0 AND retention < 1", name=op.f("ck_preferences_retention")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_preferences_learner_id")
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "aid",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("variant_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("hints >= 0", name=op.f("ck_aid_hints")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_aid_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", "item", "variant_number", name=op.f("pk_aid")),
    )
    op.create_table(
        "shared_variant",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("variant_number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=39), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_shared_variant_learner_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.revision"], name=op.f("fk_shared_variant_revision")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shared_variant")),
        sa.UniqueConstraint(
            "learner_id",
            "item",
            "revision",
            "variant_number",
            name=op.f("uq_shared_variant_learner_id_item_revision_variant_number"),
        ),
    )


def downgrade() -> None:
    for name in (
        "shared_variant",
        "aid",
        "preferences",
        "tally",
        "one_time_link",
        "sign_in",
        "account",
    ):
        op.drop_table(name)
    op.drop_column("sitting_item", "flagged")
    for name in ("submitted_by", "late_drafts", "feedback", "closes_at", "deadline_at"):
        op.drop_column("sitting", name)
    op.drop_column("learner", "claimed_at")
