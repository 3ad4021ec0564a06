"""Outgoing webhooks: what comes into the queue of a migrated receiver is sent to its address, until it arrives.

The body is that of the modern side's own webhooks (WSB). The headers webhook-id, -timestamp and -signature
are those of the Standard Webhooks specification: "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body".
"""

import asyncio
import base64
import hmac
import json
import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from overgang.core import beskeder
from overgang.shell.client import Posts
from overgang.shell.clock import Clock
from overgang.shell.config_messages import MessageSettings, Webhook
from overgang.shell.queues import besked
from overgang.shell.soap_ingress import where
from overgang.shell.store import Message, Push, Store, StoreError

log = logging.getLogger(__name__)

# Seconds after the first, second … attempt that came to nothing.
DELAYS: Final = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600)
_LOOK: Final = 1.0  # seconds between two looks at what is due
_AT_ONCE: Final = 32
_GONE: Final = 410  # the receiver wants nothing more at this address


class Pushing:
    """Sends what is due; several gateways share the work. `counts` has the attempts by outcome."""

    def __init__(self, store: Store, executor: Executor, settings: MessageSettings, clock: Clock) -> None:
        self._store, self._executor, self._settings, self._clock = store, executor, settings, clock
        self._webhooks = {one.target: one for one in settings.webhooks}
        self._posts = Posts(settings.seconds, None)
        self._due = asyncio.Event()
        self._busy: set[str] = set()
        self.counts: Counter[str] = Counter()

    def wake(self) -> None:
        """There may be something to send."""
        self._due.set()

    async def run(self) -> None:
        """Send until it is cancelled."""
        if not self._webhooks:
            return
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    while await self.start_due(group):
                        pass
                except StoreError as mistake:
                    log.warning("what is to be sent to webhooks can't be read: %s", mistake)
                except Exception as mistake:  # noqa: BLE001 - one that fails must not end the others for good
                    log.error("sending webhooks: %s at %s", type(mistake).__name__, where(mistake))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._due.wait(), _LOOK)
                self._due.clear()

    async def start_due(self, group: asyncio.TaskGroup) -> int:
        """Start to send what is due, each citizen's messages one after the other; how many. Raises StoreError.

        A webhook that is being sent to is left alone until that has ended, so that none waits for another's answers.
        """
        now, idle = self._clock(), [target for target in self._webhooks if target not in self._busy]
        until = now + timedelta(seconds=2 * self._settings.seconds + 5)
        taken = await self._stored(self._store.take_pushes, idle, now, until, _AT_ONCE)
        for target in {push.target for push in taken}:
            self._busy.add(target)
            group.create_task(self._send_to(target, [push for push in taken if push.target == target]))
        return len(taken)

    async def _send_to(self, target: str, pushes: Sequence[Push]) -> None:
        """Send these; one that can't be written down is due again later, and ends nothing."""
        try:
            for mistake in await asyncio.gather(*map(self._send, pushes), return_exceptions=True):
                if isinstance(mistake, Exception):
                    log.error("sending to a webhook: %s at %s", type(mistake).__name__, where(mistake))
        finally:
            self._busy.discard(target)
            self.wake()

    async def close(self) -> None:
        await self._posts.close()

    async def _send(self, push: Push) -> None:
        """Send it and write down what came of it; a 2xx says that it has arrived, whatever comes after it."""
        webhook = self._webhooks[push.target]
        body = strict(event(push.message))
        reply = await self._posts.post(webhook.url, body, self._headers(webhook, push.message, body))
        if 200 <= reply.status < 300:
            self.counts["delivered"] += 1
            await self._stored(self._store.delivered, push, self._clock(), not webhook.queue)
            return
        said = reply.trouble or f"status {reply.status}"
        now, delay = self._clock(), DELAYS[min(push.attempts, len(DELAYS) - 1)]
        given_up = reply.status == _GONE or _waited(push.attempts + 1) > self._settings.give_up * 3600
        self.counts["given up" if given_up else "failed"] += 1
        log.warning("a webhook of %s was not delivered: %s%s", webhook.receiver, said, "; given up" if given_up else "")
        due = now + timedelta(seconds=delay)
        await self._stored(self._store.not_delivered, push, said, due, given_up)

    def _headers(self, webhook: Webhook, message: Message, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "x-civilRegistrationIdentifier": message.citizen,
            "x-requestId": message.id,
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(webhook.secret, message.id, stamp, body),
        }

    async def _stored(self, work: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *given)


def _waited(attempts: int) -> float:
    """Seconds for which a message has been tried when the next attempt is due, since it was new or released."""
    return sum(DELAYS[min(one, len(DELAYS) - 1)] for one in range(attempts))


def event(message: Message) -> dict[str, Any]:
    """A message as the modern side's webhooks have it."""
    told = besked(message)
    said = {
        "EntitetNavn": told["entitetNavn"],
        "EntitetId": told["entitetId"],
        "EksternIdentifier": message.entity_id,
        "IdentifikationstypeId": beskeder.CPR,
        "Aendringstype": message.change,
    }
    more = {
        "VersionIdentifier": "versionIdentifier",
        "Startdato": "startdato",
        "Slutdato": "slutdato",
        "Body": "indhold",
    }
    return said | {name: told[ours] for name, ours in more.items() if ours in told}


def signature(secret: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """The value of webhook-signature."""
    signed = hmac.digest(secret, f"{id_}.{timestamp}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def strict(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def targets(webhooks: Sequence[Webhook]) -> list[str]:
    """What they are called in the store."""
    return [one.target for one in webhooks]
