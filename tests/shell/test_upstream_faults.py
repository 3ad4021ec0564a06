"""Faults of the modern side as callers meet them: the whole gateway before a raw socket that does what it should not.

The rows are those of the catalogue of upstream failures, 122 to 149: each has a test here or in test_upstream, or a
reason.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from faults import FAULTS
from faulty import Behaviour, Faulty, Writer, closed_port, faulty, full, never_answers, reply, secured
from gateway_side import DAY, config, loaded

from certificates import Authority, authority
from modern_calls import ABOUT, FRAVAER, fravaer, problem
from old_calls import ENROLLMENT, HEADER, MEDIA, absence, professions, said, wrapped
from overgang.core.errors import UpstreamFault
from overgang.core.resilience import SAVED
from overgang.shell import client as transport
from overgang.shell.app import Gateway
from overgang.shell.clock import at
from overgang.shell.config import Target
from overgang.shell.config_audit import Deadlines
from overgang.shell.upstream import LONGEST, Upstream, retry_after

ABSENCES = "/PjakTassWCF/7/AbsenceRegistrationService.svc"
BOTH = pytest.mark.parametrize("client", ["pyreqwest", "httpx"])
NONE = reply(b'{"joboensker": []}')

REASONS = {
    135: "no tokens are used towards the modern side; its 401 and 403 are upstream.auth (test below)",
    146: "each reply is checked under its contract: tests/shell/test_driver, `upstream.contract`",
    147: "no upstream time is used; Retry-After dates are taken against the clock (test below)",
    148: "addresses are resolved at each new connection; which networks may be reached is for the network to say",
}
ROWS = {
    "test_every_fault_is_told_on_both_faces_and_nothing_of_it_is_mapped": {124, 125, 126, 127, 128, 130, 133, 144},
    "test_what_can_not_be_reached_is_told_at_once": {122},
    "test_a_connection_that_nobody_answers_is_told_as_soon_and_nothing_was_sent": {122},
    "test_a_server_that_tls_does_not_trust_gets_nothing_and_is_asked_once": {123},
    "test_fifty_interim_answers_are_passed_over": {129},
    "test_a_reply_outside_of_its_contract_is_told": {131, 132},
    "test_refusals_of_the_modern_side_keep_their_meaning": {134, 135, 136, 137},
    "test_a_wait_that_fits_is_waited_and_another_is_handed_on": {138},
    "test_a_retry_after_is_read_in_both_forms_and_never_believed_too_long": {138, 147},
    "test_a_failure_of_the_service_is_tried_again_for_a_read_and_never_for_a_write": {139},
    "test_a_storm_of_failures_opens_the_breaker_and_it_closes_again": {140},
    "test_a_storm_of_answers_that_are_none_opens_it": {130, 140},
    "test_a_storm_of_refusals_never_opens_it": {141},
    "test_a_slow_service_leaves_the_others_alone": {142},
    "test_a_service_that_hangs_opens_its_breaker_also_when_the_operations_give_up_before_it": {142},
    "test_attempts_stay_within_the_budget": {143},
    "test_a_kept_connection_that_was_closed_is_invisible_for_reads": {145},
    "test_proxies_of_the_environment_are_ignored": {149},
}


def test_each_row_of_the_catalogue_has_a_test_or_a_reason() -> None:
    beside = (Path(__file__).parent / "test_upstream.py").read_text(encoding="utf-8")
    here = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in ROWS if f"def {name}(" not in beside + here] == []
    assert set().union(*ROWS.values()) | REASONS.keys() == set(range(122, 150))


class Asks:
    """A gateway in this process before the modern side at an address."""

    def __init__(
        self, urls: Mapping[str, str], client: str = "pyreqwest", operations: float = 30.0, **target: Any
    ) -> None:
        """Each operation has the seconds `operations`."""
        targets = {domain: Target(url, **{"deadline": 5.0, **target}) for domain, url in urls.items()}
        self.upstream = Upstream(targets, client=client, reply_bytes=100_000)
        made = config(client=client, upstream=targets, deadlines=Deadlines(operations))
        self.gateway = Gateway(made, loaded(), self.upstream, at(DAY))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.gateway), base_url="http://gateway")

    async def old_read(self) -> httpx.Response:
        headers = {"content-type": MEDIA["1.1"]}
        return await self.http.post(ENROLLMENT, content=wrapped(professions()), headers=headers)

    async def old_write(self) -> httpx.Response:
        headers = {"content-type": MEDIA["1.1"]}
        return await self.http.post(ABSENCES, content=wrapped(absence(), HEADER), headers=headers)

    async def new_read(self) -> httpx.Response:
        return await self.http.get(FRAVAER, headers=ABOUT)

    async def new_write(self) -> httpx.Response:
        return await self.http.post(FRAVAER, headers={**ABOUT, "x-requestId": "r-1"}, json=fravaer())


@asynccontextmanager
async def asking(urls: Mapping[str, str], client: str = "pyreqwest", **target: Any) -> AsyncIterator[Asks]:
    asks = Asks(urls, client, **target)
    try:
        yield asks
    finally:
        await asks.http.aclose()
        await asks.upstream.close()


@asynccontextmanager
async def before(
    *behaviours: Behaviour, client: str = "pyreqwest", **target: Any
) -> AsyncIterator[tuple[Asks, Faulty]]:
    """A gateway before one raw socket that is all of the modern side."""
    async with (
        faulty(*behaviours) as stub,
        asking(dict.fromkeys(("jobsearch", "visiteringogstatus"), stub.url), client, **target) as asks,
    ):
        yield asks, stub


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


@BOTH
@pytest.mark.parametrize(("behaviour", "key"), FAULTS.values(), ids=FAULTS)
def test_every_fault_is_told_on_both_faces_and_nothing_of_it_is_mapped(
    client: str, behaviour: Behaviour, key: str
) -> None:
    slow = key == "upstream.timeout"

    async def test() -> None:
        async with before(behaviour, client=client, deadline=0.2 if slow else 5.0) as (asks, stub):
            for ask, writes in ((asks.old_read, False), (asks.old_write, True)):
                stub.requests.clear()
                answer = await ask()
                told = said(answer)
                assert (told.code, told.number) == ("Server", "1100")
                assert f"[{key}]" in answer.text
                assert len(stub.requests) == (1 if writes or key != "upstream.broken" else 2)
            assert problem(await asks.new_read()) == (504 if slow else 502, 1100, key)
            stub.requests.clear()
            assert problem(await asks.new_write())[1:] == (1100, key)
            assert len(stub.requests) == 1

    run(test)


@BOTH
def test_what_can_not_be_reached_is_told_at_once(client: str) -> None:
    async def test() -> None:
        urls = {"visiteringogstatus": await closed_port(), "jobsearch": "http://no.such.host.invalid"}
        async with asking(urls, client) as asks:
            for ask in (asks.old_read, asks.old_write):
                answer = await ask()
                assert "[upstream.unavailable]" in answer.text
                assert "not known" not in answer.text  # nothing was sent
            assert (
                asks.upstream.services["visiteringogstatus"].counts["attempts"] == 2
            )  # also a write: nothing was sent

    run(test)


@BOTH
def test_a_connection_that_nobody_answers_is_told_as_soon_and_nothing_was_sent(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CONNECT", 0.2)

    async def test() -> None:
        with full() as url:
            async with asking({"jobsearch": url, "visiteringogstatus": url}, client, deadline=60.0) as asks:
                for ask in (asks.old_read, asks.old_write):
                    answer = await ask()
                    assert "[upstream.unavailable]" in answer.text
                    assert "not known" not in answer.text

    run(test)


TLS_FAILS: Mapping[str, Mapping[str, Any]] = {
    "unknown authority": {"known": False},
    "expired": {"expired": True},
    "wrong host": {},
    "wants a certificate": {"demanding": True, "newest": ssl.TLSVersion.TLSv1_2},
    "wants a certificate, by TLS 1.3": {"demanding": True},
    "an old version of TLS": {"newest": ssl.TLSVersion.TLSv1},
}


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that both clients trust."""
    made = authority()
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "trusted.pem"))
    return made


