"""Outgoing webhooks: signed, in order for each citizen, tried again after a growing delay, and given up in the end."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from messages_side import A_KASSE, CPR, JOBCENTER, OTHER, Side, event

from overgang.shell.config_messages import MessageSettings, Webhook
from overgang.shell.pushing import DELAYS, Pushing, signature
from running import answering

SECRET = b"s" * 32


class Receiver:
    """A migrated system; answers with what `says` gives for each request, and remembers them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.says: Callable[[dict[str, str]], int] = lambda headers: 204
        self.more: tuple[dict[str, str], bytes] = {}, b""  # what it sends beside its status

    def citizens(self) -> list[tuple[str, int]]:
        return [
            (headers["x-civilregistrationidentifier"], json.loads(body)["Aendringstype"]) for headers, body in self.got
        ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with served() as one:
        yield one


@contextmanager
def served() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.got.append((headers, body))
            more, content = made.more
            self.send_response(made.says(headers))
            for name, value in {"content-length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as url:
        made = Receiver(f"{url}/hook")
        yield made


def side_of(receiver: Receiver, **more: Any) -> Side:
    webhook = Webhook(JOBCENTER, receiver.url, SECRET, more.pop("queue", False))
    return Side(messages=MessageSettings(webhooks=(webhook,), seconds=5, **more))


def send(side: Side) -> int:
    pushing = side.app.pushing
    assert pushing is not None
    return asyncio.run(all_of(pushing))


async def all_of(pushing: Pushing) -> int:
    """Send what is due now; how many were tried."""
    async with asyncio.TaskGroup() as group:
        return await pushing.start_due(group)


def sent(side: Side) -> None:
    """All that is due, for as long as there is some."""
    for _ in range(100):
        if not send(side):
            return
    raise AssertionError("it never ends")


def test_an_event_arrives_as_the_modern_side_would_send_it_and_signed(receiver: Receiver) -> None:
    side = side_of(receiver)
    side.told(id_="a")
    sent(side)
    ((headers, body),) = receiver.got
    assert json.loads(body) == event()
    assert headers["x-civilregistrationidentifier"] == CPR
    (kept,) = side.kept()
    assert headers["webhook-id"] == headers["x-requestid"] == kept.id
    signed = f"{kept.id}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert int(headers["webhook-timestamp"]) == int(side.clock.now.timestamp())
    assert kept.state == "acknowledged"


def test_another_secret_body_or_time_is_another_signature() -> None:
    given = [(SECRET, "id", "1", b"{}"), (b"t" * 32, "id", "1", b"{}"), (SECRET, "id", "2", b"{}")]
    made = {signature(*one) for one in (*given, (SECRET, "id", "1", b"{ }"), (SECRET, "di", "1", b"{}"))}
    assert len(made) == 5


def test_each_citizens_messages_come_in_their_order_whatever_becomes_of_the_others(receiver: Receiver) -> None:
    side = side_of(receiver)
    for change in (1, 2, 3):
        side.told(event(Aendringstype=change), id_=f"a{change}")
        side.told(event(Aendringstype=change), id_=f"b{change}", citizen=OTHER)
    refusing = True
    receiver.says = lambda headers: 500 if refusing and headers["x-civilregistrationidentifier"] == CPR else 200
    sent(side)
    assert [one for one in receiver.citizens() if one[0] == OTHER] == [(OTHER, 1), (OTHER, 2), (OTHER, 3)]
    assert [one for one in receiver.citizens() if one[0] == CPR] == [(CPR, 1)]
    refusing = False
    side.clock.go(DELAYS[0] + 1)
    sent(side)
    assert [one for one in receiver.citizens() if one[0] == CPR][1:] == [(CPR, 1), (CPR, 2), (CPR, 3)]


def test_what_does_not_arrive_is_tried_again_ever_later_and_given_up(receiver: Receiver) -> None:
    side = side_of(receiver, give_up=1.0)
    receiver.says = lambda headers: 503
    side.told(id_="a")
    waits: list[float] = []
    begun, before = side.clock.now, 0
    for _ in range(7200):
        send(side)
        if len(receiver.got) > before:
            waits.append((side.clock.now - begun).total_seconds())
            begun, before = side.clock.now, len(receiver.got)
        if side.store.dead_pushes():
            break
        side.clock.go(1)
    assert waits == [0, 5, 30, 120, 600, 1800]
    assert sum(waits) + DELAYS[5] > 3600  # the next one would be after an hour
    assert side.app.pushing is not None
    assert side.app.pushing.counts == {"failed": 5, "given up": 1}
    assert side.kept()[0].state == "waiting"  # it can still be read and released
    receiver.says = lambda headers: 200
    assert side.store.release(side.kept()[0].id, "ContactGroup", side.clock.now)
    sent(side)
    assert side.kept()[0].state == "acknowledged"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 302])
