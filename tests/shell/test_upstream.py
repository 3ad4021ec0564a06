import asyncio
import logging
import time
from typing import Any

import httpx
import pytest
import respx
from faults import FAULTS, JSON_HEAD
from faulty import (
    Behaviour,
    Faulty,
    Writer,
    closed_port,
    faulty,
    greeting,
    never_answers,
    reply,
    resets,
    says,
    says_and_closes,
)

from overgang.core.errors import GatewayFault, UpstreamFault
from overgang.core.messages import Caller, Organisation, RestReply, RestRequest
from overgang.core.paths import path
from overgang.core.values import Tidspunkt
from overgang.shell.config import HeaderNames, Target
from overgang.shell.upstream import Upstream, header_value

CALLER = Caller(
    organisation=Organisation(8, "101"),
    user_identifier="u-17",
    user_full_name="Åse Ø. Prøve",
    user_type=2,
    user_organisation=Organisation(7, "0101"),
    registered=Tidspunkt("2024-12-08T08:00:00.1234567+01:00"),
)
READ = RestRequest("GET", path("/jobsearch/v2/Joboenske"), citizen="0506912617")
WRITE = RestRequest("POST", path("/jobsearch/v2/Joboenske"), citizen="0506912617", json={"a": 1}, request_id="r-1")
BOTH = pytest.mark.parametrize("client", ["pyreqwest", "httpx"])


async def sent(url: str, client: str, *requests: RestRequest, **target: Any) -> list[RestReply | UpstreamFault]:
    """The outcome of each request, one after the other, over one Upstream."""
    settings = {"deadline": 5.0, **target}
    reply_bytes = settings.pop("reply_bytes", 100_000)
    upstream = Upstream({"jobsearch": Target(url, **settings)}, client=client, reply_bytes=reply_bytes)
    outcomes: list[RestReply | UpstreamFault] = []
    try:
        for request in requests:
            try:
                outcomes.append(await upstream.send(request, CALLER))
            except UpstreamFault as fault:
                outcomes.append(fault)
    finally:
        await upstream.close()
    return outcomes


def meet(client: str, request: RestRequest, *behaviours: Behaviour, **target: Any) -> tuple[Any, Faulty]:
    """What becomes of one request to a server with these behaviours, and what the server saw."""

    async def run() -> tuple[Any, Faulty]:
        async with faulty(*behaviours) as stub:
            outcome = (await sent(stub.url, client, request, **target))[0]
            return outcome, stub

    return asyncio.run(run())


@BOTH
@pytest.mark.parametrize(("behaviour", "key"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_trouble_is_a_fault_with_its_own_key(
    client: str, behaviour: Behaviour, key: str, request_: RestRequest
) -> None:
    fault, stub = meet(client, request_, behaviour, deadline=0.2 if key == "upstream.timeout" else 5.0)
    assert isinstance(fault, UpstreamFault)
    assert (fault.number, fault.key) == (1100, key)
    assert fault.status == (504 if key == "upstream.timeout" else 502)
    assert len(stub.requests) == (2 if key == "upstream.broken" and request_ is READ else 1)
    unclear = request_ is WRITE and key != "upstream.redirect"
    assert ("the outcome is not known" in fault.text) is unclear


@BOTH
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_a_closed_port_is_unavailable_and_nothing_was_done(client: str, request_: RestRequest) -> None:
    async def run() -> RestReply | UpstreamFault:
        return (await sent(await closed_port(), client, request_))[0]

    fault = asyncio.run(run())
    assert isinstance(fault, UpstreamFault)
    assert fault.key == "upstream.unavailable"
    assert "outcome" not in fault.text


@BOTH
def test_a_name_without_an_address_is_unavailable(client: str) -> None:
    (fault,) = asyncio.run(sent("http://nowhere.invalid", client, READ))
    assert isinstance(fault, UpstreamFault)
    assert fault.key == "upstream.unavailable"


@BOTH
def test_a_server_that_speaks_no_tls_is_not_trusted(client: str) -> None:
    async def run() -> list[RestReply | UpstreamFault]:
        async with greeting(b"220 mail.invalid ready\r\n") as url:
            return await sent(url.replace("http:", "https:"), client, WRITE)

    (fault,) = asyncio.run(run())
    assert isinstance(fault, UpstreamFault)
    assert fault.key == "upstream.tls"


@BOTH
def test_a_write_after_the_server_closed_the_kept_connection_is_sent_once(client: str) -> None:
    ends = says_and_closes(JSON_HEAD + b"Content-Length: 2\r\n\r\n{}")

    async def run() -> Faulty:
        async with faulty(ends) as stub:
            upstream = Upstream({"jobsearch": Target(stub.url)}, client=client)
            assert (await upstream.send(WRITE, CALLER)).status == 200
            await asyncio.sleep(0.05)  # the end of the connection arrives
            assert (await upstream.send(WRITE, CALLER)).status == 200
            await upstream.close()
            return stub

    stub = asyncio.run(run())
    assert (len(stub.requests), stub.connections) == (2, 2)


@BOTH
def test_a_read_survives_one_broken_answer(client: str) -> None:
    outcome, stub = meet(client, READ, resets, reply(b'{"a":1}'))
    assert outcome == RestReply(200, {"a": 1}, b'{"a":1}')
    assert len(stub.requests) == 2


@BOTH
def test_fifty_interim_answers_are_passed_over(client: str) -> None:
    outcome, _ = meet(
        client, READ, says(b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + JSON_HEAD + b"Content-Length: 2\r\n\r\n{}")
    )
    assert outcome == RestReply(200, {}, b"{}")


@BOTH
def test_a_body_of_exactly_the_limit_is_read(client: str) -> None:
    body = b'"' + b"a" * 98 + b'"'
    outcome, _ = meet(client, READ, reply(body), reply_bytes=100)
    assert outcome.raw == body
    fault, _ = meet(client, READ, reply(body), reply_bytes=99)
    assert fault.key == "upstream.too-large"


@BOTH
@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        pytest.param(reply(b"", "204 No Content", kind=None), RestReply(204), id="204 has no body"),
        pytest.param(
            reply(b'{"errorCode":4632}', "404 Not Found", kind="application/problem+json; charset=UTF-8"),
            RestReply(404, {"errorCode": 4632}, b'{"errorCode":4632}'),
            id="a refusal with its problem",
        ),
        pytest.param(reply(b"<p>no", "503 Busy", kind="text/html"), RestReply(503), id="a refusal as HTML"),
        pytest.param(reply(b"", "412 Precondition Failed", kind=None), RestReply(412), id="a refusal without a body"),
        pytest.param(reply(b'{"a":', "500 Oops"), RestReply(500), id="a refusal with broken JSON"),
    ],
)
def test_other_answers_are_replies(client: str, behaviour: Behaviour, expected: RestReply) -> None:
    assert meet(client, READ, behaviour)[0] == expected


