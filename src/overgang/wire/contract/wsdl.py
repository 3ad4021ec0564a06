"""A WSDL 1.1 document read: services, ports, bindings, messages, and the schemas inside of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.names import SOAP11, SOAP12, WSDL, XS, clark, local, resolve, split
from overgang.wire.contract.sources import Folder, line_of

_HTTP: Final = ("http://schemas.xmlsoap.org/soap/http", "http://www.w3.org/2003/05/soap/bindings/HTTP/")
_MIME: Final = ("http://schemas.xmlsoap.org/wsdl/mime/", "http://schemas.xmlsoap.org/ws/2002/04/dime/wsdl/")
_VERSIONS: Final = {SOAP11: "1.1", SOAP12: "1.2"}


@dataclass(frozen=True, slots=True)
class Place:
    """A node and the file that it stands in."""

    node: etree._Element
    file: str

    def refuse(self, construct: str, why: str) -> ContractError:
        return ContractError(construct, self.file, line_of(self.node), why)

    def at(self, node: etree._Element) -> "Place":
        return Place(node, self.file)

    def name(self, attribute: str) -> str:
        """The Clark name that a reference in an attribute stands for. Raises ContractError."""
        found = resolve(self.node, self.node.get(attribute, ""))
        if found is None:
            raise self.refuse(f"@{attribute}", "its prefix is not declared")
        return found

    def child(self, qname: str) -> "Place | None":
        found = self.node.find(qname)
        return None if found is None else self.at(found)

    def children(self, qname: str) -> "Iterator[Place]":
        for node in self.node.iterchildren(qname):
            yield self.at(node)


@dataclass(slots=True)
class Definitions:
    """All WSDL documents of a contract, by kind and Clark name, and their inline schemas."""

    root: Place
    namespace: str
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    schemas: list[tuple[str, etree._Element]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def find(self, kind: str, qname: str, at: Place) -> Place:
        """The definition that a reference means. Raises ContractError."""
        if (kind, qname) not in self.places:
            raise at.refuse(f"wsdl:{kind}", f"{qname} is not defined")
        return self.places[kind, qname]


def read(folder: Folder, file: str) -> Definitions:
    """The WSDL and what it imports. Raises ContractError."""
    root = folder.read(file)
    if root.tag != f"{{{WSDL}}}definitions":
        raise ContractError("wsdl:definitions", file, line_of(root), "another root element stands here")
    made = Definitions(Place(root, file), root.get("targetNamespace", ""))
    waiting, seen = [file], {file}
    while waiting:
        name = waiting.pop(0)
        for linked in _read_one(folder, made, Place(folder.read(name), name)):
            if linked not in seen:
                seen.add(linked)
                waiting.append(linked)
    return made


def _read_one(folder: Folder, made: Definitions, place: Place) -> Iterator[str]:
    if place.node.tag == f"{{{XS}}}schema":  # some toolkits import a schema by wsdl:import
        made.schemas.append((place.file, place.node))
        return
    namespace = place.node.get("targetNamespace", "")
    for child in place.node.iterchildren(etree.Element):
        if child.tag == f"{{{WSDL}}}import":
            yield folder.locate(child.get("location", ""), child, place.file)
        elif child.tag == f"{{{WSDL}}}types":
            made.schemas.extend((place.file, node) for node in child.iterchildren(f"{{{XS}}}schema"))
        elif child.tag.startswith(f"{{{WSDL}}}"):
            made.places[local(child.tag), clark(namespace, child.get("name", ""))] = place.at(child)
        elif child.get(f"{{{WSDL}}}required", "").strip() in ("true", "1"):
            raise place.at(child).refuse(split(child.tag)[1], "a required extension that is not known")


@dataclass(frozen=True, slots=True)
class Parts:
    """One direction of an operation: the body's element (or None), header elements, and for RPC the parts."""

    body: str | None
    headers: tuple[str, ...]
    rpc: "tuple[RpcPart, ...] | None" = None


@dataclass(frozen=True, slots=True)
class RpcPart:
    """A part of an RPC message: by `kind` "type" a local element `name`, by "element" a global one.

    `means` is the Clark name of that type or element.
    """

    name: str
    place: Place
    kind: str
    means: str


@dataclass(frozen=True, slots=True)
class Bound:
    """An operation of one binding; `faults` by name, each the Clark name of its element."""

    name: str
    place: Place
    soap_action: str
    style: str
    documentation: str
    input: Parts
    output: Parts | None
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class BoundPort:
    name: str
    address: str
    version: str
    binding: str
    operations: tuple[Bound, ...]


def service_of(made: Definitions, name: str | None) -> Place:
    """The wanted service, or the only one. Raises ContractError."""
    services = [place for (kind, _), place in made.places.items() if kind == "service"]
    wanted = [place for place in services if name is None or place.node.get("name") == name]
    if len(wanted) == 1:
        return wanted[0]
    names = ", ".join(sorted(place.node.get("name", "") for place in services)) or "none"
    raise made.root.refuse("wsdl:service", f"one service must be chosen; there are: {names}")


