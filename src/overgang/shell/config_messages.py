"""The settings of technical messages: who sends them, who receives them, and how long they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from overgang.core import beskeder
from overgang.shell import settings
from overgang.shell.settings import Setting
from overgang.shell.store import Bounds

_ORGANISATION: Final = partial(
    settings.text, pattern=r"[1-9][0-9]{0,2}/[0-9]{1,9}", expected='an organisation, e.g. "8/101"'
)
_UUID: Final = partial(
    settings.text, pattern=r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", expected="a uuid"
)


def _moment(value: Any) -> str:
    expected = "2025-01-01T00:00:00"
    text = settings.text(value, pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", expected=expected)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected {expected}") from None
    return text


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an organisation ("type/code") wants from the modern side: EntitetIds, from when and until when."""

    receiver: str
    entities: tuple[int, ...]
    start: str = "2024-12-08T00:00:00"
    end: str = "9999-12-31T00:00:00"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a migrated receiver's messages are sent; `secret` signs them. With `queue` they wait in the queue too."""

    receiver: str
    url: str
    secret: bytes = field(repr=False)
    queue: bool = False

    @property
    def target(self) -> str:
        """What it is called in the store."""
        return f"{self.receiver} {self.url}"


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """`receive` is this gateway's address as the modern side calls it; `system` the subscribing system's id.

    With `sync` the subscriptions are brought up to date at every start. A webhook that does not answer within `seconds`
    is tried again, until `give_up` hours are over.
    """

    bounds: Bounds = field(default_factory=Bounds)
    sequence_hours: float = 24
    receive: str | None = None
    system: str | None = None
    sync: bool = False
    seconds: float = 10.0
    give_up: float = 72.0
    subscriptions: tuple[Subscription, ...] = ()
    webhooks: tuple[Webhook, ...] = ()

    def targets(self) -> dict[str, tuple[str, ...]]:
        """The webhooks of each receiver."""
        return {
            one.receiver: tuple(each.target for each in self.webhooks if each.receiver == one.receiver)
            for one in self.webhooks
        }

    def pushed(self) -> frozenset[str]:
        """The receivers that have webhooks and no queue beside them."""
        return frozenset(one.receiver for one in self.webhooks) - {one.receiver for one in self.webhooks if one.queue}


def messages(given: Mapping[str, Any], base: Path, lines: list[str]) -> MessageSettings | None:
    """The section [messages]."""
    plain = {name: value for name, value in given.items() if name not in ("subscription", "webhook")}
    bounds = Bounds()
    readers = {
        "days": Setting(settings.number((int, float), "days", 0.001, 3660), bounds.days),
        "most": Setting(settings.whole(1, 100_000_000), bounds.most),
        "alarm": Setting(settings.number((int, float), "a share", 0.01, 1), bounds.alarm),
        "shown": Setting(settings.number((int, float), "days", 0.001, 3660), bounds.shown),
        "sequence_hours": Setting(settings.number((int, float), "hours", 0.001, 8784), 24),
        "receive": Setting(settings.url, None),
        "system": Setting(_UUID, None),
        "sync": Setting(settings.truth, False),
        "seconds": Setting(settings.number((int, float), "seconds", 0.1, 600), 10.0),
        "give_up": Setting(settings.number((int, float), "hours", 0.0001, 8784), 72.0),
    }
    values = settings.take(plain, "messages", readers, lines)
    subscriptions = _rows(given, "subscription", _SUBSCRIPTION, lines)
    webhooks = _rows(given, "webhook", _webhook(base), lines)
    if values.keys() != readers.keys():
        return None
    bounds = Bounds(**{name: values.pop(name) for name in ("days", "most", "alarm", "shown")})
    found = MessageSettings(
        bounds=bounds,
        **values,
        subscriptions=tuple(
            Subscription(row["organisation"], tuple(row["entities"]), row["from"], row["to"]) for row in subscriptions
        ),
        webhooks=tuple(Webhook(r["organisation"], r["url"], r["secret_file"], r["queue"]) for r in webhooks),
    )
    if found.sync and (found.receive is None or found.system is None):
        lines.append("messages.sync: needs receive, this gateway's address, and system, the subscribing system's id")
    targets = [one.target for one in found.webhooks]
    lines += [f"messages.webhook: {one} is there twice" for one in sorted({t for t in targets if targets.count(t) > 1})]
    return found


def _rows(
    given: Mapping[str, Any], name: str, readers: Mapping[str, Setting], lines: list[str]
) -> list[dict[str, Any]]:
    rows = given.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        lines.append(f"messages.{name}: expected rows [[messages.{name}]]")
        return []
    found = (settings.take(row, f"messages.{name}[{number}]", readers, lines) for number, row in enumerate(rows, 1))
    return [row for row in found if row.keys() == readers.keys()]


def _entities(value: Any) -> list[int]:
    """EntitetIds, by number or by the EntitetNavn of a kind that is known."""
    names = {one.entity_name: one.entity for one in beskeder.KINDS}
    names |= {name: entity for entity, name in beskeder.ELSEWHERE.items()}
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("expected a list of EntitetNavn or EntitetId")
    found: list[int] = []
    for one in value:
        entity = names.get(one) if isinstance(one, str) else one
        if type(entity) is not int or not 0 < entity < 2**31:
            raise ValueError(settings.unknown(str(one), names))
        found.append(entity)
    return found


_SUBSCRIPTION: Final = {
    "organisation": Setting(_ORGANISATION),
    "entities": Setting(_entities, [one.entity_name for one in beskeder.KINDS]),
    "from": Setting(_moment, Subscription.__dataclass_fields__["start"].default),
    "to": Setting(_moment, Subscription.__dataclass_fields__["end"].default),
}


def _webhook(base: Path) -> dict[str, Setting]:
    return {
        "organisation": Setting(_ORGANISATION),
        "url": Setting(settings.url),
        "secret_file": Setting(partial(settings.secret, base)),
        "queue": Setting(settings.truth, False),
    }
