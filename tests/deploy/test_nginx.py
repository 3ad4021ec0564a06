"""The shipped nginx configuration before two gateways that share a PostgreSQL store."""

import asyncio
import re
import select
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from nginx_side import BODY, KIND, Deployed, deployed, read, records, standin, written

from certificates import authority
from old_calls import ABSENCE, CITIZEN, ENROLLMENT, HEADER, absence, said, wrapped
from running import SECONDS, App

HEAD = f"POST {ENROLLMENT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(
        tmp_path_factory.mktemp("deployed"),
        ("client_header_timeout   10s", "client_header_timeout 1s"),
        ("client_body_timeout     5s", "client_body_timeout 1s"),
        ("send_timeout            10s", "send_timeout 1s"),
        ("keepalive_timeout       15s", "keepalive_timeout 1s"),
    ) as all_of_it:
        yield all_of_it


def test_a_call_with_a_function_certificate_is_answered_and_written_down(site: Deployed) -> None:
    with site.client(site.issued()) as client:
        answers = [read(client) for _ in range(6)]
    assert {said(answer).code for answer in answers} == {"GetProfessionCollectionResponse"}
    assert {one["who"] for one in records(site)} == {
        "Fagsystem (oces3 CVR:12345678 0b5c5b60-6f0f-4f4c-9a55-0d6d3a1c1f11)"
    }


def test_without_a_certificate_nothing_gets_through(site: Deployed) -> None:
    before = len(site.modern.asked)
    with site.client(None) as client:
        answer = read(client)
    assert answer.status_code == 400
    other = authority().issue()
    with site.client(written(site.folder / "foreign.pem", other)) as client:
        assert read(client).status_code == 400
    assert site.modern.asked[before:] == []


def test_what_a_client_says_of_its_certificate_is_not_heard(site: Deployed) -> None:
    ours, another = site.issued(), site.issued("another", "87654321", "11111111-2222-4333-8444-555555555555")
    told = {"Client-Cert": ours.read_text(), "Overgang-Proxy": "x", "X-Forwarded-For": "10.0.0.1", "Client_Cert": "x"}
    headers = {**KIND, **{name: value.replace("\n", "") for name, value in told.items()}}
    with site.client(another) as client:
        answer = client.post(ENROLLMENT, content=BODY, headers=headers)
    assert "[identity.organisation-type]" in answer.text  # it is the other one's, who may not act for a jobcentre
    with site.client(site.issued("unknown", "11111111")) as client:
        assert "[identity.unknown]" in read(client).text


def test_a_contract_and_its_address_come_through(site: Deployed) -> None:
    with site.client(site.issued()) as client:
        assert b"https://soap.example.invalid/gateway" in client.get(f"{ENROLLMENT}?wsdl").content


