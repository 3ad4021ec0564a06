"""The REST face: the modern operations through the same pipeline, answered as the modern side answers."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl

from overgang.core import callers
from overgang.core.codelists import CodeList
from overgang.core.errors import ERRORS, CallerFault, Fault, GatewayFault
from overgang.core.messages import Caller, Face, RestReply, RestRequest
from overgang.core.paths import Path
from overgang.core.rules import Context, refusal
from overgang.core.values import COPENHAGEN
from overgang.shell import http
from overgang.shell.accounts import INTERNAL, Account
from overgang.shell.books import Books, NoBooks, Ran, Wish
from overgang.shell.clock import Clock
from overgang.shell.config import HeaderNames
from overgang.shell.config_audit import Deadlines
from overgang.shell.driver import Driver
from overgang.shell.rest_callers import caller
from overgang.shell.services import patience
from overgang.shell.soap_ingress import where
from overgang.shell.telemetry import Telemetry, unheard, used
from overgang.shell.upstream import trouble
from overgang.wire import strict_json
from overgang.wire.openapi import ModernOperation, Parameter
from overgang.wire.routes import Routes
from overgang.wire.schema import SchemaProblem

log = logging.getLogger(__name__)

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
# A refusal of the modern side that its contract declares goes to the caller as it came.
_PASSED: Final = (200, 201, 204, 400, 403, 404, 409, 412)
_VALUES: Final = 100_000  # of a request
CITIZEN: Final = "x-civilRegistrationIdentifier"
REQUEST_ID: Final = "x-requestId"


class RestFace:
    """An ASGI app for the modern paths; `documents` are the OpenAPI documents by path."""

    def __init__(
        self,
        driver: Driver,
        routes: Routes,
        documents: Mapping[str, bytes],
        codelists: Mapping[str, CodeList],
        names: HeaderNames,
        switched_off: Mapping[str, frozenset[str]],
        *,
        limit: int,
        depth: int,
        clock: Clock,
        used: Telemetry = unheard,
        areas: Mapping[str, str] = MappingProxyType({}),
        books: Books | None = None,
        deadlines: Deadlines | None = None,
        key: bytes = b"",
        properties: frozenset[str] = frozenset(),
        again: frozenset[str] = frozenset(),
    ) -> None:
        """`used` is told of each call; `areas` gives an operation's area by its operationId.

        `key` is the secret that digests of what is asked are made with; `properties` are the names of the contracts.
        The writes of the domains `again` are carried out anew when they are repeated.
        """
        self._again = again
        self._books = books or NoBooks()
        self._deadlines = deadlines or Deadlines()
        self._key = hashlib.sha256(key).digest()
        self._driver = driver
        self._routes = routes
        self._documents = {path.encode(): document for path, document in documents.items()}
        self._codelists = codelists
        self._names = names
        self._switched_off = switched_off
        self._limit = limit
        self._depth = depth
        self._clock = clock
        self._used = used
        self._areas = areas
        self._properties = properties

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        account = Account(Face.REST, "", self._clock(), scope.get("peer", INTERNAL))
        seen: list[tuple[str, ModernOperation]] = []
        try:
            http.check_request(scope)
            document = self._documents.get(scope["raw_path"])
            if document is not None and scope["method"] in ("GET", "HEAD"):
                await http.respond(send, 200, JSON, document)
                return
            reply = await self._reply(scope, receive, account, seen)
            _tell(scope, account)
            self._count(seen, reply.status)
            kind = JSON if reply.status < 400 else PROBLEM
            await http.respond(send, reply.status, kind, _sent(reply), _cited(account))
        except http.Gone:
            return
        except Fault as fault:
            _tell(scope, account, fault.key)
            await self._refuse(send, fault, account, seen)
        except Exception as mistake:  # noqa: BLE001 - the last line: a problem without content, never a stack trace
            log.error("internal error: %s at %s", type(mistake).__name__, where(mistake))
            _tell(scope, account, "gateway.internal")
            await self._refuse(send, GatewayFault(1011, "gateway.internal"), account, seen)

    async def _refuse(
        self, send: http.Send, fault: Fault, account: Account, seen: Sequence[tuple[str, ModernOperation]]
    ) -> None:
        try:
            await self._books.refused(account, fault)
        except GatewayFault as unwritten:
            fault = unwritten
        self._count(seen, fault.status)
        await _refuse(send, fault, _cited(account))

    def _count(self, seen: Sequence[tuple[str, ModernOperation]], status: int) -> None:
        for who, operation in seen:
            area = self._areas.get(operation.id, "")
            self._used(used(Face.REST, who, area, operation.domain, operation.id, status, self._clock()))

    async def _reply(
        self, scope: http.Scope, receive: http.Receive, account: Account, seen: list[tuple[str, ModernOperation]]
    ) -> RestReply:
        found = self._routes.match(scope["method"], scope["raw_path"].decode("latin-1"))
        if found is None:
            allowed = self._routes.methods(scope["raw_path"].decode("latin-1"))
            note = f"allowed: {', '.join(sorted(allowed))}" if allowed else None
            status = 405 if allowed else 404
            raise CallerFault(1014, "http.method" if allowed else "http.path", note=note, status=status)
        operation, places = found
        account.service, account.operation = operation.domain, operation.id
        today = account.received.astimezone(COPENHAGEN).date()
        who = account.caller = caller(scope, self._names)
        account.organisation = str(who.organisation)
        seen.append((account.organisation, operation))
        callers.check(who, self._codelists, today)
        account.peer.actor.check(who.organisation)
        context = account.context = Context(
            face=Face.REST,
            caller=who,
            day=today,
            codelists=self._codelists,
            switched_off=self._switched_off.get(str(who.organisation), frozenset()),
        )
        request = await self._request(operation, places, scope, receive)
        account.citizen, account.asked = request.citizen, self._asked(request)
        seconds = self._deadlines.of(operation.id)
        if not request.writes or operation.domain in self._again:
            reply = await self._exchanged(operation, request, context, seconds)
            await self._books.read(account, reply.status)
            return reply

        async def run() -> Ran:
            reply = await self._exchanged(operation, request, context, seconds)
            return Ran(_packed(reply, context.cited), reply.status, final=reply.status < 400)

        reply, context.cited[:] = _unpacked(await self._books.once(account, self._wish(request, who), run, seconds))
        return reply

    async def _exchanged(
        self, operation: ModernOperation, request: RestRequest, context: Context, seconds: float
    ) -> RestReply:
        """The modern side's reply as its contract declares it, within `seconds`."""
        patience.set(seconds)
        try:
            async with asyncio.timeout(seconds):
                reply = await self._driver.exchange(request, context)
        except TimeoutError:
            raise trouble("upstream.timeout", unclear=request.writes) from None
        if reply.status >= 400 and not _declared(operation, reply):
            raise refusal(self._driver.modern[operation.method, operation.template].governed, reply)
        return reply

    def _wish(self, request: RestRequest, who: Caller) -> Wish:
        """A write is named by the caller's x-requestId, or without one by all that it says."""
        said = (request.method, request.path.text, sorted(request.query.items()), request.citizen, request.raw)
        body = self._digest((str(who.organisation), who.user_identifier, str(who.registered), said))
        key = body if request.request_id is None else self._digest((str(who.organisation), request.request_id))
        return Wish(key, self._digest((str(who.organisation), said)), ())

    def _asked(self, request: RestRequest) -> tuple[str, ...]:
        """The names of what a request fills, of its query and of its body; "?" for names that no contract has."""
        body = request.json if isinstance(request.json, dict) else {}
        known = (name for name in body if name in self._properties)
        return (*request.query, *known, *(("?",) if body.keys() - self._properties else ()))

    def _digest(self, said: object) -> bytes:
        return hashlib.blake2b(repr(said).encode(), key=self._key, digest_size=32).digest()

    async def _request(
        self, operation: ModernOperation, places: Mapping[str, str], scope: http.Scope, receive: http.Receive
    ) -> RestRequest:
        query = _query(operation, scope["query_string"])
        headers = {
            p.name: http.header(scope, p.name.lower().encode()) for p in operation.parameters if p.place == "header"
        }
        given: Mapping[str, Mapping[str, str | None]] = {"path": places, "query": query, "header": headers}
        for parameter in operation.parameters:
            _check(parameter, given[parameter.place].get(parameter.name))
        raw = await http.body(scope, receive, self._limit)
        return RestRequest(
            operation.method,
            Path(operation.template, places),
            citizen=headers.get(CITIZEN),
            json=self._body(operation, raw, scope),
            request_id=headers.get(REQUEST_ID),
            query=query,
            expects=_PASSED,
            raw=raw or None,
        )

    def _body(self, operation: ModernOperation, raw: bytes, scope: http.Scope) -> Any:
        if operation.body is None:
            if raw:
                raise CallerFault(1014, "http.body", expected="no body", status=400)
            return None
        kind = (http.header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if kind != JSON:
            raise CallerFault(1014, "http.media_type", expected=JSON, status=415)
        try:
            return strict_json.loads(raw, depth=self._depth, values=_VALUES)
        except strict_json.JsonError as mistake:
            raise CallerFault(1014, mistake.key, expected="well-formed JSON", status=400) from mistake


def _tell(scope: http.Scope, account: Account, key: str = "") -> None:
    """What is known of the call, to who watches it."""
    told = scope.get("told")
    if told is not None:
        told.service, told.operation, told.key = account.service, account.operation, key
        told.rules = tuple(account.context.cited) if account.context is not None else ()


def _sent(reply: RestReply) -> bytes:
    """The modern side's own bytes; where a rule changed what they say (`raw` is None then), the changed JSON."""
    if reply.raw is not None or reply.json is None:
        return reply.raw or b""
    return strict_json.dumps(reply.json)


def _declared(operation: ModernOperation, reply: RestReply) -> bool:
    """Whether a refusal has a body that the modern contract knows, so that it can be passed on as it came."""
    return reply.raw is not None and (reply.status == 412 or reply.error_code in operation.error_codes)


def _query(operation: ModernOperation, query_string: bytes) -> Mapping[str, str]:
    """The query's values; a name that the operation does not have, or has twice, is refused."""
    if not query_string:
        return {}
    known = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as mistake:
        raise CallerFault(1014, "http.query", expected="name=value pairs", status=400) from mistake
    if len(dict(pairs)) < len(pairs) or not dict(pairs).keys() <= known:
        raise CallerFault(1014, "http.query", expected=f"each at most once: {', '.join(sorted(known)) or 'no query'}")
    return dict(pairs)


def _check(parameter: Parameter, value: str | None) -> None:
    if value is None:
        if parameter.required:
            raise CallerFault(1014, "value.missing", element=parameter.name, expected="a value")
        return
    try:
        parameter.validator.check(value)
    except SchemaProblem as problem:
        number = 1001 if parameter.name == CITIZEN else 1014
        raise CallerFault(number, "value.invalid", element=parameter.name, expected=problem.expected) from problem


def _packed(reply: RestReply, cited: Sequence[str]) -> bytes:
    """A reply as it is kept for a repeat."""
    return f"{reply.status} {' '.join(cited)}\n".encode() + _sent(reply)


def _unpacked(kept: bytes) -> tuple[RestReply, list[str]]:
    head, _, raw = kept.partition(b"\n")
    status, *cited = head.decode().split()
    return RestReply(int(status), raw=raw), cited


def _cited(account: Account) -> list[tuple[bytes, bytes]]:
    return [(b"overgang-regel", rule.encode()) for rule in account.context.cited] if account.context is not None else []


async def _refuse(send: http.Send, fault: Fault, more: Sequence[tuple[bytes, bytes]]) -> None:
    extra = list(more)
    if fault.retry_after is not None:
        extra.append((b"retry-after", b"%d" % fault.retry_after))
    if fault.status == 405 and fault.note:
        extra.append((b"allow", fault.note.removeprefix("allowed: ").encode()))
    await http.respond(send, fault.status, PROBLEM, problem(fault), extra)


def problem(fault: Fault) -> bytes:
    """A fault as RFC 9457 problem+json, with the members the modern error body is reconstructed with."""
    said = {
        "type": "about:blank",
        "title": ERRORS[fault.number].text,
        "status": fault.status,
        "detail": fault.text,
        "errorCode": fault.number,
        "key": fault.key,
        "element": fault.element,
    }
    return json.dumps(
        {name: value for name, value in said.items() if value not in (None, "")}, ensure_ascii=False
    ).encode()