def head_of(request: bytes) -> tuple[str, dict[str, list[str]]]:
    """Request line and headers (by lower-case name) as they were on the wire."""
    first, *lines = request.split(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), []).append(value.removeprefix(" "))
    return first, headers


@BOTH
@pytest.mark.parametrize(
    "value", ["a/b", "a?x", "a#x", "%2f", "..;/x", "\\..\\", ";", " a b ", "é", "@evil", "a\r\nb", "+"]
)
def test_a_path_value_reaches_the_wire_as_one_segment(client: str, value: str) -> None:
    request = RestRequest("DELETE", path("/jobsearch/v1/X/{id}/y", id=value), request_id="r")
    _, stub = meet(client, request, reply(b"{}"))
    (line, _) = head_of(stub.requests[0])
    target = line.removeprefix("DELETE ").removesuffix(" HTTP/1.1")
    assert target.split("/")[1:3] + target.split("/")[4:] == ["v1", "X", "y"]
    assert httpx.QueryParams(f"v={target.split('/')[3].replace('+', '%2B')}")["v"] == value


@BOTH
def test_headers_carry_citizen_caller_and_request_id_encoded(client: str) -> None:
    caller = Caller(
        organisation=Organisation(8, "101\r\nX-Injected: 1"),
        user_identifier=" 50% \u00a0",
        user_full_name="Åse 😀",
        user_type=2,
        user_organisation=Organisation(7, "0101"),
        registered=CALLER.registered,
        user_email="a@example.invalid",
    )

    async def run() -> bytes:
        async with faulty(reply(b"{}")) as stub:
            upstream = Upstream({"jobsearch": Target(f"{stub.url}/base")}, client=client)
            await upstream.send(WRITE, caller)
            await upstream.close()
            return stub.requests[0]

    raw = asyncio.run(run())
    line, headers = head_of(raw)
    host = headers.pop("host")
    assert host[0].startswith("127.0.0.1:")
    assert line == "POST /base/v2/Joboenske HTTP/1.1"
    assert {name: value[0] for name, value in headers.items() if len(value) == 1} == {
        "x-activeorganisationtypeidentifier": "8",
        "x-activeorganisationcode": "101%0D%0AX-Injected: 1",
        "x-requestuserfullname": "%C3%85se %F0%9F%98%80",
        "x-requestusertypeidentifier": "2",
        "x-requestuseridentifier": "%2050%25 %C2%A0",
        "x-requestuseremail": "a@example.invalid",
        "x-requestorganisationtypeidentifier": "7",
        "x-requestorganisationcode": "0101",
        "x-registrationdatetime": "2024-12-08T08:00:00.1234567+01:00",
        "x-civilregistrationidentifier": "0506912617",
        "x-requestid": "r-1",
        "accept": "application/json, application/problem+json",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "content-length": "7",
        "user-agent": "overgang",
    }
    assert raw.endswith(b'\r\n\r\n{"a":1}')