def ports_of(made: Definitions, service: Place) -> list[BoundPort]:
    """The service's SOAP ports; others are left out with a note. Raises ContractError."""
    found = []
    for port in service.children(f"{{{WSDL}}}port"):
        binding = made.find("binding", port.name("binding"), port)
        soap = next((namespace for namespace in _VERSIONS if binding.child(f"{{{namespace}}}binding")), None)
        address = None if soap is None else port.child(f"{{{soap}}}address")
        name = port.node.get("name", "")
        if soap is None:
            made.notes.append(f"{port.file}:{line_of(port.node)}: port {name} is not a SOAP port and is left out")
            continue
        if address is None:
            raise port.refuse("soap:address", "is missing")
        operations = tuple(_operations(made, binding, soap))
        where = address.node.get("location", "")
        found.append(BoundPort(name, where, _VERSIONS[soap], binding.node.get("name", ""), operations))
    if not found:
        raise service.refuse("wsdl:service", "has no SOAP port")
    return found


def _operations(made: Definitions, binding: Place, soap: str) -> Iterator[Bound]:
    head = binding.child(f"{{{soap}}}binding")
    if head is None:
        return
    if head.node.get("transport") not in _HTTP:
        raise head.refuse("soap:binding", "its transport is not HTTP")
    port_type = made.find("portType", binding.name("type"), binding)
    declared: dict[str, Place] = {}
    for operation in port_type.children(f"{{{WSDL}}}operation"):
        name = operation.node.get("name", "")
        if name in declared:
            raise operation.refuse("wsdl:operation", f"{name} is declared twice (overloading)")
        declared[name] = operation
    for bound in binding.children(f"{{{WSDL}}}operation"):
        name = bound.node.get("name", "")
        if name not in declared:
            raise bound.refuse("wsdl:operation", f"{name} is not in the portType")
        yield _operation(made, bound, declared[name], soap, head.node.get("style", "document"))


def _operation(made: Definitions, bound: Place, declared: Place, soap: str, style: str) -> Bound:
    for node in bound.node.iter(etree.Element):
        if split(node.tag)[0] in _MIME:
            raise bound.at(node).refuse(split(node.tag)[1], "MIME parts and attachments are not supported")
    head = bound.child(f"{{{soap}}}operation")
    style = style if head is None else head.node.get("style", style)
    name = bound.node.get("name", "")
    sides = {}
    for side in ("input", "output"):
        abstract, concrete = declared.child(f"{{{WSDL}}}{side}"), bound.child(f"{{{WSDL}}}{side}")
        if abstract is not None and concrete is not None:
            wrapper = name if side == "input" else f"{name}Response"
            sides[side] = _side(made, abstract, concrete, soap, wrapper if style == "rpc" else None)
    if "input" not in sides:
        raise bound.refuse("wsdl:operation", "has no input")
    documentation = declared.child(f"{{{WSDL}}}documentation")
    return Bound(
        name=name,
        place=bound,
        soap_action="" if head is None else head.node.get("soapAction", ""),
        style=style,
        documentation=" ".join(str(documentation.node.xpath("string()")).split()) if documentation else "",
        input=sides["input"],
        output=sides.get("output"),
        faults=dict(_faults(made, declared, bound, soap)),
    )


def _side(made: Definitions, abstract: Place, concrete: Place, soap: str, wrapper: str | None) -> Parts:
    body = concrete.child(f"{{{soap}}}body")
    if body is None:
        raise concrete.refuse("soap:body", "is missing")
    _literal(body)
    message = made.find("message", abstract.name("message"), abstract)
    headers = tuple(_header(made, header) for header in concrete.children(f"{{{soap}}}header"))
    in_headers = {
        (header.name("message"), header.node.get("part")) for header in concrete.children(f"{{{soap}}}header")
    }
    own = abstract.name("message")
    parts = [part for part in message.children(f"{{{WSDL}}}part") if (own, part.node.get("name")) not in in_headers]
    if body.node.get("parts") is not None:
        parts = [part for part in parts if part.node.get("name") in body.node.get("parts", "").split()]
    if wrapper is not None:
        return Parts(clark(body.node.get("namespace", ""), wrapper), headers, tuple(_rpc(part) for part in parts))
    if len(parts) > 1:
        raise message.refuse("wsdl:message", "a document message has at most one body part")
    return Parts(_element(parts[0]) if parts else None, headers)


def _rpc(part: Place) -> RpcPart:
    for attribute in ("type", "element"):
        if part.node.get(attribute) is not None:
            return RpcPart(part.node.get("name", ""), part, attribute, part.name(attribute))
    raise part.refuse("wsdl:part", "it has neither a type nor an element")


def _literal(place: Place) -> None:
    if place.node.get("use", "literal") != "literal":
        raise place.refuse("soap use=encoded", "only literal messages are supported")


def _element(part: Place) -> str:
    if part.node.get("element") is None:
        raise part.refuse("wsdl:part", "a document, header or fault part is given by its element")
    return part.name("element")


def _header(made: Definitions, header: Place) -> str:
    _literal(header)
    message = made.find("message", header.name("message"), header)
    for part in message.children(f"{{{WSDL}}}part"):
        if part.node.get("name") == header.node.get("part"):
            return _element(part)
    raise header.refuse("soap:header", "its part does not exist")


def _faults(made: Definitions, declared: Place, bound: Place, soap: str) -> Iterator[tuple[str, str]]:
    for fault in bound.children(f"{{{WSDL}}}fault"):
        for detail in fault.children(f"{{{soap}}}fault"):
            _literal(detail)
    for fault in declared.children(f"{{{WSDL}}}fault"):
        message = made.find("message", fault.name("message"), fault)
        parts = list(message.children(f"{{{WSDL}}}part"))
        if len(parts) != 1:
            raise message.refuse("wsdl:message", "a fault message has one part")
        yield fault.node.get("name", ""), _element(parts[0])