def test_the_same_write_at_both_gateways_is_carried_out_once(site: Deployed) -> None:
    certificate = site.issued()
    for number in range(5):
        start, end = (f"2026-0{number + 2}-0{day}T00:00:00+01:00" for day in (1, 2))
        body = wrapped(absence(start=start, end=f"<EndDate>{end}</EndDate>"), HEADER)
        before = len([one for one in site.modern.asked if one.method == "POST"])

        def send(_: int, body: str = body) -> bytes:
            with site.client(certificate) as client:
                answer = client.post(ABSENCE, content=body, headers=KIND)
                assert answer.status_code == 200, answer.text
                return answer.content

        with ThreadPoolExecutor(8) as callers:
            answers = set(callers.map(send, range(8)))
        assert len(answers) == 1
        assert len([one for one in site.modern.asked if one.method == "POST"]) == before + 1


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(HEAD + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="78"),
        pytest.param(HEAD + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, id="79"),
        pytest.param(HEAD + "Content-Length: +4\r\n\r\nabcd", 400, id="79 sign"),
        pytest.param(HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, id="82"),
        pytest.param(HEAD.replace("Host: localhost\r\n", "") + "Content-Length: 0\r\n\r\n", 400, id="85 none"),
        pytest.param(HEAD + "Host: x\r\nContent-Length: 0\r\n\r\n", 400, id="85 two"),
        pytest.param(HEAD + f"X-A: {'a' * 70_000}\r\nContent-Length: 0\r\n\r\n", 400, id="87 header"),
        pytest.param(f"GET /{'a' * 70_000} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, id="87 target"),
        pytest.param(HEAD.replace("/8/", "/%2e%2e/8/") + "Content-Length: 0\r\n\r\n", 404, id="88"),
        pytest.param(HEAD.replace("/8/", "/8%00/") + "Content-Length: 0\r\n\r\n", 400, id="88 NUL"),
        pytest.param(HEAD + "Content-Length: 99999999\r\n\r\n", 413, id="92"),
        pytest.param("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="86"),
    ],
)
def test_odd_framing_stops_at_the_proxy(site: Deployed, raw: str, status: int) -> None:
    before = len(site.modern.asked)
    # A server that closes while more comes resets the connection, and what it said may be lost with it.
    answer = next(filter(None, (site.raw(site.issued(), raw.encode()) for _ in range(5))), b"")
    assert re.findall(rb"^HTTP/1\.1 (\d+)", answer, re.MULTILINE) == [str(status).encode()]
    assert site.modern.asked[before:] == []


def test_slow_clients_are_closed_and_others_served(site: Deployed) -> None:
    certificate = site.issued()

    def slow(first: bytes) -> float:
        """The seconds until the proxy has had enough of a client that sends a byte now and then."""
        started = time.monotonic()
        with site.connection(certificate) as connection:
            connection.sendall(first)
            connection.recv(1024)
        return time.monotonic() - started

    with ThreadPoolExecutor(40) as clients:
        whole = f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:100].encode()
        waiting = [clients.submit(slow, part) for part in [HEAD.encode()[:40], whole] * 20]
        with site.client(certificate) as client:
            assert said(read(client)).code == "GetProfessionCollectionResponse"
        assert all(one.result() < SECONDS for one in waiting)


def dripped(connection: ssl.SSLSocket, seconds: float) -> float:
    """The seconds until a client that sends a byte now and then is closed; it stops by itself after so many."""
    started = time.monotonic()
    with suppress(OSError):
        while (past := time.monotonic() - started) < seconds and not hung_up(connection, 0.2):
            connection.sendall(b"a")
    return past


def hung_up(connection: ssl.SSLSocket, seconds: float) -> bool:
    """Whether the proxy is gone within these seconds, by the socket's state: nothing is read."""
    watch = select.poll()
    watch.register(connection, select.POLLRDHUP)
    return bool(watch.poll(seconds * 1000))


def test_a_head_that_trickles_in_is_closed_when_its_time_is_over(site: Deployed) -> None:
    with site.connection(site.issued()) as connection:
        connection.sendall(HEAD.encode() + b"X-A: ")
        assert 0.8 < dripped(connection, SECONDS) < 5


def test_a_body_that_trickles_in_holds_its_connection_and_no_place_at_a_gateway(site: Deployed) -> None:
    certificate, asked = site.issued(), len(site.modern.asked)

    def drip(_: int) -> float:
        with site.connection(certificate) as connection:
            connection.sendall(f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode())
            lasted = dripped(connection, 3)  # for as long as it likes: what is left, see SECURITY.md
            assert hung_up(connection, 5)  # and not for long after its last byte
            return lasted

    with ThreadPoolExecutor(20) as clients:
        dripping = [clients.submit(drip, n) for n in range(20)]
        time.sleep(1.5)
        for one in site.gateways:
            assert "\novergang_calls_under_way 0" in httpx.get(f"{one.address('admin')}/metrics", trust_env=False).text
        with site.client(certificate) as client:
            assert said(read(client)).code == "GetProfessionCollectionResponse"
        assert all(one.result() >= 3 for one in dripping)
    assert len(site.modern.asked) == asked + 1


