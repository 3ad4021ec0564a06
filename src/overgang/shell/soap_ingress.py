"""The SOAP face: bytes in, through guard, envelope, contract and flow, to an answer under the caller's own contract."""

import hashlib
import logging
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from lxml import etree

from overgang.core import callers
from overgang.core.area import Operation
from overgang.core.codelists import CodeList
from overgang.core.errors import CallerFault, Fault, GatewayFault
from overgang.core.messages import Exchange, Face, RestRequest, SoapCall
from overgang.core.organisations import told
from overgang.core.retirement import Retirement
from overgang.core.rules import Context
from overgang.core.values import COPENHAGEN
from overgang.shell.accounts import COMPARISON, INTERNAL, Account, Peer
from overgang.shell.books import Books, NoBooks, Ran, Wish
from overgang.shell.client import Raw
from overgang.shell.config_audit import Deadlines
from overgang.shell.driver import Driver, Rehearsed
from overgang.shell.signatures import Signatures
from overgang.wire import contract as contracts
from overgang.wire import guard, unjudged
from overgang.wire.contract import Contract, ContractError, EncodeError, Problem
from overgang.wire.envelope import (
    Envelope,
    Version,
    check_action,
    check_addressed_action,
    message_ids,
    open_envelope,
    said_actions,
    version_of,
    wrap,
)
from overgang.wire.soap_fault import fault_bytes

log = logging.getLogger(__name__)
usage = logging.getLogger("overgang.usage")

_MISSING = {callers.ACTIVE_ORGANISATION: 8232, callers.USER_METADATA: 8233}
_ORGANISATION = ("OrganisationTypeIdentifier", "OrganisationCode")
_CITIZEN = "PersonCivilRegistrationIdentifier"
_CALLER = re.compile(r"[0-9]{1,3}/[^\s/]{1,20}")
_UNREADABLE = {callers.ACTIVE_ORGANISATION: 8234, callers.USER_METADATA: 8235}


@dataclass(frozen=True, slots=True)
class Bridge:
    """An operation of a contract, and, where an area bridges it, its flow."""

    contract: contracts.Operation
    request: contracts.Element
    answer: contracts.Element | None  # None for a one-way operation
    area: Operation | None
    names: Mapping[str, str]  # modern property -> old element path, for what is said to the caller
    replacement: str  # its modern calls, "POST /visiteringogstatus/v1/Fravaer, ..."; "" for one that is not bridged

    @property
    def domains(self) -> frozenset[str]:
        """The modern domains that its calls lead to; none of one that is not bridged."""
        return frozenset(call.split("/")[1] for call in self.replacement.split(", ") if "/" in call)

    @property
    def writes(self) -> bool:
        """Whether a call of it may change something: one that is not bridged might."""
        if self.area is None or self.area.again:
            return True
        return any(not call.startswith("GET ") for call in self.replacement.split(", ") if call)


@dataclass(frozen=True, slots=True)
class Bridged:
    """A frozen contract with its bridges by Clark name of the request element."""

    contract: Contract
    version: int
    bridges: Mapping[str, Bridge]
    headers: Mapping[str, contracts.Element]  # every header block of the contract, by Clark name
    retirement: Retirement | None = None

    @property
    def key(self) -> str:
        """Name/version, as the configuration names a service."""
        return f"{self.contract.name}/{self.version}"


