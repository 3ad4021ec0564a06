"""W3C Trace Context: what is taken from a caller, what goes out, and what a collector is told."""

import asyncio
import re
from typing import Any

import pytest
from faulty import faulty, reply
from gateway_side import Modern, ask, gateway, replied
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, wrapped
from overgang.core.messages import Caller, Organisation, RestRequest
from overgang.core.paths import path
from overgang.core.values import Tidspunkt
from overgang.shell.config import Target
from overgang.shell.tracing import Collected, Context, Tracing, current, read
from overgang.shell.upstream import Upstream

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"
CALLER = Caller(Organisation(8, "101"), "u", "U", 2, Organisation(8, "101"), Tidspunkt("2026-01-05T10:00:00+01:00"))
READ = RestRequest("GET", path("/jobsearch/v2/Joboenske"), citizen=CITIZEN)
WRITE = RestRequest("POST", path("/jobsearch/v2/Joboenske"), citizen=CITIZEN, json={})


def scope(*headers: tuple[str, str]) -> dict[str, Any]:
    return {"headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        *((GOOD, "01"), (GOOD[:-2] + "00", "00"), (GOOD[:-2] + "ff", "01")),
        *((f"cc-{GOOD[3:]}", "01"), (f"cc-{GOOD[3:]}-more", "01")),
    ],
)
def test_a_context_is_taken(said: str, flags: str) -> None:
    assert read(scope(("traceparent", said))) == Context(TRACE, SPAN, flags)


@pytest.mark.parametrize(
    "said",
    [
        *("", "00", GOOD.upper(), GOOD.replace("-", ""), f"ff-{GOOD[3:]}", f"{GOOD}-more", f"{GOOD}0", GOOD[:-1]),
        *(GOOD.replace(TRACE, "0" * 32), GOOD.replace(SPAN, "0" * 16), GOOD.replace("4", "g", 1), f"{GOOD},{GOOD}"),
        *(GOOD.replace(TRACE, TRACE[:-1]), GOOD.replace("00-", "0-", 1), "²" + GOOD[1:]),
    ],
)
def test_what_is_no_context_is_none(said: str) -> None:
    assert read(scope(("traceparent", said))) is None


def test_two_contexts_are_none() -> None:
    assert read(scope(("traceparent", GOOD), ("traceparent", GOOD))) is None


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (["a=1,b=2"], "a=1,b=2"),
        (["a=1", "b=2"], "a=1,b=2"),
        (["a=1, ,b=2"], "a=1,b=2"),
        (["t@v=x y"], "t@v=x y"),
        ([",".join(f"a{n}=1" for n in range(32))], ",".join(f"a{n}=1" for n in range(32))),
        ([",".join(f"a{n}=1" for n in range(33))], ""),
        (["a=1,a=2"], ""),
        (["a"], ""),
        (["A=1"], ""),
        (["a=1\x00"], ""),
        (["a=" + "x" * 257], ""),
        (["a=" + "x" * 250 + ",b=" + "y" * 250 + ",c=" + "z" * 20], ""),
    ],
)
def test_a_state_is_handed_on_or_left_out_as_a_whole(said: list[str], state: str) -> None:
    found = read(scope(("traceparent", GOOD), *(("tracestate", one) for one in said)))
    assert found
    assert found.state == state


def sent(tracing: Tracing, *headers: tuple[str, str]) -> list[dict[str, str]]:
    """The headers of two requests to the modern side, made in one call."""

    async def run() -> list[bytes]:
        async with faulty(reply(b"{}")) as stub:
            upstream = Upstream({"jobsearch": Target(stub.url)})
            with tracing.call(scope(*headers)):
                await upstream.send(READ, CALLER)
                await upstream.send(WRITE, CALLER)
            await upstream.close()
            return stub.requests

    lines = [request.decode().split("\r\n")[1:] for request in asyncio.run(run())]
    return [dict(line.lower().split(": ", 1) for line in one if ": " in line) for one in lines]


def test_the_callers_trace_goes_on_with_a_span_for_each_request() -> None:
    first, second = sent(Tracing(), ("traceparent", GOOD), ("tracestate", "a=1"))
    spans = [re.fullmatch(rf"00-{TRACE}-([0-9a-f]{{16}})-01", one["traceparent"]) for one in (first, second)]
    assert all(spans)
    assert len({one[1] for one in spans if one} | {SPAN}) == 3
    assert (first["tracestate"], second["tracestate"]) == ("a=1", "a=1")


def test_without_a_callers_trace_none_is_begun() -> None:
    assert [one for one in sent(Tracing()) if "traceparent" in one or "tracestate" in one] == []
    assert current().headers() == {}


def test_a_collector_is_told_of_the_call_and_of_each_request_and_of_nobody() -> None:
    exporter = InMemorySpanExporter()
    tracing = Collected("http://collector.invalid", exporter=exporter)
    requests = sent(tracing, ("traceparent", GOOD), ("tracestate", "a=1"))
    tracing.close()
    *asked, call = exporter.get_finished_spans()
    assert [one.name for one in asked] == ["GET /jobsearch/v2/Joboenske", "POST /jobsearch/v2/Joboenske"]
    assert {f"{one.context.trace_id:032x}" for one in (call, *asked)} == {TRACE}
    assert [one.parent and f"{one.parent.span_id:016x}" for one in (call, *asked)] == [
        SPAN,
        *[f"{call.context.span_id:016x}"] * 2,
    ]
    for span, request in zip(asked, requests, strict=True):
        assert request["traceparent"] == f"00-{TRACE}-{span.context.span_id:016x}-01"
        assert (span.attributes or {})["http.response.status_code"] == 200
    assert CITIZEN not in "".join(one.to_json() for one in (call, *asked))


def test_a_share_of_the_calls_is_traced_where_the_caller_does_not_say() -> None:
    exporter = InMemorySpanExporter()
    tracing = Collected("http://collector.invalid", 0.0, exporter)
    (one, _) = sent(tracing)
    assert one["traceparent"].endswith("-00")
    sent(tracing, ("traceparent", GOOD))
    tracing.close()
    assert len(exporter.get_finished_spans()) == 3


def test_a_gateway_tells_what_the_call_was() -> None:
    exporter = InMemorySpanExporter()
    app = gateway(Modern(replied(200, {"joboensker": []})))
    app.observer._traces = Collected("http://collector.invalid", exporter=exporter)
    ask(app, "POST", ENROLLMENT, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
    app.observer._traces.close()
    (span,) = exporter.get_finished_spans()
    assert span.name == "UnemploymentEnrollmentService/8/GetProfessionCollection"
    assert (span.attributes or {})["overgang.outcome"] == "ok"