def test_a_client_that_does_not_read_is_closed(site: Deployed) -> None:
    certificate = site.issued()
    with site.connection(certificate) as connection:
        connection.sendall(f"GET {ENROLLMENT}?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 400)
        with site.client(certificate) as client:
            assert said(read(client)).code == "GetProfessionCollectionResponse"
        assert hung_up(connection, SECONDS)


def test_idle_connections_are_closed_in_time_and_make_room_before(tmp_path: Path) -> None:
    head = f"GET {ENROLLMENT} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    changes = (
        ("worker_connections 2048", "worker_connections 64"),
        ("keepalive_timeout       15s", "keepalive_timeout 5s"),
    )
    with deployed(tmp_path, *changes, count=1) as site, ExitStack() as open_:
        certificate = site.issued()
        idle = []
        for _ in range(100):
            idle.append(open_.enter_context(site.connection(certificate)))
            idle[-1].sendall(head)
            assert idle[-1].recv(9) == b"HTTP/1.1 "
        gone = [hung_up(connection, 0) for connection in idle]
        assert gone == sorted(gone, reverse=True)  # the oldest
        assert 36 < gone.count(True) < 100
        with site.client(certificate) as client:
            assert said(read(client)).code == "GetProfessionCollectionResponse"
        assert all(hung_up(connection, 10) for connection in idle)


def test_a_failing_gateway_is_passed_over(tmp_path: Path) -> None:
    changes = ("proxy_read_timeout      35s", "proxy_read_timeout 5s"), ("fail_timeout=2s", "fail_timeout=60s")
    with deployed(tmp_path, *changes) as site:
        first = site.gateways[0]
        first.popen.send_signal(signal.SIGSTOP)
        try:
            with site.client(site.issued()) as client:
                answers = [said(read(client)).code for _ in range(6)]
        finally:
            first.popen.send_signal(signal.SIGCONT)
        assert sorted(answers) == ["GetProfessionCollectionResponse"] * 5 + ["Server"]  # the one that found it out


def test_nothing_of_a_call_is_in_what_the_proxy_and_the_gateways_wrote(site: Deployed) -> None:
    for file in site.folder.rglob("*"):
        if file.is_file() and file.suffix not in (".pem", ".key", ".toml", ".sock"):
            assert CITIZEN.encode() not in file.read_bytes(), file.name


def test_one_client_can_not_take_all_connections(tmp_path: Path) -> None:
    with deployed(tmp_path, ("overgang_clients 100", "overgang_clients 4"), count=1) as site:
        certificate, let_go = site.issued(), threading.Event()

        def hold(_: int) -> bytes:
            with site.connection(certificate) as connection:
                connection.sendall(f"{HEAD}Content-Length: 100\r\n\r\n".encode())
                let_go.wait(SECONDS)
                return b""

        with ThreadPoolExecutor(4) as clients:
            held = [clients.submit(hold, n) for n in range(4)]
            time.sleep(0.5)
            with site.client(certificate) as client:
                refused = read(client)
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
                assert said(refused).code == "Server"
                plain = client.get("/visiteringogstatus/v1/Fravaer")
                assert plain.json()["key"] == "gateway.busy"
            transport = httpx.HTTPTransport(verify=site.context(certificate), local_address="127.0.0.2")
            with httpx.Client(transport=transport, base_url=site.url, timeout=SECONDS) as other:
                assert said(read(other)).code == "GetProfessionCollectionResponse"
            let_go.set()
            for one in held:
                one.result()


