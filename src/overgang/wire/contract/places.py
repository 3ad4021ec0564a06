"""Where the global definitions of a contract's schemas stand."""

from typing import Final

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.names import XS, clark, local
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.simple_build import Places
from overgang.wire.contract.sources import line_of

_GLOBALS: Final = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
_MOST_IN_GROUP: Final = 10_000


def index(schemas: list[Schema]) -> Places:
    """The global definitions by kind and Clark name."""
    found: Places = {}
    for schema in schemas:
        for node in schema.node.iterchildren(*(f"{{{XS}}}{kind}" for kind in _GLOBALS)):
            found[local(node.tag), clark(schema.namespace, node.get("name", ""))] = (node, schema)
    return found


def refuse_explosion(places: Places) -> None:
    """Groups that refer to groups may stand for more elements than a machine can hold. Raises ContractError."""
    sizes: dict[str, int] = {}

    def size(qname: str) -> int:
        if qname not in sizes and ("group", qname) in places:
            node, schema = places["group", qname]
            sizes[qname] = 0  # a loop is refused elsewhere
            references = [schema.resolve(one, one.get("ref", "")) for one in node.iterdescendants(f"{{{XS}}}group")]
            sizes[qname] = len(node.findall(f".//{{{XS}}}element")) + sum(size(one) for one in references)
            if sizes[qname] > _MOST_IN_GROUP:
                raise ContractError("xs:group", schema.file, line_of(node), f"more than {_MOST_IN_GROUP} elements")
        return sizes.get(qname, 0)

    for kind, qname in places:
        if kind == "group":
            size(qname)
