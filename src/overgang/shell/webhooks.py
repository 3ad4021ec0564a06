"""The webhook receiver: what the modern side tells of registrations (WSB) goes into the receiver's queue.

POST /beskeder/v1/Webhook/{organisation type}/{organisation code}, the receiver's own address in its subscription. It is
answered when the event is durable, so that the modern side sends again whatever is not.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from overgang.core import beskeder
from overgang.core.errors import CallerFault, Fault, GatewayFault
from overgang.core.messages import Face, Organisation
from overgang.core.pseudonyms import IN_TEXT
from overgang.shell import http
from overgang.shell.accounts import INTERNAL, Account
from overgang.shell.books import Books
from overgang.shell.clock import Clock
from overgang.shell.rest_ingress import CITIZEN, JSON, PROBLEM, REQUEST_ID, problem
from overgang.shell.soap_ingress import where
from overgang.shell.store import Message
from overgang.wire import strict_json

log = logging.getLogger(__name__)

PREFIX: Final = b"/beskeder/v1/Webhook/"
_PLACE: Final = re.compile(rb"/beskeder/v1/Webhook/([1-9][0-9]{0,2})/([0-9]{1,9})")
_CPR: Final = re.compile(  # the documented pattern
    r"((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))"
    r"|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._]{0,79}")
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,44}[\x21-\x7e])?")
_MOST_BYTES: Final = 64 * 1024
_FORMER: Final = "tidligereCivilregistrationIdentifier"


class Webhooks:
    """An ASGI app for the paths below PREFIX. `counts` has the outcomes by entity: kept, repeated or a fault's key."""

    def __init__(
        self,
        books: Books,
        clock: Clock,
        receivers: Collection[str],
        targets: Mapping[str, Sequence[str]],
        woken: Callable[[], None],
    ) -> None:
        """`receivers` ("type/code") are those that are subscribed; any organisation that may get messages, if empty.

        `targets` are the webhooks of each receiver, and `woken` is told that there is something to be sent.
        """
        self._books, self._clock = books, clock
        self._receivers, self._targets, self._woken = frozenset(receivers), targets, woken
        self.counts: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        account = Account(Face.REST, "beskeder", self._clock(), scope.get("peer", INTERNAL), "Webhook")
        entity = ""
        try:
            http.check_request(scope)
            message = await self._message(scope, receive, account)
            entity = message.entity_name
            account.asked = (f"entitet {message.entity_type}",)
            added = await self._kept(account, message)
            self._count(scope, entity, "kept" if added else "repeated")
            await http.respond(send, 200, JSON, b"{}")
        except http.Gone:
            return
        except Fault as fault:
            await self._refuse(scope, send, fault, account, entity)
        except Exception as mistake:  # noqa: BLE001 - the last line: a problem without content, never a stack trace
            log.error("internal error: %s at %s", type(mistake).__name__, where(mistake))
            await self._refuse(scope, send, GatewayFault(1011, "gateway.internal"), account, entity)

    async def _refuse(self, scope: http.Scope, send: http.Send, fault: Fault, account: Account, entity: str) -> None:
        try:
            await self._books.refused(account, fault)
        except GatewayFault as unwritten:
            fault = unwritten
        self._count(scope, entity, fault.key)
        more = [] if fault.retry_after is None else [(b"retry-after", b"%d" % fault.retry_after)]
        await http.respond(send, fault.status, PROBLEM, problem(fault), more)

    def _count(self, scope: http.Scope, entity: str, outcome: str) -> None:
        known = beskeder.BY_ENTITY.values()
        name = entity if entity in {one.entity_name for one in known} else "other"
        self.counts[name, outcome] += 1
        told = scope.get("told")
        if told is not None:
            told.service, told.operation = "beskeder", "Webhook"
            told.key = "" if outcome in ("kept", "repeated") else outcome

    async def _kept(self, account: Account, message: Message) -> bool:
        try:
            added = await self._books.message(account, message, self._targets)
        except GatewayFault:
            note = "the event is not kept; send it again"
            raise GatewayFault(1100, "store.unavailable", note=note, status=503, retry_after=5) from None
        if message.receiver in self._targets:
            self._woken()
        return added

    async def _message(self, scope: http.Scope, receive: http.Receive, account: Account) -> Message:
        place = _PLACE.fullmatch(scope["raw_path"])
        if place is None:
            raise CallerFault(1014, "http.path", expected="the type and code of an organisation", status=404)
        if scope["method"] != "POST":
            raise CallerFault(1014, "http.method", note="allowed: POST", status=405)
        receiver = Organisation(int(place[1]), place[2].decode())
        account.organisation = str(receiver)
        if not account.peer.actor.messages:
            raise CallerFault(4575, "webhook.sender", expected="a sender of messages")
        raw = await http.body(scope, receive, _MOST_BYTES)
        if (http.header(scope, b"content-type") or "").partition(";")[0].strip().lower() != JSON:
            raise CallerFault(1014, "http.media_type", expected=JSON, status=415)
        said = fields(raw)
        account.citizen = citizen = _citizen(scope)
        kind = beskeder.BY_ENTITY.get(said["entitetId"])
        self._check_receiver(receiver, kind)
        content = _content(said, kind)
        request_id = http.header(scope, REQUEST_ID.lower().encode())
        if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
            raise CallerFault(1014, "value.invalid", element=REQUEST_ID, expected="1 to 46 printable characters")
        entity_id, name = said["eksternIdentifier"].lower(), said["entitetNavn"]
        everything = repr((sorted((said | {"eksternIdentifier": entity_id}).items(), key=repr), citizen)).encode()
        return Message(
            id=str(uuid4() if request_id is None else uuid5(NAMESPACE_URL, f"{receiver} {request_id}")),
            receiver=str(receiver),
            kind="" if kind is None else kind.name,
            entity_id=entity_id,
            citizen=citizen,
            rule="",
            made=self._clock(),
            entity_type=said["entitetId"],
            entity_name=name if _NAME.fullmatch(name) and not IN_TEXT.search(name) else "?",
            change=said["aendringstype"],
            content=content,
            digest=hashlib.sha256(everything).digest(),
            unnamed=request_id is None,
            former=said["body"][_FORMER] if kind is beskeder.CPR_CHANGED else None,
            state="waiting" if kind is not None else "dead",
        )

    def _check_receiver(self, receiver: Organisation, kind: beskeder.Besked | None) -> None:
        """Refuse a receiver that has no subscription here, and one that may not get this kind of message: 4575."""
        if self._receivers and str(receiver) not in self._receivers:
            raise CallerFault(4575, "webhook.receiver", expected="the address of a subscription")
        allowed = kind.receivers if kind is not None else frozenset().union(*(one.receivers for one in beskeder.KINDS))
        if receiver.type not in allowed:
            raise CallerFault(4575, "webhook.entitled", expected="a receiver that may get this kind of message")


