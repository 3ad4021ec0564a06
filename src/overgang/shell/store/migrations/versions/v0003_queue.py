"""Technical messages as queues: sequences, pushes to webhooks, what was dropped and what is told of."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("entity_type", sa.BigInteger, nullable=False, server_default="0"))
        message.add_column(sa.Column("entity_name", sa.Text, nullable=False, server_default=""))
        message.add_column(sa.Column("change", sa.BigInteger, nullable=False, server_default="1"))
        message.add_column(sa.Column("content", sa.LargeBinary))
        message.add_column(sa.Column("digest", sa.LargeBinary))
        message.add_column(sa.Column("state", sa.Text, nullable=False, server_default="waiting"))
        message.add_column(sa.Column("times", sa.BigInteger, nullable=False, server_default="0"))
        for name in ("handed", "fetched", "ended"):
            message.add_column(sa.Column(name, sa.BigInteger))
    op.create_index("message_state", "message", ["receiver", "state", "number"])
    op.create_index("message_digest", "message", ["digest"])
    op.create_table(
        "message_sequence",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_index("message_sequence_receiver", "message_sequence", ["receiver", "made"])
    op.create_table(
        "message_place",
        sa.Column("sequence", sa.Text, primary_key=True),
        sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message", sa.BigInteger, nullable=False),
    )
    op.create_index("message_place_message", "message_place", ["message"])
    op.create_table(
        "push",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("message", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("citizen_index", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("push_due", "push", ["state", "due"])
    op.create_index("push_citizen", "push", ["target", "citizen_index", "state", "message"])
    op.create_table(
        "message_drop",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "message_alarm",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
