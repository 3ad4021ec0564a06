"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _modes()
    _counts()
    _clusters()
    _comparisons()
    _noise()
    _messages()


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _whole_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _day() -> sa.Column[str]:
    return sa.Column("day", sa.String(10), primary_key=True)


def _modes() -> None:
    counter = op.create_table("counter", *_key("name"), *_whole("last"))
    op.bulk_insert(counter, [{"name": "mode_change", "last": 0}, {"name": "message", "last": 0}])
    scope = ("service", "operation", "caller")
    op.create_table("mode", *_key(*scope), *_texts("mode", "by"), *_whole("at"))
    old_new = [sa.Column("old", sa.Text), sa.Column("new", sa.Text)]
    op.create_table("mode_change", _whole_key("number"), *_texts(*scope), *old_new, *_texts("by"), *_whole("at"))


def _counts() -> None:
    keys = _key("caller", "face", "area", "service", "operation")
    op.create_table("use", _day(), *keys, *_whole("calls", "faults", "last"))
    op.create_table("verdict_count", _day(), *_key("area", "service", "operation", "caller", "verdict"), *_whole("n"))
    op.create_table("latency_count", _day(), *_key("service", "operation", "side"), _whole_key("bucket"), *_whole("n"))
    op.create_table("drop_count", _day(), *_key("reason"), *_whole("n"))


def _clusters() -> None:
    texts = _texts("area", "service", "operation", "place", "kind", "cause", "label", "reason")
    op.create_table("cluster", *_key("id"), *texts, *_whole("count", "differences", "first", "last"))
    op.create_index("cluster_operation", "cluster", ["service", "operation"])
    op.create_table("cluster_caller", *_key("cluster", "caller"))


def _comparisons() -> None:
    op.create_table(
        "comparison",
        *_key("id"),
        *_whole("at"),
        *_texts("area", "service", "operation", "caller", "mode", "verdict", "judged"),
        sa.Column("old_seconds", sa.Float),
        sa.Column("new_seconds", sa.Float),
        *_texts("rules"),
        sa.Column("kept", sa.LargeBinary),
    )
    op.create_index("comparison_at", "comparison", ["at"])
    op.create_index("comparison_operation", "comparison", ["service", "operation", "at"])
    op.create_index("comparison_caller", "comparison", ["caller", "at"])
    op.create_table("example", *_key("cluster"), _whole_key("at"), *_key("comparison"))
    op.create_index("example_comparison", "example", ["comparison"])


def _noise() -> None:
    op.create_table("noise", *_key("operation", "place", "kind"), *_whole("differed", "beside_differed"))
    op.create_table("noise_pair", *_key("operation"), *_whole("pairs", "beside_pairs"))


def _messages() -> None:
    op.create_table(
        "message",
        _whole_key("number"),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        *_texts("receiver", "kind", "entity_id"),
        sa.Column("citizen", sa.LargeBinary, nullable=False),
        sa.Column("citizen_index", sa.LargeBinary, nullable=False),
        *_texts("rule"),
        *_whole("made"),
    )
    op.create_index("message_receiver", "message", ["receiver", "number"])
    op.create_index("message_citizen", "message", ["citizen_index"])