@dataclass(frozen=True, slots=True)
class Seen:
    """Which operation a call is of, and for which organisation it is made: "type/code", "" where it can't be read.

    `citizens` are those whom it asks about, `user` is who asks.
    """

    bridge: Bridge
    caller: str
    citizens: Sequence[str] = field(default=(), repr=False)
    user: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """A message that was sent to a service, as it arrived: `actions` are its SOAPAction headers."""

    service: Bridged
    body: bytes = field(repr=False)
    content_type: str | None
    actions: Sequence[str]
    received: datetime
    peer: Peer = INTERNAL

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers that it is understood by."""
        return {"Content-Type": self.content_type or ""} | ({"SOAPAction": self.actions[0]} if self.actions else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: HTTP status, content type, bytes, and the rules that were applied.

    `seen` is None where the call could not be read; `rehearsed` is the write that was not sent; `trouble` is what kept
    the old service's answer from coming, for which this is the gateway's own fault. `exchanges` are those with the
    modern side, of a watched call. `key` is that of the gateway's own fault.
    """

    status: int
    content_type: str
    body: bytes
    cited: Sequence[str] = ()
    retry_after: int | None = None
    seen: Seen | None = None
    rehearsed: RestRequest | None = None
    trouble: str = ""
    exchanges: Sequence[Exchange] = field(default=(), repr=False)
    key: str = ""


class OldSide(Protocol):
    """The seam to the old services' own addresses, for operations that are not modernised."""

    def reaches(self, service: str) -> bool: ...

    async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Raw: ...


def bridged(
    contract: Contract,
    version: int,
    operations: Sequence[Operation],
    modern: Mapping[str, str] = MappingProxyType({}),
    retirement: Retirement | None = None,
) -> Bridged:
    """Join a contract and the operations that an area bridges. Raises ContractError when they don't fit.

    `modern` gives method and path of a modern operation by its operationId.
    """
    by_name = {operation.name: operation for operation in operations}
    if unknown := by_name.keys() - contract.operations.keys():
        raise ContractError("wsdl:operation", contract.file, 0, f"there is no operation {min(unknown)}")
    bridges = [
        _bridged(contract, operation, by_name.get(operation.name), modern) for operation in contract.operations.values()
    ]
    headers = {block.qname: block for bridge in bridges for block in bridge.contract.input.headers}
    return Bridged(contract, version, {bridge.request.qname: bridge for bridge in bridges}, headers, retirement)


def _bridged(
    contract: Contract, operation: contracts.Operation, area: Operation | None, modern: Mapping[str, str]
) -> Bridge:
    request = operation.input.body
    answer = operation.output.body if operation.output is not None else None
    declared = {block.name for block in operation.input.headers}
    if request is None:
        raise ContractError(
            "wsdl:input", contract.file, 0, f"{operation.name} has an empty message, which has no element"
        )
    if area is not None and (missing := _MISSING.keys() - declared):
        why = f"{operation.name} does not declare {min(missing)}, so it can't be told who calls"
        raise ContractError("soap:header", contract.file, request.line, why)
    replacement = ", ".join(modern.get(id, id) for id in area.modern) if area is not None else ""
    return Bridge(operation, request, answer, area, _names(area), replacement)


def _names(operation: Operation | None) -> Mapping[str, str]:
    """Old element paths by modern property paths, list indices left out."""
    placed = operation.requests if operation else ()
    return {
        f"{place.at}.{field.new}" if place.at else field.new: f"{place.old}/{field.old}" if place.old else field.old
        for place in placed
        for field in place.table.fields
    }


