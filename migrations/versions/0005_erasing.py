"""Learners who were erased: answers that count, and nothing that tells whose they were.

The logs stay as they are but for one door: a transaction that has put a row into ``erasing`` may
take texts out of them. It deletes the row before it ends, so that nobody else finds the door open.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DOORS = {
    "attempt": (
        ("raw_response",),
        "EXISTS (SELECT 1 FROM erasing WHERE learner_id = OLD.learner_id)",
    ),
    # An outcome does not say whose it is, and a trigger that looked into ``attempt`` would keep
    # SQLite from ever making that table anew.
    "outcome": (("outcome",), "EXISTS (SELECT 1 FROM erasing)"),
    "audit_entry": (("subject", "detail"), "EXISTS (SELECT 1 FROM erasing)"),
}
"""Log to the columns that may lose a text, and when."""


def upgrade() -> None:
    op.add_column("learner", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "erasing",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_erasing_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_erasing")),
    )
    for name, (columns, condition) in DOORS.items():
        close(name)
        open_door(name, columns, condition)


def downgrade() -> None:
    for name in DOORS:
        close(name)
        if not on_sqlite():
            op.execute(f"DROP FUNCTION {name}_keeps_text")
        make_append_only(name)
    op.drop_table("erasing")
    op.drop_column("learner", "erased_at")


def open_door(name: str, columns: tuple[str, ...], condition: str) -> None:
    """Refuse every change of a log but that of some columns where a condition holds."""
    if on_sqlite():
        every = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)]
        others = ", ".join(column for column in every if column not in columns)
        some = ", ".join(columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        op.execute(
            f"CREATE TRIGGER {name}_refuses_update BEFORE UPDATE OF {others} ON {name} {refuse}"
        )
        op.execute(
            f"CREATE TRIGGER {name}_keeps_text BEFORE UPDATE OF {some} ON {name} "
            f"WHEN NOT {condition} {refuse}"
        )
        op.execute(f"CREATE TRIGGER {name}_refuses_delete BEFORE DELETE ON {name} {refuse}")
    else:
        # By rows, since PostgreSQL would never change the type of a column that a trigger names.
        texts = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE FUNCTION {name}_keeps_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT {condition} "
            f"OR to_jsonb(NEW) - ARRAY[{texts}] <> to_jsonb(OLD) - ARRAY[{texts}] "
            f"THEN RAISE EXCEPTION '{name} is append-only'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name}_keeps_text BEFORE UPDATE ON {name} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_keeps_text()"
        )
        op.execute(
            f"CREATE TRIGGER {name}_refuses_change BEFORE DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def close(name: str) -> None:
    """Drop the triggers of a log, with the door or without."""
    if on_sqlite():
        for what in ("refuses_update", "keeps_text", "refuses_delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}_{what}")
    else:
        for what in ("refuses_change", "keeps_text"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}_{what} ON {name}")


def make_append_only(name: str) -> None:
    """Let the database itself refuse whatever would change a log."""
    if on_sqlite():
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


def on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
