"""Learners, revisions, attempts and sittings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LOGS = ("attempt", "outcome", "self_rating")


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
    )
    op.create_table(
        "revision",
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_revision")),
    )
    op.create_table(
        "sitting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("assessment", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_sitting_learner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sa.UniqueConstraint(
            "learner_id",
            "assessment",
            "number",
            name=op.f("uq_sitting_learner_id_assessment_number"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_sitting_token")),
    )
    op.create_table(
        "sitting_item",
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("variant_number", sa.Integer(), nullable=True),
        sa.Column("seed", sa.String(length=39), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.revision"], name=op.f("fk_sitting_item_revision")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_item_sitting_id")
        ),
        sa.PrimaryKeyConstraint("sitting_id", "position", name=op.f("pk_sitting_item")),
    )
    op.create_table(
        "attempt",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("variant_number", sa.Integer(), nullable=True),
        sa.Column("seed", sa.String(length=39), nullable=False),
        sa.Column("candidate", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("raw_response", sa.JSON(), nullable=False),
        sa.Column("sitting_id", sa.String(length=32), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(sitting_id IS NULL) = (position IS NULL)", name=op.f("ck_attempt_place_in_sitting")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_attempt_learner_id")),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.revision"], name=op.f("fk_attempt_revision")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id", "position"],
            ["sitting_item.sitting_id", "sitting_item.position"],
            name=op.f("fk_attempt_sitting_id_position"),
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_attempt")),
        sa.UniqueConstraint("id", name=op.f("uq_attempt_id")),
        sa.UniqueConstraint("sitting_id", "position", name=op.f("uq_attempt_sitting_id_position")),
        sa.UniqueConstraint("token", name=op.f("uq_attempt_token")),
    )
    op.create_index(
        op.f("ix_attempt_learner_id_item_serial"), "attempt", ["learner_id", "item", "serial"]
    )

    op.create_table(
        "draft",
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_response", sa.JSON(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sitting_id", "position"],
            ["sitting_item.sitting_id", "sitting_item.position"],
            name=op.f("fk_draft_sitting_id_position"),
        ),
        sa.PrimaryKeyConstraint("sitting_id", "position", name=op.f("pk_draft")),
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("misconception", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_outcome_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index(op.f("ix_outcome_attempt_id_id"), "outcome", ["attempt_id", "id"])

    op.create_table(
        "self_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 0 AND 1", name=op.f("ck_self_rating_rating")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_self_rating_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rating")),
    )
    op.create_index(op.f("ix_self_rating_attempt_id_id"), "self_rating", ["attempt_id", "id"])

    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for name in LOGS:
        make_append_only(name)


def downgrade() -> None:
    op.drop_table("self_rating")
    op.drop_table("outcome")
    op.drop_table("draft")
    op.drop_table("attempt")
    op.drop_table("sitting_item")
    op.drop_table("sitting")
    op.drop_table("revision")
    op.drop_table("learner")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change")


def make_append_only(name: str) -> None:
    """Let the database itself refuse whatever would change a log."""
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_refuses_{change.lower()} BEFORE {change} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {name}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
