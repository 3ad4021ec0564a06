"""RPC/literal: the wrapper elements of its messages, written down as schemas, so that they are like all others."""

from collections.abc import Iterable

from lxml import etree

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.names import XS, split
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.sources import line_of
from overgang.wire.contract.wsdl import Bound, BoundPort, Parts


def wrappers(ports: Iterable[BoundPort], schemas: list[Schema]) -> list[Schema]:
    """A schema per namespace of RPC wrappers. Raises ContractError where a name is taken by something else."""
    made: dict[str, Schema] = {}
    seen: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for port in ports:
        for bound in port.operations:
            for parts in (bound.input, bound.output):
                if parts is None or parts.rpc is None or parts.body is None:
                    continue
                shape = tuple((part.name, part.kind, part.means) for part in parts.rpc)
                if seen.setdefault(parts.body, shape) != shape:
                    raise bound.place.refuse("soap:body", "two RPC messages of one name have different parts")
                _wrap(bound, parts, made, schemas)
    return list(made.values())


def _wrap(bound: Bound, parts: Parts, made: dict[str, Schema], schemas: list[Schema]) -> None:
    namespace, name = split(parts.body or "")
    if namespace not in made:
        _refuse_missing(bound, namespace)
        root = etree.Element(f"{{{XS}}}schema", {"targetNamespace": namespace}, nsmap={"xs": XS})
        made[namespace] = Schema(root, bound.place.file, namespace, chameleon=False, flat=False, scope={})
    schema = made[namespace]
    if any(node.get("name") == name for node in schema.node):
        return
    for other in schemas:
        if other.namespace == namespace and other.node.find(f"{{{XS}}}element[@name='{name}']") is not None:
            raise bound.place.refuse("soap:body", f"the RPC wrapper {name} is also an element of a schema")
    wrapper = etree.SubElement(schema.node, f"{{{XS}}}element", name=name)
    sequence = etree.SubElement(etree.SubElement(wrapper, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
    for part in parts.rpc or ():
        space, known_as = split(part.means)
        scope = {"t": space} if space else {}
        text = f"t:{known_as}" if space else known_as
        written = {"name": part.name, "type": text} if part.kind == "type" else {"ref": text}
        element = etree.SubElement(sequence, f"{{{XS}}}element", written, nsmap=scope)
        element.sourceline = line_of(part.place.node)  # type: ignore[assignment]
        if space:
            schema.imports.add(space)
    wrapper.sourceline = line_of(bound.place.node)  # type: ignore[assignment]


def _refuse_missing(bound: Bound, namespace: str) -> None:
    if not namespace:
        raise ContractError(
            "soap:body", bound.place.file, line_of(bound.place.node), "an RPC message needs a namespace"
        )
