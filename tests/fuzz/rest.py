"""The REST face as a target: a head like that of HTTP, an empty line, a body; the modern side is a stub that counts."""

import asyncio
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from modern_calls import REST_CALLER
from overgang.areas import AREAS
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.casebook import load_cases
from overgang.shell.clock import at
from overgang.shell.config import HeaderNames, Target
from overgang.shell.driver import Driver
from overgang.shell.loading import Loaded, load
from overgang.shell.rest_ingress import RestFace
from overgang.shell.upstream import _headers, _url
from overgang.wire import cases, strict_json
from overgang.wire.routes import Routes
from running import ROOT

CANARY = "kanariefuglen"
DAY = date(2026, 1, 5)
OWN = {"store.unavailable": 503, "http.upgrade": 501}  # keys of refusals from 500 on that are the gateway's own
TOKENS = (*(bytes([mark]) for mark in b'{}":,%?&=/\n'), b"null", b"%2F", b"%00", b"\n\n", CANARY.encode())


class Stub:
    """A modern side that answers each request as a case has it; what is wrong with a request is an AssertionError."""

    def __init__(self) -> None:
        self.sent: list[RestRequest] = []

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        operation = loaded().modern[request.method, request.path.template].contract
        given: Mapping[str, Mapping[str, str | None]] = {
            "path": request.path.values,
            "query": request.query,
            "header": {"x-civilRegistrationIdentifier": request.citizen, "x-requestId": request.request_id},
        }
        for parameter in operation.parameters:
            value = given[parameter.place].get(parameter.name)
            assert value is not None or not parameter.required, parameter.name
            if value is not None:
                parameter.validator.check(value)
        assert request.query.keys() <= {one.name for one in operation.parameters if one.place == "query"}
        if operation.body is not None:
            operation.body.check(request.json)
        if request.raw is not None:
            assert strict_json.loads(request.raw) == request.json
        assert re.fullmatch(r"http://modern(/[!-~]+)+", _url(Target("http://modern"), request))
        assert all(re.fullmatch(r"[ -~]*", value) for value in _headers(HeaderNames(), request, caller).values())
        self.sent.append(request)
        return replies()[request.method, request.path.template]


@cache
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


@cache
def routes() -> Routes:
    return Routes(loaded().openapis.values())


@cache
def exchanges() -> Sequence[tuple[tuple[str, str], str, RestReply]]:
    """From the cases, one for each operation: its method and template, the request as it is written, a good reply."""
    found: dict[tuple[str, str], tuple[str, RestReply]] = {}
    for case in load_cases(AREAS):
        for out, answer in zip(case.rest_out, case.rest_in, strict=True):
            if answer[:1] != "2" or "/" not in out:
                continue
            named = [_named(block) for block in (out, answer)]
            method, target = named[0].split("\n")[0].split(" ", 1)
            match = routes().match(method, target.partition("?")[0])
            if match is not None:
                found.setdefault((method, match[0].template), (named[0], cases.reply(named[1])))
    return [(key, *both) for key, both in found.items()]


def _named(block: str) -> str:
    return re.sub(r"\{id-(\d+)\}", lambda name: str(uuid.UUID(int=int(name[1]), version=4)), block)


@cache
def replies() -> Mapping[tuple[str, str], RestReply]:
    missing = RestReply(404, {"errorCode": 1010}, b'{"errorCode": 1010}')
    return dict.fromkeys(loaded().modern, missing) | {key: reply for key, _, reply in exchanges()}


@cache
def seeds() -> Sequence[bytes]:
    """Each good call, and the same with a canary in its path, its query, a header, a name and a value of its body."""
    made = []
    for _, request, _ in exchanges():
        lines = request.split("\n")
        start = next((n for n, line in enumerate(lines) if line[:1] in "{["), len(lines))
        head = [lines[0], *lines[1:start], *(f"{name}: {value}" for name, value in REST_CALLER.items())]
        body = "\n".join(lines[start:])
        head += ["content-type: application/json"] if body else []
        first = head[0]
        made += [(head, body), ([f"{first}/{CANARY}", *head[1:]], body), ([f"{first}?{CANARY}=1", *head[1:]], body)]
        made += [([*head, f"x-requestUserEmail: {CANARY}"], body)]
        if body:
            said = json.loads(body)
            made += [(head, json.dumps({**said, name: CANARY})) for name in (CANARY, *list(said)[:1])]
    return [("\n".join(head) + "\n\n" + body).encode() for head, body in made]


def check(data: bytes) -> None:
    """One answer: of the modern side, or a refusal of the gateway's own that says nothing of the call."""
    stub, answers = Stub(), []
    api = loaded()
    face = RestFace(
        Driver(api.modern, stub),
        routes(),
        {},
        api.codelists,
        HeaderNames(),
        {},
        limit=50_000,
        depth=32,
        clock=at(DAY),
    )
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, target = first.partition(b" ")
    path, _, query = target.partition(b"?")
    headers = [(b"host", b"gateway")]
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.strip().lower(), value.strip()))
    scope: dict[str, Any] = {
        "type": "http",
        "method": method.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        answers.append(message)

    asyncio.run(face(scope, receive, send))
    start, content = answers
    said = content["body"]
    assert CANARY.encode() not in said + repr(start["headers"]).encode()
    status = start["status"]
    if status < 400:
        assert stub.sent
        return
    told = json.loads(said)
    passed = bool(stub.sent) and said == replies()[stub.sent[-1].method, stub.sent[-1].path.template].raw
    if not passed:
        assert told["status"] == status
        assert status < 500 or OWN.get(told["key"]) == status, told["key"]
        assert told.get("key") == "store.unavailable" or not any(request.writes for request in stub.sent)