def test_a_write_that_takes_longer_than_the_drain_is_answered_when_the_gateway_stops(tmp_path: Path) -> None:
    asked = threading.Event()

    def slow(app: App) -> App:
        async def later(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "POST":
                asked.set()
                await asyncio.sleep(3)
            await app(scope, receive, send)

        return later

    with deployed(tmp_path, count=1, more="[admission]\ndrain = 0.2\n", around=slow) as site:
        with site.client(site.issued()) as client, ThreadPoolExecutor(1) as callers:
            call = callers.submit(client.post, ABSENCE, content=wrapped(absence(), HEADER), headers=KIND)
            assert asked.wait(SECONDS)
            site.gateways[0].popen.send_signal(signal.SIGTERM)
            assert said(call.result()).code == "CreateAbsenceResponse"
        assert site.gateways[0].popen.wait(SECONDS) == 0
        assert [one["event"] for one in records(site)] == ["intent", "outcome"]


def test_a_gateway_that_is_stopped_fails_no_call(tmp_path: Path) -> None:
    with deployed(tmp_path, more="[admission]\ndrain = 3.0\n") as site:
        certificate, stop, told = site.issued(), threading.Event(), list[tuple[int, str]]()

        def keep_calling(number: int) -> None:
            with site.client(certificate) as client:
                while not stop.is_set():
                    answer = read(client)
                    told.append((answer.status_code, answer.text[:300]))

        with ThreadPoolExecutor(6) as callers:
            calling = [callers.submit(keep_calling, n) for n in range(6)]
            time.sleep(0.5)
            site.gateways[0].popen.send_signal(signal.SIGTERM)
            assert site.gateways[0].popen.wait(SECONDS) == 0
            time.sleep(0.5)
            stop.set()
            for one in calling:
                one.result()
        assert len(told) > 50
        assert [one for one in told if one[0] != 200] == []


def files_made(site: Deployed) -> list[int]:
    """When a file was last made or removed where nginx keeps what its memory does not hold."""
    return [(site.folder / name).stat().st_mtime_ns for name in ("client_body", "proxy")]


@pytest.mark.parametrize("chunk", [None, 4096])
def test_a_large_message_is_never_on_the_disk(chunk: int | None, tmp_path: Path) -> None:
    body = b"c" * (1 << 20)
    parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] if chunk else body
    with (
        deployed(tmp_path, count=0) as site,
        standin(tmp_path / "gateway-1.sock", b"{}") as done,
        site.client(site.issued()) as client,
    ):
        before = files_made(site)
        assert client.post(ENROLLMENT, content=parts, headers=KIND).content == b"{}"
        assert done[0].endswith(b"\r\n" + body)
        assert files_made(site) == before


@pytest.mark.parametrize(("megabytes", "kept"), [(3, True), (16, False)])
def test_a_large_answer_to_a_slow_reader_is_kept_in_memory_or_waits(megabytes: int, kept: bool, tmp_path: Path) -> None:
    answer, kernel = b"a" * (megabytes << 20), (" ssl;", " ssl sndbuf=64k;")
    with deployed(tmp_path, kernel, count=0) as site, standin(tmp_path / "gateway-1.sock", answer) as done:
        before = files_made(site)
        with site.connection(site.issued()) as connection:
            connection.sendall(f"{HEAD}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            time.sleep(1)
            assert bool(done) is kept, "the gateway is through before its caller reads"
            assert b"".join(iter(lambda: connection.recv(65_536), b"")).endswith(b"\r\n" + answer)
        assert files_made(site) == before


@pytest.mark.parametrize(("method", "times"), [("POST", 1), ("PUT", 2), ("DELETE", 2)])
def test_a_call_that_a_gateway_leaves_unanswered_is_sent_again_unless_it_is_a_post(
    method: str, times: int, tmp_path: Path
) -> None:
    with (
        deployed(tmp_path, count=0) as site,
        standin(tmp_path / "gateway-1.sock", None) as one,
        standin(tmp_path / "gateway-2.sock", None) as other,
        site.client(site.issued()) as client,
    ):
        assert client.request(method, "/visiteringogstatus/v1/Fravaer", content=b"{}").status_code == 503
        assert len(one + other) == times