def test_every_other_answer_than_a_2xx_is_tried_again(receiver: Receiver, status: int) -> None:
    side = side_of(receiver)
    receiver.says = lambda headers: status
    side.told(id_="a")
    send(side)
    assert send(side) == 0
    side.clock.go(DELAYS[0])
    assert send(side) == 1


@pytest.mark.parametrize(
    ("more", "content"),
    [({"content-encoding": "gzip"}, gzip.compress(b"thanks")), ({}, b"x" * (1 << 17)), ({"x-long": "x" * 60_000}, b"")],
    ids=["compressed", "large", "long head"],
)
def test_a_2xx_says_that_it_has_arrived_whatever_comes_after_it(
    receiver: Receiver, more: dict[str, str], content: bytes
) -> None:
    side = side_of(receiver)
    receiver.says = lambda headers: 200
    receiver.more = more, content
    side.told(id_="a")
    sent(side)
    assert side.kept()[0].state == "acknowledged"
    assert len(receiver.got) == 1


def test_the_status_of_a_refusal_that_can_not_be_read_is_told(receiver: Receiver) -> None:
    side = side_of(receiver)
    receiver.says = lambda headers: 503
    receiver.more = {"content-encoding": "gzip"}, gzip.compress(b"no")
    side.told(id_="a")
    send(side)
    way = side.store.way_of(side.kept()[0].id)
    assert way is not None
    assert [push[1:4] for push in way.pushes] == [("waiting", 1, "status 503")]


def test_a_body_that_never_ends_does_not_undo_a_2xx() -> None:
    """Its head has come, so it has arrived; the rest is not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx")
                over.wait(20)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        webhook = Webhook(JOBCENTER, f"http://127.0.0.1:{listener.getsockname()[1]}/hook", SECRET)
        side = Side(messages=MessageSettings(webhooks=(webhook,), seconds=10))
        side.told(id_="a")
        send(side)
        over.set()
        thread.join()
    assert side.kept()[0].state == "acknowledged"


def test_all_that_is_documented_of_an_event_is_sent_on(receiver: Receiver) -> None:
    side = side_of(receiver)
    said = event(VersionIdentifier="v 2", Startdato="2026-01-01T00:00:00", Slutdato="2026-02-01T00:00:00")
    side.told(said, id_="a")
    body = {"tidligereCivilregistrationIdentifier": OTHER}
    change = event(EntitetNavn="CprSkift", EntitetId=100013, Body=body)
    side.told(change, id_="b")
    sent(side)
    assert [json.loads(content) for _, content in receiver.got] == [said, change]


def test_a_webhook_that_does_not_answer_holds_up_no_other(receiver: Receiver) -> None:
    """The other's 40 messages are two batches: the second is begun while the first webhook still says nothing."""
    with served() as slow:
        let_go = Event()
        slow.says = lambda headers: 200 if let_go.wait(30) else 500
        webhooks = Webhook(JOBCENTER, slow.url, SECRET), Webhook(A_KASSE, receiver.url, SECRET)
        side = Side(messages=MessageSettings(webhooks=webhooks, seconds=30))
        side.told(id_="held")
        for n in range(40):
            side.told(id_=f"e{n}", receiver=A_KASSE, citizen=f"{n + 1:02}0185{n:04}" if n < 31 else OTHER)

        async def within() -> None:
            assert side.app.pushing is not None
            running = asyncio.create_task(side.app.pushing.run())
            for _ in range(400):
                if len(receiver.got) == 40:
                    break
                await asyncio.sleep(0.05)
            came = len(receiver.got), len(slow.got)
            let_go.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert came == (40, 1)

        try:
            asyncio.run(within())
        finally:
            let_go.set()


