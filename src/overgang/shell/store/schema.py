"""The tables as they are now; how they came to be is in `migrations`.

Moments are whole microseconds since 1970 UTC and days ISO texts, so that both databases sort them alike.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Dialect, Float, Index, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment with its zone; comes back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


def _key(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True) for name in names]


def _count(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _moment(name: str) -> Column[Any]:
    return Column(name, Moment, nullable=False)


# The last number given in each numbered table. Taking one makes other writers of that table wait until it is committed,
# so a reader that has seen a number has seen all below it.
counter = Table("counter", metadata, *_key("name"), _count("last"))
COUNTED: Final = ("mode_change", "message")  # the numbered tables

mode = Table("mode", metadata, *_key("service", "operation", "caller"), _text("mode"), _text("by"), _moment("at"))

mode_change = Table(  # only ever added to
    "mode_change",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _text("service"),
    _text("operation"),
    _text("caller"),
    Column("old", Text),
    Column("new", Text),
    _text("by"),
    _moment("at"),
)

use = Table(
    "use",
    metadata,
    Column("day", String(10), primary_key=True),
    *_key("caller", "face", "area", "service", "operation"),
    _count("calls"),
    _count("faults"),
    _moment("last"),
)

verdict_count = Table(
    "verdict_count",
    metadata,
    Column("day", String(10), primary_key=True),
    *_key("area", "service", "operation", "caller", "verdict"),
    _count("n"),
)

latency_count = Table(
    "latency_count",
    metadata,
    Column("day", String(10), primary_key=True),
    *_key("service", "operation", "side"),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    _count("n"),
)

drop_count = Table("drop_count", metadata, Column("day", String(10), primary_key=True), *_key("reason"), _count("n"))

cluster = Table(
    "cluster",
    metadata,
    *_key("id"),
    _text("area"),
    _text("service"),
    _text("operation"),
    _text("place"),
    _text("kind"),
    _text("cause"),
    _text("label"),
    _text("reason"),
    _count("count"),
    _count("differences"),
    _moment("first"),
    _moment("last"),
    Index("cluster_operation", "service", "operation"),
)

cluster_caller = Table("cluster_caller", metadata, *_key("cluster", "caller"))

comparison = Table(
    "comparison",
    metadata,
    *_key("id"),
    _moment("at"),
    _text("area"),
    _text("service"),
    _text("operation"),
    _text("caller"),
    _text("mode"),
    _text("verdict"),
    _text("judged"),  # JSON
    Column("old_seconds", Float),
    Column("new_seconds", Float),
    _text("rules"),  # JSON
    Column("kept", LargeBinary),  # sealed
    Index("comparison_at", "at"),
    Index("comparison_operation", "service", "operation", "at"),
    Index("comparison_caller", "caller", "at"),
)

# Which comparisons are kept as examples of a cluster. Those without a difference are examples of a group that is named
# like a cluster and has no row there.
example = Table(
    "example",
    metadata,
    *_key("cluster"),
    Column("at", Moment, primary_key=True, autoincrement=False),
    *_key("comparison"),
    Index("example_comparison", "comparison"),
)

# `operation` is "Name/version/Operation" in these two.
noise = Table("noise", metadata, *_key("operation", "place", "kind"), _count("differed"), _count("beside_differed"))

noise_pair = Table("noise_pair", metadata, *_key("operation"), _count("pairs"), _count("beside_pairs"))

message = Table(
    "message",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    _text("receiver"),
    _text("kind"),
    _text("entity_id"),
    Column("citizen", LargeBinary, nullable=False),  # sealed
    Column("citizen_index", LargeBinary, nullable=False),  # a keyed hash, to find a citizen's messages by
    _text("rule"),
    _moment("made"),
    Column("entity_type", BigInteger, nullable=False, server_default="0"),
    Column("entity_name", Text, nullable=False, server_default=""),
    Column("change", BigInteger, nullable=False, server_default="1"),
    Column("content", LargeBinary),  # sealed
    Column("digest", LargeBinary),  # of an event that came without an id of its own
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("times", BigInteger, nullable=False, server_default="0"),  # how often it was handed out
    Column("handed", Moment),  # first
    Column("fetched", Moment),  # last
    Column("ended", Moment),
    Index("message_receiver", "receiver", "number"),
    Index("message_citizen", "citizen_index"),
    Index("message_state", "receiver", "state", "number"),
    Index("message_digest", "digest"),
)

# The sequences of the old queue (WS-ReliableMessaging), and the place of a message in one.
message_sequence = Table(
    "message_sequence",
    metadata,
    *_key("id"),
    _text("receiver"),
    _text("state"),
    _count("last"),
    _moment("made"),
    _moment("expires"),
    Index("message_sequence_receiver", "receiver", "made"),
)

message_place = Table(
    "message_place",
    metadata,
    *_key("sequence"),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    _count("message"),
    Index("message_place_message", "message"),
)

# What is to be sent to a webhook; `due` is when it is tried next, and in the future while one gateway tries it.
push = Table(
    "push",
    metadata,
    *_key("target"),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("citizen_index", LargeBinary, nullable=False),
    _text("state"),
    _count("attempts"),
    _moment("due"),
    _text("said"),
    Index("push_due", "state", "due"),
    Index("push_citizen", "target", "citizen_index", "state", "message"),
)

# Which number a citizen has in place of a former one, as a receiver was told: events of the former one may come later.
message_move = Table(
    "message_move",
    metadata,
    *_key("receiver"),
    Column("former_index", LargeBinary, primary_key=True),  # a keyed hash
    Column("number", LargeBinary, nullable=False),  # sealed
    _moment("made"),
)

message_drop = Table(
    "message_drop",
    metadata,
    Column("day", String(10), primary_key=True),
    *_key("receiver", "reason"),
    _count("n"),
)

message_alarm = Table("message_alarm", metadata, *_key("receiver"), _moment("since"))

# The audit: records in chains, each bound to the one before. `at` is in whole microseconds, since it is hashed.
audit = Table(
    "audit",
    metadata,
    *_key("chain"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _count("at"),
    Column("subject", LargeBinary),  # the citizen's keyed index: four bytes that name the key, and the HMAC
    _text("entry"),  # JSON
    Column("hash", LargeBinary, nullable=False),
    Index("audit_subject", "subject"),
)

audit_chain = Table(
    "audit_chain",
    metadata,
    *_key("id"),
    _text("kind"),
    *(
        column
        for end in ("start", "head")
        for column in (
            _count(end),
            Column(f"{end}_hash", LargeBinary, nullable=False),
            _count(f"{end}_at"),
            _text(f"{end}_key"),
            Column(f"{end}_signature", LargeBinary, nullable=False),
        )
    ),
)

# Writes that were claimed, and their answers: what a repeat of the call is answered with.
outcome = Table(
    "outcome",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    _text("owner"),
    Column("answer", LargeBinary),  # sealed
    _moment("at"),
    Index("outcome_at", "at"),
)

# The gateways that are alive: whose beat no longer changes is gone, and what it claimed may be taken over.
member = Table("member", metadata, *_key("id"), _count("beat"), _moment("at"))
