"""What the gateway keeps: modes, uses, comparisons, noise, technical messages. SQLite, or PostgreSQL when shared."""

from overgang.shell.store.errors import StoreError
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
    Scope,
    Sizes,
    Verdicts,
)
from overgang.shell.store.writer import Writer

__all__ = [
    "ANY",
    "Cluster",
    "DayRow",
    "Filter",
    "Latency",
    "Message",
    "ModeChange",
    "ModeRow",
    "Page",
    "ParityRow",
    "Scope",
    "Sizes",
    "Store",
    "StoreError",
    "Verdicts",
    "Writer",
]
