"""The audit, and the outcomes of writes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.LargeBinary),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("audit_subject", "audit", ["subject"])
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        *_end("start"),
        *_end("head"),
    )
    op.create_table(
        "outcome",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("outcome_at", "outcome", ["at"])
    op.create_table(
        "member",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def _end(name: str) -> list[sa.Column[object]]:
    return [
        sa.Column(name, sa.BigInteger, nullable=False),
        sa.Column(f"{name}_hash", sa.LargeBinary, nullable=False),
        sa.Column(f"{name}_at", sa.BigInteger, nullable=False),
        sa.Column(f"{name}_key", sa.Text, nullable=False),
        sa.Column(f"{name}_signature", sa.LargeBinary, nullable=False),
    ]