class SoapFace:
    """Answers old calls. `key` is the secret from which ids of a call are derived."""

    def __init__(
        self,
        driver: Driver,
        codelists: Mapping[str, CodeList],
        limits: guard.Limits,
        key: bytes,
        switched_off: Mapping[str, frozenset[str]],
        old: OldSide | None = None,
        *,
        books: Books | None = None,
        deadlines: Deadlines | None = None,
        signatures: Signatures | None = None,
    ) -> None:
        self.signatures = signatures
        self._books = books or NoBooks()
        self._deadlines = deadlines or Deadlines()
        self._driver = driver
        self._old = old
        self._used: set[tuple[date, str, str]] = set()
        self._codelists = codelists
        self._limits = limits
        self._key = hashlib.sha256(key).digest()  # whatever its length, one that BLAKE2 takes
        self._switched_off = switched_off

    async def answer(self, post: Post) -> Answer:
        """Answer one message. Everything that goes wrong is a fault in the caller's SOAP version."""
        service = post.service
        cited: list[str] = []
        exchanges: list[Exchange] | None = [] if post.peer.watched else None
        account = Account(Face.SOAP, service.key, post.received, post.peer)
        version, seen = Version.SOAP11, None
        try:
            version, charset, action = version_of(post.content_type)
            root = guard.parse(post.body, self._limits, charset)
            understood = service.headers.__contains__
            if (signatures := self.signatures) is not None:
                # What is asked beside the call that was answered comes with the signature of that call.
                books = self._books if post.peer.purpose != COMPARISON else NoBooks()
                root = await signatures.checked(root, post.peer.actor, account, books)
                understood = {*service.headers, signatures.block}.__contains__
            envelope = open_envelope(root, content_type_version=version, understood=understood)
            bridge = _bridge(service, envelope.body.tag)
            seen = Seen(bridge, "")
            account.operation = bridge.contract.name
            check_action(version, post.actions, action, bridge.contract.soap_action)
            check_addressed_action(root, bridge.contract.soap_action)
            if bridge.area is None:
                return await self._elsewhere(post, bridge, root, account)
            blocks = _blocks(service, bridge, envelope)
            seen = Seen(bridge, _organisation(blocks))
            self._check_retirement(service, bridge, seen.caller, post.received)
            call = self._call(service, bridge, envelope, blocks, post.received)
            account.caller, account.organisation = call.caller, seen.caller
            account.asked, account.citizen = tuple(_asked(call.body)), _citizen(call.body)
            callers.check(call.caller, self._codelists, call.day)
            post.peer.actor.check(call.caller.organisation)
            context = account.context = Context(
                face=Face.SOAP,
                caller=call.caller,
                day=call.day,
                codelists=self._codelists,
                switched_off=self._switched_off.get(str(call.caller.organisation), frozenset()),
                cited=cited,
                names=bridge.names,
                exchanges=exchanges,
            )
            text = await self._answered(bridge, call, context, account, root)
            return Answer(200, version.content_type, wrap(version, text), cited, seen=seen, exchanges=exchanges or ())
        except Fault as fault:
            answer = await self._refused(version, fault, cited, seen, account)
            return replace(answer, exchanges=exchanges) if exchanges else answer
        except Rehearsed as rehearsed:
            asked = exchanges or ()
            if account.context is not None and account.context.sent:  # what had to be read to know what would be sent
                await self._books.read(account)
            return Answer(
                200, version.content_type, b"", cited, seen=seen, rehearsed=rehearsed.request, exchanges=asked
            )
        except Exception as mistake:  # noqa: BLE001 - the last line: a fault without content, never a stack trace
            log.error("internal error: %s at %s", type(mistake).__name__, where(mistake))
            return await self._refused(version, GatewayFault(1011, "gateway.internal"), cited, seen, account)

    async def _answered(
        self, bridge: Bridge, call: SoapCall, context: Context, account: Account, root: etree._Element
    ) -> str:
        """The answer's element as text: of a read once it is written down, of a write carried out once."""
        assert bridge.area is not None
        flow, seconds = bridge.area.flow, self._deadlines.of(call.operation)
        if not bridge.writes or bridge.area.again:
            text = _encoded(bridge, await self._driver.run(flow(call), context, seconds))
            await self._books.read(account)
            return text

        async def run() -> Ran:
            told = _encoded(bridge, await self._driver.run(flow(call), context, seconds))
            return Ran(f"{' '.join(context.cited)}\n{told}".encode())

        also = [self._digest(f"message {call.caller.organisation} {one}") for one in message_ids(root)]
        kept = await self._books.once(account, Wish(call.identity, call.identity, also), run, seconds)
        rules, _, text = kept.decode().partition("\n")
        context.cited[:] = rules.split()
        return text

    async def _refused(
        self, version: Version, fault: Fault, cited: Sequence[str], seen: Seen | None, account: Account
    ) -> Answer:
        try:
            await self._books.refused(account, fault)
        except GatewayFault as unwritten:
            fault = unwritten
        return faulted(version, fault, cited, seen)

    def _digest(self, said: str) -> bytes:
        return hashlib.blake2b(said.encode(), key=self._key, digest_size=32).digest()

    def recognised(self, post: Post) -> Seen | None:
        """Which operation a call is of and who makes it, without answering it; None where it can't be read.

        Whatever this gateway would refuse in it: which side answers must not depend on what one of them finds wrong.
        But where the action is that of another operation, nobody knows which of the two the old service takes.
        """
        version, charset, action = Version.SOAP11, None, None
        with suppress(Fault):  # the old service may take what is no Content-Type of SOAP
            version, charset, action = version_of(post.content_type)
        try:
            root = guard.parse(post.body, self._limits, charset)
        except Fault:
            return None
        request = next(_below(root, "Body"), None)
        bridge = None if request is None else post.service.bridges.get(str(request.tag))
        if bridge is None:
            return None
        odd = {*said_actions(version, post.actions, action)} - {bridge.contract.soap_action}
        if odd and any(one.contract.soap_action in odd for one in post.service.bridges.values()):
            return None
        return Seen(bridge, _called_for(root), unjudged.citizens(root), unjudged.user(root))

    async def signed(self, post: Post, account: Account) -> None:
        """Where messages have to be signed, that one is which somebody else answers. Raises Fault."""
        if self.signatures is not None:
            root = guard.parse(post.body, self._limits, version_of(post.content_type)[1])
            await self.signatures.checked(root, post.peer.actor, account, self._books)

    async def _elsewhere(self, post: Post, bridge: Bridge, root: etree._Element, account: Account) -> Answer:
        """An operation that is not modernised: the old service's own answer, or a fault. Nothing of it is judged."""
        self._check_retirement(post.service, bridge, "a caller of what is not modernised", post.received)
        account.organisation = _called_for(root)
        account.named, account.user = unjudged.citizens(root), unjudged.user(root)
        post.peer.actor.check_text(account.organisation)
        key = post.service.key
        if self._old is None or not self._old.reaches(key):
            note = f"{bridge.contract.name} is not modernised, and no old address is configured for it"
            raise GatewayFault(1100, "operation.not-bridged", note=note, status=501)
        forward = partial(self._old.forward, key, post.body, post.headers)
        raw = await self._books.forwarded(account, bridge.writes, forward)
        return Answer(raw.status, raw.kind, raw.body, seen=Seen(bridge, ""))

    def _check_retirement(self, service: Bridged, bridge: Bridge, caller: str, received: datetime) -> None:
        """Rule service.udfasning: log once a day who still calls what is deprecated, then refuse where it is due."""
        if service.retirement is None:
            return
        use = (received.astimezone(COPENHAGEN).date(), caller, f"{service.key} {bridge.contract.name}")
        if use not in self._used:
            self._used = {known for known in self._used if known[0] == use[0]} | {use}
            usage.info("%s still calls %s", told(caller), use[2])
        service.retirement.check(received, bridge.replacement or "none")

    def _call(
        self, service: Bridged, bridge: Bridge, envelope: Envelope, blocks: dict[str, Any], received: datetime
    ) -> SoapCall:
        _refuse(service.contract.problems(envelope.body))
        body: Any = bridge.request.decode(envelope.body)
        said = repr((service.contract.namespace, bridge.contract.name, blocks, body))
        return SoapCall(
            service=service.contract.name,
            version=service.version,
            operation=bridge.contract.name,
            body=body,
            caller=callers.from_blocks(blocks[callers.ACTIVE_ORGANISATION], blocks[callers.USER_METADATA]),
            received=received.astimezone(UTC),
            day=received.astimezone(COPENHAGEN).date(),
            identity=self._digest(said),
        )


