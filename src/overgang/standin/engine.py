"""From the bytes of an old call to those of its answer, through spyne.

spyne takes much that it should not (D1-D3 of what is known of it), so a message is looked at before it gets there: by
the guard, as an envelope, and under the contract's schema. What then goes wrong is a fault, never a traceback.
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from lxml import etree

from overgang.core.errors import CallerFault
from overgang.reference.store import Caller, Store
from overgang.standin.calls import CITIZEN, Call, Operation, citizen_of
from overgang.standin.codes import CodeLists
from overgang.standin.models import Models, plain
from overgang.standin.moments import kept
from overgang.standin.refusal import Refused
from overgang.standin.sequences import Sequences
from overgang.standin.soap import OldSoap11, OldSoap12
from overgang.standin.spyned import Application, MethodContext, ServerBase, Service, rpc
from overgang.wire import contract as contracts
from overgang.wire import guard
from overgang.wire.contract import Contract
from overgang.wire.contract.names import XSI
from overgang.wire.envelope import (
    MustUnderstand,
    UnsupportedMediaType,
    Version,
    VersionMismatch,
    check_action,
    open_envelope,
    version_of,
)

# It writes what a caller sent into its log.
for _name in ("spyne", "spyne.protocol.soap.soap11", "spyne.protocol.xml", "spyne.application", "spyne.server"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
log = logging.getLogger(__name__)

_HEADERS: Final = (("ActiveOrganisationHeader", 8232, 8234), ("RequestUserMetadataHeader", 8233, 8235))
_PROTOCOLS: Final = {Version.SOAP11: OldSoap11, Version.SOAP12: OldSoap12}


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back: HTTP status, Content-Type and bytes; `operation` is "" where no operation was reached."""

    status: int
    content_type: str
    body: bytes
    operation: str = ""


class OldService:
    """One contract, answered from a store.

    `operations` has every operation of the contract, None for one that is not served: nobody knows it here.
    """

    def __init__(
        self,
        contract: Contract,
        operations: Mapping[str, Operation | None],
        store: Store,
        lists: CodeLists,
        sequences: Sequences,
    ) -> None:
        """Raises ValueError when an operation of the contract is missing, or has a form that is not served."""
        if contract.operations.keys() != operations.keys():
            raise ValueError(f"{contract.name}: {sorted(contract.operations.keys() ^ operations.keys())}")
        self.contract = contract
        self._operations = {name: served for name, served in operations.items() if served is not None}
        self._store = store
        self._sequences = sequences
        self.lists = lists
        self._blocks = {block.qname: block for each in contract.operations.values() for block in each.input.headers}
        service = self._service()
        self._servers = {
            version: _Server(
                Application([service], contract.namespace, contract.name, in_protocol=made(), out_protocol=made())
            )
            for version, made in _PROTOCOLS.items()
        }

    def answer_of(self, operation: str) -> contracts.Element | None:
        """What the contract says of an operation's answer; None where there is no such operation."""
        known = self.contract.operations.get(operation)
        return known.output.body if known and known.output else None

    def answer(self, body: bytes, content_type: str | None, actions: Sequence[str]) -> Answered:
        """The answer to one POST; whatever is wrong with it is a fault."""
        version, name = Version.SOAP11, ""
        try:
            version, charset, action = version_of(content_type)
            root = guard.parse(body, _LIMITS, charset)
            name = self._checked(root, version, actions, action)
            etree.strip_tags(root, etree.Comment)  # one would cut a text short
            etree.strip_attributes(root, f"{{{XSI}}}*")  # they say nothing under these contracts, but much to spyne
            return self._run(version, root, None, name)
        except Refused as refusal:
            return self._run(version, None, refusal, name)
        except UnsupportedMediaType as fault:
            return replace(self._run(version, None, Refused(1014), name), status=fault.status)
        except CallerFault as fault:
            return self._run(version, None, _translated(fault), name)
        except Exception as mistake:  # noqa: BLE001 - the last line; its text may quote the call
            _tell(mistake)
            return self._run(version, None, Refused(1011), name)

    def _checked(self, root: etree._Element, version: Version, actions: Sequence[str], action: str | None) -> str:
        """The operation's name, once envelope, header blocks and Body are known to be as the contract says."""
        envelope = open_envelope(root, content_type_version=version, understood=self._blocks.__contains__)
        operation = self.contract.operation_of(str(envelope.body.tag))
        if operation is None or operation.name not in self._operations:
            raise Refused(1014)
        check_action(version, actions, action, operation.soap_action)
        blocks = {etree.QName(block).localname: block for block in envelope.headers}
        for name, missing, unreadable in _HEADERS:
            if name not in blocks:
                raise Refused(missing)
            if self.contract.problems(blocks[name]):
                raise Refused(unreadable)
        if problems := self.contract.problems(envelope.body):
            raise Refused(1001 if problems[0].path.endswith(CITIZEN) else 1014)
        return operation.name

    def _run(self, version: Version, root: etree._Element | None, refusal: Refused | None, name: str) -> Answered:
        status, body = self._servers[version].run(root, refusal)
        return Answered(status, version.content_type, body, name)

    def _service(self) -> Any:
        """A spyne service with a method for each operation."""
        models = Models()
        methods = {name: self._method(models, self.contract.operations[name]) for name in self._operations}
        return type(self.contract.name, (Service,), methods)

    def _method(self, models: Models, operation: contracts.Operation) -> Any:
        asked = operation.input.body
        answered = operation.output.body if operation.output else None
        if asked is None or answered is None:
            raise ValueError(f"{operation.name} has an empty message")
        served = self._operations[operation.name]
        names = [block.name for block in operation.input.headers]

        def method(ctx: Any, request: Any) -> Any:
            return self._called(served, dict(zip(names, ctx.in_header, strict=True)), request)

        method.__name__ = operation.name
        return rpc(
            models.of(asked),
            _returns=models.of(answered),
            _body_style="bare",
            _in_header=tuple(models.header(block) for block in operation.input.headers),
            _in_message_name=asked.qname,
            _out_message_name=answered.qname,
        )(method)

    def _called(self, served: Operation, headers: Mapping[str, Any], request: Any) -> Any:
        """The answer as dicts; whatever is refused is taken back as a whole."""
        body = plain(request)
        citizen = citizen_of(body)
        try:
            with self._store.transaction() as transaction:
                blocks = {name: plain(block) for name, block in headers.items()}
                caller = self._caller(blocks, served, transaction.today)
                if citizen:
                    _require_citizen(transaction.citizen_is_dead(citizen), served)
                registered = blocks["RequestUserMetadataHeader"]["RegistrationDateTime"]
                call = Call(body, citizen, caller, kept(registered, 8235), transaction, self.lists, self._sequences)
                return dict(served.answer(call))
        except Refused:
            raise
        except Exception as mistake:  # noqa: BLE001 - spyne would put its text into the fault
            _tell(mistake)
            raise Refused(1011) from None

    def _caller(self, blocks: Mapping[str, Any], served: Operation, today: Any) -> Caller:
        """8173 and 8174 for codes of the user, 4413 and 4575 for the organisation that the call is made for."""
        active, metadata = blocks["ActiveOrganisationHeader"], blocks["RequestUserMetadataHeader"]
        types, users = self.lists["OrganisationType"], self.lists["RequestUserType"]
        acting = active["OrganisationTypeIdentifier"]
        user, organisation = metadata["RequestUserStructure"], metadata["RequestOrganisationStructure"]
        for known, code, refusal in (
            (types, acting, 4413),
            (types, organisation["OrganisationTypeIdentifier"]["CodeListItemIdentifier"], 8173),
            (users, user["RequestUserTypeIdentifier"]["CodeListItemIdentifier"], 8174),
        ):
            if code not in known or not known[code].holds(today):
                raise Refused(refusal)
        if served.allowed is not None and acting not in served.allowed:
            raise Refused(4575)
        return Caller(acting, active["OrganisationCode"], user["UserIdentifier"])


