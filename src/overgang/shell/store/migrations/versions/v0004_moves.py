"""Which number a citizen has in place of a former one, for what comes of the former one later."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "message_move",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("former_index", sa.LargeBinary, primary_key=True),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
    )