def _context(
    folder: Path,
    trusted: Authority,
    *,
    known: bool = True,
    expired: bool = False,
    demanding: bool = False,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> ssl.SSLContext:
    now = datetime.now(UTC)
    issuer = trusted if known else authority(common="Somebody")
    made = issuer.issue(begins=now - timedelta(days=9), ends=now + timedelta(days=-1 if expired else 9))
    (folder / "pem").write_bytes(made.pem + made.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    if newest is ssl.TLSVersion.TLSv1:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version, context.maximum_version = newest, newest
    else:
        context.maximum_version = newest
    if demanding:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "trusted.pem")
    return context


@BOTH
@pytest.mark.parametrize("what", TLS_FAILS)
def test_a_server_that_tls_does_not_trust_gets_nothing_and_is_asked_once(
    client: str, what: str, trusted: Authority, tmp_path: Path
) -> None:
    context = _context(tmp_path, trusted, **TLS_FAILS[what])
    host = "127.0.0.1" if what == "wrong host" else "localhost"

    async def test() -> None:
        with secured(context, host) as server:
            async with asking({"jobsearch": server.url, "visiteringogstatus": server.url}, client) as asks:
                for ask in (asks.old_read, asks.old_write):
                    answer = await ask()
                    assert "[upstream.tls]" in answer.text
                    assert "not known" not in answer.text
            assert (server.connections, server.taken) == (2, [])

    run(test)


@BOTH
def test_a_server_that_tls_trusts_is_asked(client: str, trusted: Authority, tmp_path: Path) -> None:
    """Else the test before would show nothing."""

    async def test() -> None:
        with secured(_context(tmp_path, trusted), "localhost") as server:
            async with asking({"jobsearch": server.url}, client) as asks:
                await asks.old_read()
            assert len(server.taken) >= 1

    run(test)


@pytest.mark.parametrize(
    "behaviour",
    [
        reply(b'{"joboensker": [{"uri": 1}]}'),
        reply(b'{"other": []}'),
        reply(b"[]"),
        reply(b"", "204 No Content"),
        reply(b"", "304 Not Modified"),
    ],
)
def test_a_reply_outside_of_its_contract_is_told(behaviour: Behaviour) -> None:
    async def test() -> None:
        async with before(behaviour) as (asks, _):
            told = said(await asks.old_read())
            assert (told.code, told.number) == ("Server", "1100")

    run(test)


@pytest.mark.parametrize(
    ("status", "number", "code", "told"),
    [
        ("400 Bad Request", 1001, "Client", 1001),
        ("403 Forbidden", 4575, "Client", 4575),
        ("404 Not Found", 1010, "Client", 1010),
        ("409 Conflict", 4637, "Client", 4637),
        ("422 Unprocessable", 9999, "Server", 1100),
        ("401 Unauthorized", None, "Server", 1100),
        ("403 Forbidden", None, "Server", 1100),
    ],
)
def test_refusals_of_the_modern_side_keep_their_meaning(status: str, number: int | None, code: str, told: int) -> None:
    body = b"{}" if number is None else b'{"errorCode": %d}' % number

    async def test() -> None:
        async with before(reply(body, status, kind="application/problem+json")) as (asks, stub):
            answer = await asks.old_write()
            assert (said(answer).code, said(answer).number) == (code, str(told))
            assert len(stub.requests) == 1
            assert ("[upstream.auth]" in answer.text) is (number is None)

    run(test)


@pytest.mark.parametrize(
    ("asked", "waits", "handed_on"),
    [
        ("0", True, None),
        ("1", True, None),
        ("60", False, 60),
        ("31536000", False, LONGEST),
        ("soon", False, None),
        (None, False, None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_wait_that_fits_is_waited_and_another_is_handed_on(
    status: str, asked: str | None, waits: bool, handed_on: int | None
) -> None:
    busy = reply(b"", status, *([f"Retry-After: {asked}"] if asked else []), kind=None)
    again = waits or (status.startswith("503") and handed_on is None)  # a 503 without a wish is tried once more at once

    async def test() -> None:
        async with before(busy, NONE) as (asks, stub):
            read = await asks.old_read()
            assert len(stub.requests) == (2 if again else 1)
            assert ("GetProfessionCollectionResponse" in read.text) is again
            if not again:
                assert read.headers.get("retry-after") == (None if handed_on is None else str(handed_on))
        async with before(busy) as (asks, stub):
            write = await asks.new_write()
            assert (write.status_code, len(stub.requests)) == (503, 1)
            wished = {"0": "0", "1": "1"}.get(asked or "", None if handed_on is None else str(handed_on))
            assert write.headers.get("retry-after") == wished

    run(test)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("5", 5), (" 5 ", 5), ("-5", None), ("5.0", None), ("५", None), ("", None)),
        *(("9" * 50, LONGEST), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)),
    ],
)
def test_a_retry_after_is_read_in_both_forms_and_never_believed_too_long(text: str, seconds: int | None) -> None:
    assert retry_after(text) == seconds
    soon = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True))
    assert soon is not None
    assert 50 < soon <= 100