def fields(raw: bytes) -> dict[str, Any]:
    """The documented fields of an event, in either case of their first letter; what else there is, is left alone.

    Raises CallerFault.
    """
    try:
        given = strict_json.loads(raw, depth=16, values=1000)
    except strict_json.JsonError as mistake:
        raise CallerFault(1014, mistake.key, expected="well-formed JSON", status=400) from mistake
    if not isinstance(given, dict):
        raise CallerFault(1014, "value.invalid", element="body", expected="an object")
    names = [name[:1].lower() + name[1:] for name in given]
    if len(set(names)) < len(names):
        raise CallerFault(1014, "json.duplicate", expected="each field once", status=400)
    said = dict(zip(names, given.values(), strict=True))
    for name, (check, expected, required) in _FIELDS.items():
        if name not in said or said[name] is None:
            if required:
                raise CallerFault(1014, "value.missing", element=name, expected=expected)
            said.pop(name, None)
        elif not check(said[name]):
            raise CallerFault(1014, "value.invalid", element=name, expected=expected)
    return {name: said[name] for name in _FIELDS if name in said}


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and 0 < len(value) <= most


_FIELDS: Final[Mapping[str, tuple[Callable[[Any], bool], str, bool]]] = {
    "entitetNavn": (_text(200), "a name", True),
    "entitetId": (_whole(1, 2**31 - 1), "a whole number", True),
    "eksternIdentifier": (
        lambda value: isinstance(value, str) and bool(_UUID.fullmatch(value.lower())),
        "a uuid; the zero uuid where there is none",
        True,
    ),
    "versionIdentifier": (_text(200), "a text", False),
    "identifikationstypeId": (lambda value: value == beskeder.CPR and type(value) is int, "1, a CPR number", True),
    "aendringstype": (_whole(1, 3), "1, 2 or 3", True),
    "startdato": (_text(40), "a date-time", False),
    "slutdato": (_text(40), "a date-time", False),
    "body": (lambda value: isinstance(value, dict), "an object", False),
}


def _citizen(scope: http.Scope) -> str:
    number = http.header(scope, CITIZEN.lower().encode())
    if number is None:
        raise CallerFault(1014, "value.missing", element=CITIZEN, expected="a CPR number")
    if not _CPR.fullmatch(number):
        raise CallerFault(1001, "value.invalid", element=CITIZEN, expected="a CPR number of ten digits")
    return number


def _content(said: Mapping[str, Any], kind: beskeder.Besked | None) -> bytes | None:
    """What is kept of an event beside what each one says: its version and dates, and of its body what is known of it.

    Of a kind that is not known all of the body is kept, for whoever looks at it; but for a new CPR number, which says
    what it was before, the other kinds are without one.
    """
    kept = {name: said[name] for name in ("versionIdentifier", "startdato", "slutdato") if name in said}
    body = said.get("body")
    if kind is beskeder.CPR_CHANGED:
        former = body.get(_FORMER) if body is not None else None
        if not isinstance(former, str) or not _CPR.fullmatch(former):
            raise CallerFault(1001, "value.invalid", element=f"body/{_FORMER}", expected="a CPR number of ten digits")
        kept["body"] = {_FORMER: former}
    elif kind is None and body:
        kept["body"] = body
    return strict_json.dumps(kept) if kept else None
