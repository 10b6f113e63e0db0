"""Sections, assignments, overrides; adjustments, regrades and the audit of who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFERENCES = (
    ("sitting", "assignment_id", "VARCHAR(32)", "assignment (id)"),
    ("sitting_item", "mended_revision", "VARCHAR", "revision (revision)"),
    ("outcome", "revision", "VARCHAR", "revision (revision)"),
)
"""New columns that point to another table: table, column, type, what they point to."""


def upgrade() -> None:
    op.create_table(
        "section",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("join_code", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("join_code", name=op.f("uq_section_join_code")),
    )
    op.create_table(
        "membership",
        sa.Column("section_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("register_id", sa.String(length=80), nullable=True),
        sa.Column("placed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('learner', 'instructor')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_membership_learner_id")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_membership_section_id")
        ),
        sa.PrimaryKeyConstraint("section_id", "learner_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_learner_id"), "membership", ["learner_id"])
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("section_id", sa.String(length=32), nullable=False),
        sa.Column("assessment", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_limit", sa.Double(), nullable=True),
        sa.Column("sittings", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.String(length=16), nullable=False),
        sa.Column("late_drafts", sa.String(length=16), nullable=False),
        sa.Column("late_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_share", sa.Double(), nullable=False),
        sa.Column("counts", sa.String(length=16), nullable=False),
        sa.Column("shuffled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("access_code", sa.String(length=80), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "counts IN ('best', 'last', 'average')", name=op.f("ck_assignment_counts")
        ),
        sa.CheckConstraint("late_share BETWEEN 0 AND 1", name=op.f("ck_assignment_late_share")),
        sa.CheckConstraint("sittings > 0", name=op.f("ck_assignment_sittings")),
        sa.CheckConstraint("time_limit > 0", name=op.f("ck_assignment_time_limit")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_assignment_section_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_section_id"), "assignment", ["section_id"])
    op.create_table(
        "override",
        sa.Column("assignment_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_factor", sa.Double(), nullable=True),
        sa.Column("extra_minutes", sa.Double(), nullable=True),
        sa.Column("sittings", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extra_minutes > 0", name=op.f("ck_override_extra_minutes")),
        sa.CheckConstraint("sittings > 0", name=op.f("ck_override_sittings")),
        sa.CheckConstraint("time_factor > 0", name=op.f("ck_override_time_factor")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_override_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_override_learner_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["learner.id"], name=op.f("fk_override_made_by")),
        sa.PrimaryKeyConstraint("assignment_id", "learner_id", name=op.f("pk_override")),
    )
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=True),
        sa.Column("sitting_id", sa.String(length=32), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('drop', 'full-marks', 'score')", name=op.f("ck_adjustment_kind")
        ),
        sa.CheckConstraint(
            "(sitting_id IS NULL) = (position IS NULL)", name=op.f("ck_adjustment_place_in_sitting")
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_adjustment_score")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_adjustment_assignment_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["learner.id"], name=op.f("fk_adjustment_made_by")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_adjustment_sitting_id")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["learner.id"], name=op.f("fk_adjustment_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    op.create_index(op.f("ix_adjustment_assignment_id"), "adjustment", ["assignment_id"])
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("policy IN ('never-lower', 'exact')", name=op.f("ck_regrade_policy")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_regrade_assignment_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["learner.id"], name=op.f("fk_regrade_made_by")),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.revision"], name=op.f("fk_regrade_revision")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["learner.id"], name=op.f("fk_regrade_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("token", name=op.f("uq_regrade_token")),
    )
    op.create_index(op.f("ix_regrade_assignment_id"), "regrade", ["assignment_id"])
    op.create_table(
        "regraded_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision_before", sa.String(), nullable=True),
        sa.Column("outcome_before", sa.Integer(), nullable=True),
        sa.Column("outcome_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outcome_after"], ["outcome.id"], name=op.f("fk_regraded_place_outcome_after")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_before"], ["outcome.id"], name=op.f("fk_regraded_place_outcome_before")
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name=op.f("fk_regraded_place_regrade_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_before"],
            ["revision.revision"],
            name=op.f("fk_regraded_place_revision_before"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_regraded_place_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regraded_place")),
        sa.UniqueConstraint(
            "regrade_id",
            "sitting_id",
            "position",
            name=op.f("uq_regraded_place_regrade_id_sitting_id_position"),
        ),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("section_id", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["learner.id"], name=op.f("fk_audit_entry_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_audit_entry_section_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_section_id_id"), "audit_entry", ["section_id", "id"])
    for table, column, kind, target in REFERENCES:
        # In SQL, since Alembic would make an SQLite table anew, without the triggers of its log.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
            f"CONSTRAINT fk_{table}_{column} REFERENCES {target}"
        )
    op.create_index(op.f("ix_sitting_assignment_id"), "sitting", ["assignment_id"])
    make_append_only("audit_entry")


def downgrade() -> None:
    op.drop_index(op.f("ix_sitting_assignment_id"), "sitting")
    op.drop_table("regraded_place")
    for table, column, _, _ in REFERENCES:
        op.drop_column(table, column)
    for name in (
        "audit_entry",
        "regrade",
        "adjustment",
        "override",
        "assignment",
        "membership",
        "section",
    ):
        op.drop_table(name)


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
