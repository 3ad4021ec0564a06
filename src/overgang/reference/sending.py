"""The modern side's webhooks: what waits in the outbox is sent until it is taken, oldest first."""

import threading
import time
from typing import Any, Final

import httpx

from overgang.reference.events import ENTITIES, Event
from overgang.reference.store import Store

_LOOK: Final = 0.1  # seconds between two looks at the outbox
_AT_ONCE: Final = 100
_LONGEST: Final = 30.0  # seconds between two attempts


class Sending:
    """A thread that sends; what is not taken (no 2xx) is tried again after a growing delay. How long is ours."""

    def __init__(self, store: Store) -> None:
        self._store, self._over = store, threading.Event()
        self._client = httpx.Client(trust_env=False, timeout=10)
        self._thread = threading.Thread(target=self._run, name="reference-webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what waits is sent when the next one begins."""
        self._over.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self._over.is_set():
            if not self.send_due():
                self._over.wait(_LOOK)

    def send_due(self) -> int:
        """Send what is due; how many were tried."""
        with self._store.transaction() as transaction:
            due = transaction.due_events(time.time(), _AT_ONCE)
        for event, url, attempts in due:
            if self._over.is_set():
                return 0
            taken = self._post(event, url)
            with self._store.transaction() as transaction:
                transaction.sent_event(
                    event.seq, url, None if taken else time.time() + min(0.5 * 2**attempts, _LONGEST)
                )
        return len(due)

    def _post(self, event: Event, url: str) -> bool:
        headers = {"x-civilRegistrationIdentifier": event.citizen, "x-requestId": event.id}
        try:
            return self._client.post(url, json=message(event), headers=headers).is_success
        except httpx.HTTPError:
            return False


def message(event: Event) -> dict[str, Any]:
    """The documented fields of a WSB message."""
    said: dict[str, Any] = {
        "EntitetNavn": event.entity,
        "EntitetId": ENTITIES[event.entity],
        "EksternIdentifier": event.external,
        "IdentifikationstypeId": 1,
        "Aendringstype": event.change,
    }
    return said if event.body is None else said | {"Body": dict(event.body)}