def _below(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements in the envelope's part `name`."""
    for part in root.iterchildren("{*}" + name):
        yield from part.iterchildren("*")


def _called_for(root: etree._Element) -> str:
    """The organisation of the ActiveOrganisationHeader as "type/code".

    "" where there is none, or where another reader could take another one: whoever answers the call must not see an
    organisation that was not checked here.
    """
    headers = [part for part in root.iterchildren("*") if etree.QName(part).localname == "Header"]
    found = {_organisation_in(block, headers) for block in root.iter("{*}" + callers.ACTIVE_ORGANISATION)}
    caller = found.pop() if len(found) == 1 else ""
    return caller if _CALLER.fullmatch(caller) else ""


def _organisation_in(block: etree._Element, headers: Sequence[etree._Element]) -> str:
    """ "type/code" of a block that is in the one Header and has each of the two once, as plain text; else ""."""
    said = [list(block.iter("{*}" + name)) for name in _ORGANISATION]
    plain = all(len(one) == 1 and len(one[0]) == 0 and one[0].getparent() is block for one in said)
    if len(headers) != 1 or block.getparent() is not headers[0] or not plain:
        return ""
    return "/".join((one[0].text or "").strip() for one in said)


def _asked(body: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The paths of the elements that a call fills; of flags, those that are set. A list counts as one."""
    for name, value in body.items():
        if isinstance(value, dict) and value:
            yield from _asked(value, f"{above}{name}/")
        elif value is not None and value is not False:
            yield f"{above}{name}"


def _citizen(body: Mapping[str, Any]) -> str | None:
    """The citizen number of a call, wherever its contract has it."""
    found = body.get(_CITIZEN)
    if isinstance(found, str):
        return found
    return next((deep for part in body.values() if isinstance(part, dict) and (deep := _citizen(part))), None)


def where(mistake: BaseException) -> str:
    """File and line at which an exception was raised; nothing of what it holds."""
    frames = traceback.extract_tb(mistake.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"


def _bridge(service: Bridged, qname: str) -> Bridge:
    bridge = service.bridges.get(qname)
    if bridge is None:
        raise CallerFault(1014, "soap.operation", element="Body", expected="the request element of an operation")
    return bridge


def _organisation(blocks: Mapping[str, Any]) -> str:
    active = blocks[callers.ACTIVE_ORGANISATION]
    return f"{active['OrganisationTypeIdentifier']}/{active['OrganisationCode']}"


def _blocks(service: Bridged, bridge: Bridge, envelope: Envelope) -> dict[str, Any]:
    """The operation's header blocks, decoded: 8232-8233 when one is missing, 8234-8235 when one is invalid."""
    given = {block.tag: block for block in envelope.headers}
    decoded: dict[str, Any] = {}
    for plan in bridge.contract.input.headers:
        block = given.get(plan.qname)
        if block is None:
            if plan.name in _MISSING:
                raise CallerFault(_MISSING[plan.name], "caller.header-missing", element=plan.name)
            continue
        if problems := service.contract.problems(block):
            number = _UNREADABLE.get(plan.name, 1014)
            raise CallerFault(number, problems[0].key, element=problems[0].path, expected=problems[0].expected)
        decoded[plan.name] = plan.decode(block)
    return decoded


def _refuse(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    first = problems[0]
    number = 1001 if first.path.endswith("PersonCivilRegistrationIdentifier") and first.key == "value.invalid" else 1014
    raise CallerFault(number, first.key, element=first.path, expected=first.expected)


def _encoded(bridge: Bridge, answer: dict[str, Any]) -> str:
    if bridge.answer is None:
        return ""
    try:
        return bridge.answer.encode(answer)
    except EncodeError as mistake:
        raise GatewayFault(1011, "answer.unrepresentable", element=mistake.path, expected=mistake.expected) from mistake


def faulted(version: Version, fault: Fault, cited: Sequence[str], seen: Seen | None) -> Answer:
    """A fault in the caller's SOAP version; what went wrong before SOAP is plain text."""
    if fault.key.startswith("http."):  # before SOAP: there is no envelope to answer in
        return Answer(fault.status, "text/plain; charset=utf-8", fault.text.encode(), cited, seen=seen, key=fault.key)
    status, body = fault_bytes(version, fault)
    return Answer(status, version.content_type, body, cited, fault.retry_after, seen, key=fault.key)
