"""What an assignment keeps out of practice is kept with it, whatever becomes of the files.

It is filled in when the content is read next.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignment", sa.Column("kept_items", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("assignment", "kept_items")
