"""What every modern service has in common: headers, the request id, the citizen, path parts, the transaction.

Order of the checks: organisation and user (1100), citizen number (1001), request id, path, body (1014); then, in one
transaction, the request id seen before (412), the citizen (1010 or 4404, 4405) and what the area itself checks.
A request id counts as seen once the request is well-formed, also when the area then refuses it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from overgang.reference.bodies import UUID, Property, check_body
from overgang.reference.citizens import FORM
from overgang.reference.events import JOBCENTER
from overgang.reference.problems import Refusal, RequestIdSeen
from overgang.reference.store import Caller, Store, Transaction

_CITIZEN: Final = "x-civilRegistrationIdentifier"
_TEXTS: Final = frozenset({"Berigtigelseskommentar", "civilRegistrationIdentifier"})
"""The path parts that are no uuid."""
_CITIZEN_FORM: Final = re.compile(FORM)
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,44}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Call:
    """A well-formed request: `path` and `query` are decoded, ids in lower case; `body` is {} where there is none."""

    citizen: str
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)


Write: TypeAlias = Callable[[Transaction, Call], str]  # answers the id of the registration
Read: TypeAlias = Callable[[Transaction, Call], Mapping[str, Any]]


def write_route(
    store: Store,
    verb: str,
    path: str,
    write: Write,
    *,
    body: Sequence[Property] | None = None,
    unknown: int,
    dead: int = 4405,
) -> Route:
    """A route that registers; `unknown` and `dead` are the operation's numbers for an unknown and a dead citizen.

    About a dead citizen nothing new is registered, but a mistake can still be deleted.
    """

    async def endpoint(request: Request) -> JSONResponse:
        call = _call(request)
        request_id = _request_id(request)
        if body is not None:
            call = replace(call, body=_body(await request.body(), body))
        with _recorded(store, request_id) as transaction:
            _require_citizen(transaction, call, unknown, None if verb == "DELETE" else dead)
            return JSONResponse(write(transaction, call))

    return Route(path, endpoint, methods=[verb])


def read_route(store: Store, path: str, read: Read, *, unknown: int) -> Route:
    """A route that only reads; dead citizens can be read."""

    async def endpoint(request: Request) -> JSONResponse:
        call = _call(request)
        with store.transaction() as transaction:
            _require_citizen(transaction, call, unknown)
            return JSONResponse(dict(read(transaction, call)))

    return Route(path, endpoint, methods=["GET"])


def citizen_number(request: Request) -> str:
    """The citizen's number from the header; 1001 when it is missing or not of the documented form."""
    number = request.headers.get(_CITIZEN, "")
    if _CITIZEN_FORM.fullmatch(number) is None:
        raise Refusal(1001, element=_CITIZEN, expected="ten digits that begin with a date")
    return number


def match_raw_path(app: ASGIApp) -> ASGIApp:
    """Route by the path as sent, so that an encoded slash stays within its path part."""

    async def on_raw_path(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("ascii")}
        await app(scope, receive, send)

    return on_raw_path


@contextmanager
def _recorded(store: Store, request_id: str) -> Iterator[Transaction]:
    """A transaction that keeps the request id also when the block is refused; what the block wrote is then undone."""
    refusal: Refusal | None = None
    with store.transaction() as transaction:
        if not transaction.remember_request(request_id):
            raise RequestIdSeen
        try:
            with transaction.undone_on_error():
                yield transaction
        except Refusal as mistake:
            refusal = mistake
    if refusal is not None:
        raise refusal


def _require_citizen(transaction: Transaction, call: Call, unknown: int, dead: int | None = None) -> None:
    """Refuse with `unknown`, and, where a number for it is given, with `dead`; 6005, 4922 to whose citizen it was."""
    is_dead = transaction.citizen_is_dead(call.citizen)
    organisation = call.caller.organisation_type, call.caller.organisation_code
    if transaction.events.left(call.citizen, organisation):
        raise Refusal(6005 if organisation[0] == JOBCENTER else 4922)
    if is_dead is None:
        raise Refusal(unknown)
    if is_dead and dead is not None:
        raise Refusal(dead)


def _call(request: Request) -> Call:
    caller, citizen = _caller(request), citizen_number(request)
    path = {name: _path_part(name, part) for name, part in request.path_params.items()}
    query = {name: _text(name, value) for name, value in request.query_params.items()}
    return Call(citizen, caller, path, query)


def _path_part(name: str, part: str) -> str:
    value = _decoded(part, name)
    if name in _TEXTS:
        return _text(name, value)
    if UUID.fullmatch(value) is None:
        raise Refusal(1014, element=name, expected="a uuid")
    return value.lower()


def _text(name: str, value: str) -> str:
    if len(value) > 1500:
        raise Refusal(1014, element=name, expected="at most 1500 characters")
    return value


def _caller(request: Request) -> Caller:
    """1100 is the documented answer when the metadata of the user is missing or wrong; its status here is 400."""
    kind = _metadata(request, "x-activeOrganisationTypeIdentifier", 3)
    if not (kind.isascii() and kind.isdecimal() and 1 <= int(kind) <= 100):
        raise Refusal(1100, status=400, element="x-activeOrganisationTypeIdentifier", expected="a number from 1 to 100")
    return Caller(
        int(kind),
        _metadata(request, "x-activeOrganisationCode", 20),
        _metadata(request, "x-requestUserIdentifier", 255),
    )


def _metadata(request: Request, name: str, most: int) -> str:
    value = _decoded(request.headers.get(name, ""), name)
    if not 1 <= len(value) <= most:
        raise Refusal(1100, status=400, element=name, expected=f"1 to {most} characters")
    return value


def _request_id(request: Request) -> str:
    request_id = request.headers.get("x-requestId", "")
    if _REQUEST_ID.fullmatch(request_id) is None:
        raise Refusal(1014, element="x-requestId", expected="1 to 46 characters")
    return request_id


def _decoded(text: str, name: str) -> str:
    """Percent-encoded UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as mistake:
        raise Refusal(1014, element=name, expected="percent-encoded UTF-8") from mistake


def _body(sent: bytes, properties: Sequence[Property]) -> Mapping[str, Any]:
    try:
        body = json.loads(sent)
    except (ValueError, RecursionError) as mistake:
        raise Refusal(1014, element="requestBody", expected="JSON") from mistake
    check_body(body, properties)
    checked: Mapping[str, Any] = body
    return checked