def load(folder: Path) -> Contract:
    """The contract in a folder <Service>/<version>. Raises ContractError."""
    return contracts.load(folder / f"{folder.parent.name}.wsdl", service=folder.parent.name)


_LIMITS: Final = guard.Limits()


class _Server(ServerBase):  # type: ignore[misc] # spyne has no types
    """spyne's steps from a parsed message, or a refusal, to bytes."""

    transport = "http://schemas.xmlsoap.org/soap/http"

    def run(self, root: etree._Element | None, refusal: Refused | None) -> tuple[int, bytes]:
        ctx = MethodContext(self, MethodContext.SERVER)
        ctx.out_protocol = self.app.out_protocol
        if refusal is not None:
            ctx.out_error = refusal
        else:
            ctx.in_document = root
            (ctx,) = self.generate_contexts(ctx)
            if ctx.in_error is None:
                self.get_in_object(ctx)
            if ctx.in_error is None:
                self.get_out_object(ctx)
        self.get_out_string(ctx)
        failed = ctx.out_error or ctx.in_error
        return (200 if failed is None else ctx.out_protocol.fault_to_http_response_code(failed)), b"".join(
            ctx.out_string
        )


def _tell(mistake: Exception) -> None:
    """What went wrong and where; not its text, which may quote the call."""
    last = traceback.extract_tb(mistake.__traceback__)[-1]
    log.error("internal error: %s at %s:%s", type(mistake).__name__, Path(last.filename).name, last.lineno)


def _require_citizen(is_dead: bool | None, served: Operation) -> None:
    if is_dead is None:
        raise Refused(served.unknown)
    if is_dead and served.refuses_dead:
        raise Refused(4405)


def _translated(fault: CallerFault) -> Refused:
    refusal = Refused(fault.number)
    if isinstance(fault, VersionMismatch):
        refusal.faultcode = "VersionMismatch"
    elif isinstance(fault, MustUnderstand):
        refusal.faultcode = "MustUnderstand"
    return refusal