@BOTH
@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 X", "504 Gateway Timeout"])
def test_a_failure_of_the_service_is_tried_again_for_a_read_and_never_for_a_write(client: str, status: str) -> None:
    async def test() -> None:
        async with before(reply(b"", status, kind=None), NONE, client=client) as (asks, stub):
            assert said(await asks.old_read()).code == "GetProfessionCollectionResponse"
            assert len(stub.requests) == 2
        async with before(reply(b"", status, kind=None), client=client) as (asks, stub):
            answer = await asks.old_write()
            assert "[upstream.status]" in answer.text
            assert "the outcome is not known" in answer.text
            assert len(stub.requests) == 1

    run(test)


STORM: Mapping[str, Any] = {"breaker_calls": 10, "breaker_pause": 0.5}


def test_a_storm_of_failures_opens_the_breaker_and_it_closes_again() -> None:
    async def test() -> None:
        good = asyncio.Event()

        async def behave(writer: asyncio.StreamWriter) -> None:
            await (NONE if good.is_set() else reply(b"", "503 Service Unavailable", kind=None))(writer)

        async with before(behave, **STORM) as (asks, stub):
            service = asks.upstream.services["jobsearch"]
            for _ in range(20):
                await asks.old_read()
            assert service.state == "open"
            assert asks.gateway.shut_off() == {"jobsearch"}
            attempts, connections = service.counts["attempts"], stub.connections
            stub.requests.clear()
            old, new = await asks.old_read(), await asks.http.get("/jobsearch/v2/Joboenske", headers=ABOUT)
            assert "[upstream.open]" in old.text
            assert old.headers["retry-after"] == "1"
            assert problem(new) == (503, 1100, "upstream.open")
            assert (stub.requests, stub.connections, service.counts["attempts"]) == ([], connections, attempts)
            good.set()
            await asyncio.sleep(0.6)
            assert service.state == "half-open"
            for _ in range(3):
                assert said(await asks.old_read()).code == "GetProfessionCollectionResponse"
            assert service.state == "closed"
            assert asks.gateway.shut_off() == frozenset()

    run(test)


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "409 Conflict", "429 X"])
@pytest.mark.parametrize("body", [b'{"errorCode": 1010}', b"<p>no JSON"])
def test_a_storm_of_refusals_never_opens_it(status: str, body: bytes) -> None:
    async def test() -> None:
        async with before(reply(body, status), **STORM) as (asks, stub):
            for _ in range(50):
                await asks.old_read()
            assert asks.upstream.services["jobsearch"].state == "closed"
            assert len(stub.requests) == 50

    run(test)