def test_a_webhook_that_moves_gets_what_waits(receiver: Receiver) -> None:
    with served() as old:
        side = side_of(old)
        old.says = lambda headers: 503
        side.told(id_="a")
        send(side)
    settings = MessageSettings(webhooks=(Webhook(JOBCENTER, receiver.url, SECRET),), seconds=5)
    side.store.tend_pushes(settings.targets(), settings.pushed(), side.clock.now)
    side.app.pushing = Pushing(side.store, side.keeping.keepers, settings, side.clock)
    sent(side)
    assert len(receiver.got) == 1
    assert side.kept()[0].state == "acknowledged"


def test_an_address_that_is_gone_for_good_is_given_up_at_once(receiver: Receiver) -> None:
    side = side_of(receiver)
    receiver.says = lambda headers: 410
    side.told(id_="a")
    send(side)
    assert [(push.target.partition(" ")[0], push.attempts) for push in side.store.dead_pushes()] == [(JOBCENTER, 1)]


def test_a_receiver_that_is_not_there_is_tried_again() -> None:
    with served() as receiver:
        side = side_of(receiver)
    side.told(id_="a")
    send(side)
    way = side.store.way_of(side.kept()[0].id)
    assert way is not None
    assert [push[1:4] for push in way.pushes] == [("waiting", 1, "unavailable")]


def test_with_a_queue_beside_it_the_message_waits_there_too(receiver: Receiver) -> None:
    side = side_of(receiver, queue=True)
    side.told(id_="a")
    sent(side)
    assert len(receiver.got) == 1
    assert side.kept()[0].state == "waiting"


def test_rules_messages_are_sent_too_and_other_receivers_are_not(receiver: Receiver) -> None:
    from overgang.core.messages import Notice, Organisation

    side = side_of(receiver)
    side.told(receiver="2/81", id_="theirs")
    notice = Notice("0f1e2d3c-4b5a-5697-8877-665544332211", Organisation(8, "10101"), "PersonCategory", "e", CPR, "r")
    asyncio.run(side.keeping.keep([notice]))
    sent(side)
    ((_, body),) = receiver.got
    assert json.loads(body)["EntitetNavn"] == "Personkategori"


def test_two_gateways_on_one_store_send_each_once(receiver: Receiver, tmp_path: Path) -> None:
    webhook = Webhook(JOBCENTER, receiver.url, SECRET)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    one, two = (Side(messages=MessageSettings(webhooks=(webhook,)), store=url) for _ in range(2))
    for n in range(30):
        one.told(id_=f"e{n}", citizen=(CPR, OTHER)[n % 2])

    async def both() -> None:
        assert one.app.pushing is not None
        assert two.app.pushing is not None
        for _ in range(20):
            await asyncio.gather(all_of(one.app.pushing), all_of(two.app.pushing))

    asyncio.run(both())
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert sorted(ids) == sorted(message.id for message in one.kept())


def test_neither_number_nor_address_is_in_the_log(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    side = side_of(receiver)
    receiver.says = lambda headers: 500
    side.told(id_="a")
    send(side)
    assert "was not delivered: status 500" in caplog.text
    assert CPR not in caplog.text


def test_it_sends_by_itself_when_something_comes(receiver: Receiver) -> None:
    side = side_of(receiver)

    async def within() -> None:
        assert side.app.pushing is not None
        running = asyncio.create_task(side.app.pushing.run())
        await asyncio.to_thread(side.told, id_="a")
        for _ in range(200):
            if receiver.got:
                break
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(within())
    assert len(receiver.got) == 1
