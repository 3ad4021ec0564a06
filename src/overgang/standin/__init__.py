"""The embedded old side: the old DFDG services on spyne, answering from the modern side's data, for trials and tests.

It is written from the old contracts and the public facts alone, without the areas' mappings: where it agrees with the
gateway, two independent readings agree. It knows the rules as they were before release 2024-4, and deviations can be
switched on that a comparison must find.

spyne is an optional extra and imports on Python 3.11 only. This module imports without it; `create_app` and every
module below that needs spyne raise StandinUnavailable.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overgang.standin.app import Standin

NEEDED = (
    "the embedded old side needs spyne, an optional extra (pip install 'overgang[standin]') "
    "that imports on Python 3.11 only"
)


class StandinUnavailable(ImportError):
    """spyne can't be imported; the text says what to do about it."""


def available() -> str | None:
    """None where the old side can run, else why it can't."""
    try:
        import_module("overgang.standin.spyned")
    except StandinUnavailable as missing:
        return str(missing)
    return None


def create_app(*given: Any, **named: Any) -> "Standin":
    """The old side as an ASGI app: overgang.standin.app.create_app. Raises StandinUnavailable."""
    from overgang.standin.app import create_app as create

    return create(*given, **named)


__all__ = ["NEEDED", "StandinUnavailable", "available", "create_app"]