def test_a_storm_of_answers_that_are_none_opens_it() -> None:
    async def test() -> None:
        async with before(reply(b"<p>hello", kind="text/html"), **STORM) as (asks, stub):
            for _ in range(30):
                assert problem(await asks.new_read())[1] == 1100
            assert asks.upstream.services["visiteringogstatus"].state == "open"
            assert len(stub.requests) == 10

    run(test)


@pytest.mark.parametrize(("status", "opens"), [("500 Internal Server Error", False), ("503 X", True), ("502 X", True)])
def test_a_soap_fault_of_an_old_service_is_its_business_and_never_opens_its_breaker(status: str, opens: bool) -> None:
    async def test() -> None:
        fault = reply(b"<s:Envelope/>", status, kind="text/xml; charset=utf-8")
        async with faulty(fault) as stub:
            old = {"JoblogService/2": Target(stub.url, breaker_calls=10)}
            upstream = Upstream({}, old=old)
            for _ in range(30):
                with suppress(UpstreamFault):
                    await upstream.forward("JoblogService/2", b"<a/>", {})
            assert upstream.services["JoblogService/2"].state == ("open" if opens else "closed")
            await upstream.close()

    run(test)


def test_a_caller_who_goes_away_is_no_failure_of_the_service() -> None:
    async def test() -> None:
        async with before(never_answers, **STORM) as (asks, _):
            for _ in range(15):
                call = asyncio.create_task(asks.old_read())
                await asyncio.sleep(0.02)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
            assert asks.upstream.services["jobsearch"].state == "closed"

    run(test)


