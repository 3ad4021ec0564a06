"""A contract that is ready for use, and how one is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from overgang.wire.contract import rpc, schemas, validator, wsdl
from overgang.wire.contract.build import Builder
from overgang.wire.contract.decode import Decoders
from overgang.wire.contract.encode import Encoders
from overgang.wire.contract.explain import explain
from overgang.wire.contract.mistakes import ContractError, Problem
from overgang.wire.contract.model import Complex, Decode, Element, Encode, Simple
from overgang.wire.contract.places import index, refuse_explosion
from overgang.wire.contract.simple import is_qname, texts_of
from overgang.wire.contract.simple_build import Simples
from overgang.wire.contract.sources import Folder


@dataclass(frozen=True, slots=True)
class Port:
    """`version` is the SOAP version, "1.1" or "1.2"."""

    name: str
    address: str
    version: str
    binding: str


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is None when the message has no part; `headers` are the blocks that the binding names."""

    body: Element | None
    headers: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`style` is "document" or "rpc"; `output` None means one-way; `faults` are detail elements by name."""

    name: str
    soap_action: str
    style: str
    documentation: str
    input: Message
    output: Message | None
    faults: Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class Contract:
    """One service of one WSDL.

    `documents`: the bytes that were read, by path relative to the contract's folder, the WSDL's among them.
    `notes`: what the loader completed or leaves unchecked, each with its file and line.
    """

    name: str
    namespace: str
    file: str
    documents: Mapping[str, bytes]
    ports: tuple[Port, ...]
    operations: Mapping[str, Operation]
    notes: tuple[str, ...]
    _schema: etree.XMLSchema = field(repr=False)
    _builder: Builder = field(repr=False)
    _by_body: Mapping[str, Operation] = field(repr=False)
    _risky: dict[str, bool] = field(repr=False, default_factory=dict)

    def operation_of(self, qname: str) -> Operation | None:
        """The operation whose request has this element (Clark name) in the Body."""
        return self._by_body.get(qname)

    def problems(self, node: etree._Element) -> list[Problem]:
        """What is wrong with a Body child or header block; [] when it is valid and can be decoded."""
        element = self._builder.element(node.tag)
        if element is None:
            return [Problem("", "an element of the contract", "element.unexpected")]
        if not self._schema.validate(node):
            if found := explain(element, node):
                return found
            # Only now: a copy of a large message, beside the message, is what an attacker would pay us for.
            if not self._schema.validate(whole := validator.on_its_own(node)) and not self._schema.validate(
                validator.trimmed(whole)
            ):
                expected = "content that is valid under the contract's schema"
                return [Problem(element.name, expected, "value.invalid")]
        if validator.is_starred(node) and (found := explain(element, node)):
            return found
        if element.qname not in self._risky:
            self._risky[element.qname] = _risky(element)
        if self._risky[element.qname]:
            try:
                element.decode(node)
            except (ValueError, ArithmeticError, RecursionError):
                return explain(element, node) or [Problem(element.name, "values that can be read", "value.invalid")]
        return []


def load(path: Path, *, service: str | None = None) -> Contract:
    """The contract of a WSDL file and of what it refers to within its folder. Raises ContractError.

    `service` chooses among several services. Nothing outside of the folder is read, and never the network.
    """
    try:
        return _load(Folder(path.parent), path.name, service)
    except RecursionError:
        raise ContractError("nesting", path.name, 0, "its definitions lead too deep into each other") from None


def _load(folder: Folder, file: str, service: str | None) -> Contract:
    definitions = wsdl.read(folder, file)
    chosen = wsdl.service_of(definitions, service)
    ports = wsdl.ports_of(definitions, chosen)
    found = schemas.collect(folder, definitions.schemas)
    found += rpc.wrappers(ports, found)
    notes = [*schemas.complete(found), *schemas.constraints(found)]
    places = index(found)
    refuse_explosion(places)
    compiled = validator.compiled(found)
    simples = Simples(places)
    builder = Builder(found, _Compiler(sorted({schema.namespace for schema in found} - {""})), simples)
    operations = _operations(ports, builder)
    return Contract(
        name=chosen.node.get("name", ""),
        namespace=definitions.namespace,
        file=file,
        documents=MappingProxyType(folder.documents),
        ports=tuple(Port(port.name, port.address, port.version, port.binding) for port in ports),
        operations=MappingProxyType(operations),
        notes=(*definitions.notes, *notes, *simples.notes),
        _schema=compiled,
        _builder=builder,
        _by_body=_by_body(operations, file),
    )


class _Compiler:
    """The codec of one contract: readers and writers share their types over all of its elements."""

    def __init__(self, namespaces: list[str]) -> None:
        self._decoders = Decoders()
        self._encoders = Encoders({namespace: f"n{number}" for number, namespace in enumerate(namespaces, 1)})

    def decoder(self, element: Element) -> Decode:
        return self._decoders.decoder(element)

    def encoder(self, element: Element) -> Encode:
        return self._encoders.encoder(element)


def _operations(ports: list[wsdl.BoundPort], builder: Builder) -> dict[str, Operation]:
    made: dict[str, Operation] = {}
    first: dict[str, wsdl.Bound] = {}
    for port in ports:
        for bound in port.operations:
            known = first.setdefault(bound.name, bound)
            if known is bound:
                made[bound.name] = _operation(bound, builder)
            elif _shape(known) != _shape(bound):
                raise bound.place.refuse("wsdl:operation", f"{bound.name} has different messages in two ports")
    return made


def _shape(bound: wsdl.Bound) -> object:
    output = None if bound.output is None else (bound.output.body, bound.output.headers)
    return bound.style, bound.input.body, bound.input.headers, output, bound.faults


def _operation(bound: wsdl.Bound, builder: Builder) -> Operation:
    def element(qname: str) -> Element:
        found = builder.element(qname)
        if found is None:
            raise bound.place.refuse("wsdl:part", f"element {qname} is not defined")
        return found

    def message(parts: wsdl.Parts) -> Message:
        body = None if parts.body is None else element(parts.body)
        return Message(body, tuple(element(header) for header in parts.headers))

    return Operation(
        name=bound.name,
        soap_action=bound.soap_action,
        style=bound.style,
        documentation=bound.documentation,
        input=message(bound.input),
        output=None if bound.output is None else message(bound.output),
        faults=MappingProxyType({name: element(qname) for name, qname in bound.faults.items()}),
    )


def _by_body(operations: Mapping[str, Operation], file: str) -> Mapping[str, Operation]:
    found: dict[str, Operation] = {}
    for operation in operations.values():
        body = operation.input.body
        if body is not None and found.setdefault(body.qname, operation) is not operation:
            raise ContractError("wsdl:operation", file, body.line, f"two operations have the request {body.qname}")
    return MappingProxyType(found)


def _risky(element: Element) -> bool:
    """Whether a message may hold a valid text that Python cannot take: an integer without bounds, a free QName."""
    seen: set[object] = set()
    waiting: list[Element | Complex | Simple] = [element]
    while waiting:
        place = waiting.pop()
        if isinstance(place, Simple):
            if is_qname(place) or not texts_of(place).bounded:
                return True
        elif isinstance(place, Element):
            waiting.append(place.type)
        elif place not in seen:
            seen.add(place)
            waiting.extend(attribute.type for attribute in place.attributes)
            waiting.extend([*place.elements(), *place.derived.values(), *([place.text] if place.text else [])])
    return False
