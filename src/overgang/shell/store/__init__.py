"""What the gateway keeps: modes, uses, comparisons, noise, technical messages. SQLite, or PostgreSQL when shared."""

from overgang.shell.store.bounds import Bounds
from overgang.shell.store.errors import StoreError
from overgang.shell.store.pushes import Push
from overgang.shell.store.sequences import Placed, SequenceTrouble
from overgang.shell.store.store import Store
from overgang.shell.store.values import (
    ANY,
    Cluster,
    DayRow,
    Filter,
    Latency,
    Message,
    ModeChange,
    ModeRow,
    Page,
    ParityRow,
    Queue,
    Scope,
    Sizes,
    Verdicts,
    Way,
)
from overgang.shell.store.writer import Writer

__all__ = [
    "ANY",
    "Bounds",
    "Cluster",
    "DayRow",
    "Filter",
    "Latency",
    "Message",
    "ModeChange",
    "ModeRow",
    "Page",
    "ParityRow",
    "Placed",
    "Push",
    "Queue",
    "Scope",
    "SequenceTrouble",
    "Sizes",
    "Store",
    "StoreError",
    "Verdicts",
    "Way",
    "Writer",
]