@BOTH
def test_the_callers_own_body_is_sent_as_it_came(client: str) -> None:
    request = RestRequest("PUT", path("/jobsearch/v1/X"), json={"a": 1}, raw=b'{ "a": 1.0 }', request_id="r")
    _, stub = meet(client, request, reply(b"{}"))
    assert stub.requests[0].endswith(b'\r\n\r\n{ "a": 1.0 }')


@BOTH
def test_a_query_value_stays_one_parameter(client: str) -> None:
    request = RestRequest("GET", path("/jobsearch/v1/X"), query={"q": "1&role=admin\r\n #å"})
    _, stub = meet(client, request, reply(b"{}"))
    assert head_of(stub.requests[0])[0] == "GET /v1/X?q=1%26role%3Dadmin%0D%0A%20%23%C3%A5 HTTP/1.1"


@BOTH
def test_proxies_of_the_environment_are_ignored(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert meet(client, READ, reply(b"{}"))[0] == RestReply(200, {}, b"{}")


@BOTH
def test_cookies_are_not_kept(client: str) -> None:
    async def run() -> Faulty:
        async with faulty(reply(b"{}", "200 OK", "Set-Cookie: a=b; Path=/")) as stub:
            await sent(stub.url, client, READ, READ)
            return stub

    stub = asyncio.run(run())
    assert stub.connections == 1
    assert [head_of(request)[1].get("cookie") for request in stub.requests] == [None, None]


@BOTH
def test_waiting_for_a_place_counts_against_the_deadline_and_sends_nothing(client: str) -> None:
    async def run() -> tuple[Any, int]:
        arrived = asyncio.Event()

        async def holds(writer: Writer) -> None:
            arrived.set()
            await never_answers(writer)

        async with faulty(holds) as stub:
            upstream = Upstream({"jobsearch": Target(stub.url, deadline=0.6, max_in_flight=1)}, client=client)
            both = asyncio.gather(*(upstream.send(WRITE, CALLER) for _ in range(2)), return_exceptions=True)
            await arrived.wait()
            # Hold the loop until both deadlines are over, so that the place isn't free before the second one's.
            asyncio.get_running_loop().call_soon(time.sleep, 0.7)
            outcomes = await both
            await upstream.close()
            return outcomes, len(stub.requests)

    (first, second), requests = asyncio.run(run())
    assert (first.key, second.key, requests) == ("upstream.timeout", "upstream.timeout", 1)
    assert "outcome" in first.text
    assert "outcome" not in second.text


def test_a_slow_domain_does_not_hold_up_another() -> None:
    async def run() -> RestReply:
        async with faulty(never_answers) as slow, faulty(reply(b"{}")) as quick:
            upstream = Upstream(
                {"jobsearch": Target(slow.url, deadline=0.5, max_in_flight=1), "eksternedata": Target(quick.url)}
            )
            waiting = asyncio.create_task(upstream.send(READ, CALLER))
            await asyncio.sleep(0)
            answer = await upstream.send(RestRequest("GET", path("/eksternedata/v1/X")), CALLER)
            with pytest.raises(UpstreamFault):
                await waiting
            await upstream.close()
            return answer

    assert asyncio.run(run()) == RestReply(200, {}, b"{}")


def test_a_domain_without_an_address_is_a_mistake_of_the_gateway() -> None:
    upstream = Upstream({})
    with pytest.raises(GatewayFault) as caught:
        asyncio.run(upstream.send(READ, CALLER))
    assert (caught.value.number, caught.value.key) == (1009, "upstream.unconfigured")


@BOTH
def test_neither_log_nor_fault_tells_the_address(client: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    request = RestRequest("GET", path("/jobsearch/v1/{cpr}", cpr="0506912617"))

    async def run() -> list[RestReply | UpstreamFault]:
        async with faulty(reply(b"{}"), resets) as stub:
            return await sent(stub.url, client, request, request)

    answered, fault = asyncio.run(run())
    assert isinstance(fault, UpstreamFault)
    assert "jobsearch: upstream.broken" in caplog.text
    told = [caplog.text, fault.text, repr(fault), repr(fault.__cause__)]
    assert answered == RestReply(200, {}, b"{}")
    assert not any("0506912617" in text for text in told)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", ""), ("a b", "a b"), (" a", "%20a"), ("~", "~"), ("%", "%25"), ("\t\x7f", "%09%7F"), ("æ", "%C3%A6")],
)
def test_a_header_value_is_printable_ascii(text: str, value: str) -> None:
    assert header_value(text) == value


@respx.mock
def test_header_names_are_configurable() -> None:
    route = respx.get("http://modern.invalid/v2/Joboenske").mock(
        return_value=httpx.Response(200, json={"joboensker": []})
    )
    names = HeaderNames(organisation_code="x-org")

    async def run() -> RestReply:
        upstream = Upstream({"jobsearch": Target("http://modern.invalid")}, names, client="httpx")
        return await upstream.send(READ, CALLER)

    assert asyncio.run(run()).json == {"joboensker": []}
    assert route.calls.last.request.headers["x-org"] == "101"
    assert "x-requestid" not in route.calls.last.request.headers
    assert "x-requestuseremail" not in route.calls.last.request.headers