def test_a_service_that_hangs_opens_its_breaker_also_when_the_operations_give_up_before_it() -> None:
    async def test() -> None:
        async with before(never_answers, operations=0.1, **STORM) as (asks, _):
            answers = await asyncio.gather(*(asks.old_read() for _ in range(10)))
            assert all("[upstream.timeout]" in answer.text for answer in answers)
            assert {problem(one) for one in await asyncio.gather(*(asks.new_read() for _ in range(10)))} == {
                (504, 1100, "upstream.timeout")
            }
            assert asks.gateway.shut_off() == {"jobsearch", "visiteringogstatus"}

    run(test)


def test_a_slow_service_leaves_the_others_alone() -> None:
    async def test() -> None:
        go, target = asyncio.Event(), Target("")
        held = target.max_in_flight + target.waiting  # as they are by default

        async def answers_late(writer: Writer) -> None:
            await go.wait()
            await NONE(writer)

        async with faulty(answers_late) as slow, faulty(reply(b'{"fravaer": []}')) as good:
            urls = {"jobsearch": slow.url, "visiteringogstatus": good.url}
            async with asking(urls, deadline=60.0) as asks:
                calls = [asyncio.create_task(asks.old_read()) for _ in range(held)]
                admission = asks.gateway.admission
                async with asyncio.timeout(30):
                    while admission.under_way < held or len(slow.requests) < target.max_in_flight:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                for _ in range(admission.at_once - held + 1):
                    busy = await asks.old_read()
                    assert "[upstream.busy]" in busy.text
                    assert busy.headers["retry-after"] == "1"
                assert [(await asks.new_read()).status_code for _ in range(5)] == [200] * 5
                assert admission.refused == 0
                go.set()
                answers = await asyncio.gather(*calls)
                assert {said(answer).code for answer in answers} == {"GetProfessionCollectionResponse"}

    run(test)


def test_attempts_stay_within_the_budget() -> None:
    async def test() -> None:
        never_open: dict[str, Any] = {"breaker_calls": 1_000_000}
        async with before(reply(b"", "500 Internal Server Error", kind=None), **never_open) as (asks, stub):
            for _ in range(100):
                await asks.old_read()
            assert 100 < len(stub.requests) <= 1.2 * 100 + SAVED
            counts = asks.upstream.services["jobsearch"].counts
            assert counts["attempts"] == len(stub.requests) == 100 + counts["retries"]
            assert counts["no budget"] == 100 - counts["retries"]

    run(test)


@BOTH
def test_a_kept_connection_that_was_closed_is_invisible_for_reads(client: str) -> None:
    async def test() -> None:
        async with before(*[_then_closes] * 20, client=client) as (asks, stub):
            for _ in range(20):
                assert said(await asks.old_read()).code == "GetProfessionCollectionResponse"
                await asyncio.sleep(0.01)
            assert len(stub.requests) == 20

    run(test)


async def _then_closes(writer: asyncio.StreamWriter) -> None:
    """A good answer on a connection that seems to be kept, and is closed a little later."""
    await NONE(writer)
    await asyncio.sleep(0.005)
    writer.close()


def test_a_read_gets_no_time_beyond_its_deadline_for_its_second_attempt() -> None:
    async def test() -> None:
        async def late(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            await reply(b"", "503 Service Unavailable", kind=None)(writer)

        async with before(late, never_answers, deadline=0.5) as (asks, _):
            started = time.monotonic()
            answer = await asks.old_read()
            assert "[upstream.timeout]" in answer.text
            assert time.monotonic() - started < 5  # the deadline of one attempt more would be 5.3 s at the default

    run(test)
