"""Comparisons as rows: what is judged as JSON, what is kept as compressed bytes (sealed by the caller)."""

import json
import zlib
from collections.abc import Iterable
from typing import Any

from overgang.core.compare.values import Difference, Judged, Kept, Kind, Label, Reply
from overgang.shell.store.errors import StoreError

_FORM = 1


def judged_text(judged: Iterable[Judged]) -> str:
    """Each as [label, reason, kind, path, place, old, new, type, cause]."""
    return json.dumps([_judged_row(item) for item in judged], separators=(",", ":"))


def judged_read(text: str) -> tuple[Judged, ...]:
    """What judged_text wrote."""
    return tuple(
        Judged(Difference(Kind(kind), *rest), Label(label), reason) for label, reason, kind, *rest in json.loads(text)
    )


def _judged_row(item: Judged) -> list[str | None]:
    it = item.difference
    return [item.label, item.reason, it.kind, it.path, it.place, it.old, it.new, it.type, it.cause]


def kept_bytes(kept: Kept) -> bytes:
    """One line of JSON with everything but the bodies, then the bodies; compressed."""
    head = {
        "form": _FORM,
        "type": kept.content_type,
        "action": kept.action,
        "request": len(kept.request),
        "old": _reply_head(kept.old),
        "new": _reply_head(kept.new),
        "exchanges": kept.exchanges,
    }
    line = json.dumps(head, separators=(",", ":")).encode() + b"\n"
    return zlib.compress(b"".join((line, kept.request, kept.old.body, kept.new.body)), level=3)


def kept_read(packed: bytes) -> Kept:
    """What kept_bytes wrote. Raises StoreError for another form of it."""
    line, _, bodies = zlib.decompress(packed).partition(b"\n")
    head = json.loads(line)
    if head["form"] != _FORM:
        raise StoreError(f"a kept call is of form {head['form']}; this reads form {_FORM}")
    old_at = head["request"]
    new_at = old_at + head["old"]["length"]
    old, new = _reply(head["old"], bodies[old_at:new_at]), _reply(head["new"], bodies[new_at:])
    asked = head.get("exchanges")  # older ones have none
    exchanges = None if asked is None else tuple((out, back) for out, back in asked)
    return Kept(bodies[:old_at], head["type"], head["action"], old, new, exchanges)


def _reply_head(reply: Reply) -> dict[str, Any]:
    return {
        "status": reply.status,
        "type": reply.content_type,
        "trouble": reply.trouble,
        "length": len(reply.body),
    }


def _reply(head: Any, body: bytes) -> Reply:
    return Reply(head["status"], head["type"], body, head["trouble"])
