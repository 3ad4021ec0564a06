"""The modern side's webhooks: sent to who subscribes, again until they are taken, and not to who does no longer."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from reference_side import FRAVAER, NUMBERS, Side, fravaer, fresh

from overgang.reference.sending import Sending

SYSTEM = "3c9f0e5a-8d41-4c57-9b1e-6f2a7d30c415"
HOOK = "http://receiver/hook"


class Receiver:
    """Takes what comes with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append((dict(request.headers), json.loads(request.content)))
        return httpx.Response(self.status)


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def sending(side: Side, receiver: Receiver) -> Sending:
    """One that sends when it is told to."""
    made = Sending.__new__(Sending)
    made._store, made._client = side.store, httpx.Client(transport=httpx.MockTransport(receiver))
    import threading

    made._over = threading.Event()
    return made


def subscribed(side: Side, **changed: object) -> None:
    one = {"orgType": 8, "orgCode": 10101, "entityType": 100010, "webhookUrl": HOOK}
    moments = {"startDato": "2020-01-01T00:00:00", "slutDato": "9999-12-31T00:00:00"}
    wanted = [] if changed.get("none") else [one | moments | changed]
    body = json.dumps({"systemIdentifier": SYSTEM, "abonnementer": wanted}).encode()
    path = "/eksternkommunikation/v1/Abonnement/SyncWebhookAbonnementer"
    assert side.send("POST", path, content=body).status_code == 200


def test_an_event_is_sent_to_the_subscriber_with_the_documented_fields(side: Side) -> None:
    receiver = Receiver()
    subscribed(side)
    id_ = side.send("POST", FRAVAER, body=fravaer()).json()
    sends = sending(side, receiver)
    assert sends.send_due() == 1
    ((headers, said),) = receiver.got
    assert said == {
        "EntitetNavn": "Fravaer",
        "EntitetId": 100010,
        "EksternIdentifier": id_,
        "IdentifikationstypeId": 1,
        "Aendringstype": 1,
    }
    assert headers["x-civilregistrationidentifier"] == NUMBERS["dagpengemodtager"]
    assert headers["x-requestid"]
    assert sends.send_due() == 0


def test_what_is_not_taken_is_sent_again_under_the_same_id(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    subscribed(side)
    side.send("POST", FRAVAER, body=fravaer())
    sends = sending(side, receiver)
    receiver.status = 503
    assert [sends.send_due(), sends.send_due()] == [1, 0]
    monkeypatch.setattr("time.time", lambda: 1e12)
    receiver.status = 200
    assert [sends.send_due(), sends.send_due()] == [1, 0]
    first, second = (headers["x-requestid"] for headers, _ in receiver.got)
    assert first == second


def test_without_a_subscription_for_it_nothing_is_sent(side: Side) -> None:
    receiver = Receiver()
    subscribed(side, entityType=100008)
    side.send("POST", FRAVAER, body=fravaer())
    assert sending(side, receiver).send_due() == 0


def test_what_waits_for_a_subscription_that_ends_is_deleted(side: Side) -> None:
    receiver = Receiver()
    subscribed(side)
    side.send("POST", FRAVAER, body=fravaer())
    subscribed(side, none=True)
    assert sending(side, receiver).send_due() == 0


def test_it_runs_by_itself_and_ends(side: Side) -> None:
    runs = Sending(side.store)
    runs.close()
    assert not runs._thread.is_alive()
