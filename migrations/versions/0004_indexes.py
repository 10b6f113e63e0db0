"""Indexes for what pages ask of a large installation, found by `tests/plans.py`."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("account", "role"),
    ("one_time_link", "expires_at"),
    ("one_time_link", "learner_id"),
    ("override", "learner_id"),
    ("sign_in", "seen_at"),
    ("tally", "began_at"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    still_open = sa.text("submitted_at IS NULL")
    op.create_index(
        op.f("ix_sitting_deadline_at"),
        "sitting",
        ["deadline_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_sitting_deadline_at"), "sitting")
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
