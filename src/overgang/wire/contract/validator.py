"""libxml2's view of the schemas: one synthetic schema that imports each namespace once, everything from memory.

libxml2 skips a second import of a namespace and refuses a reference to a namespace that a document did not import, so
each namespace gets a synthetic document which includes the real ones, and each real one gets the imports it needs.
"""

import re
from typing import Any, Final

from lxml import etree

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.names import XS, split
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.sources import line_of, parser

_LINKS = (f"{{{XS}}}import", f"{{{XS}}}include")


_BLANK: Final = " \t\n\r"
_TIME: Final = re.compile("[-+0-9.:PYMDTHSZ]+").fullmatch


class _Memory(etree.Resolver):
    """Serves the synthetic and rewritten documents, and nothing else."""

    def __init__(self, documents: dict[str, bytes]) -> None:
        self._documents = documents

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        return self.resolve_string(self._documents[system_url], context, base_url=system_url)


def compiled(schemas: list[Schema]) -> etree.XMLSchema:
    """The validator for all global elements of the contract. Raises ContractError."""
    namespaces = sorted({schema.namespace for schema in schemas})
    places = {namespace: f"memory:namespace-{number}" for number, namespace in enumerate(namespaces)}
    documents = {f"memory:document-{number}": _rewritten(schema, places) for number, schema in enumerate(schemas)}
    for namespace in namespaces:
        root = _schema(namespace)
        for number, schema in enumerate(schemas):
            if schema.namespace == namespace:
                etree.SubElement(root, f"{{{XS}}}include", schemaLocation=f"memory:document-{number}")
        documents[places[namespace]] = etree.tostring(root)
    top = _schema("urn:overgang:all")
    for namespace in namespaces:
        _import(top, namespace, places)
    reader = parser()
    reader.resolvers.add(_Memory(documents))
    try:
        return etree.XMLSchema(etree.fromstring(etree.tostring(top), reader))
    except etree.XMLSchemaParseError as mistake:
        raise _explained(mistake, schemas, documents) from mistake


# libxml2 takes an element for any other of its local name when its namespace has a "*" where they differ.
is_starred: Final = etree.XPath("boolean(descendant-or-self::*[contains(namespace-uri(), '*')])")


def on_its_own(node: etree._Element) -> etree._Element:
    """A copy with all namespace declarations in scope; libxml2 does not see those of elements above the node."""
    # In UTF-8: a name has no other way to write a letter that is not of ASCII.
    return etree.fromstring(etree.tostring(node, encoding="utf-8", with_tail=False), parser())


def trimmed(node: etree._Element) -> etree._Element:
    """The node with blanks around dates and times taken away: XSD allows them, libxml2 does not."""
    for place in node.iter(etree.Element):
        if len(place) == 0 and place.text and _TIME(place.text.strip()):
            place.text = place.text.strip(_BLANK)
        for name, text in place.attrib.items():
            if _TIME(str(text).strip()):
                place.set(name, str(text).strip(_BLANK))
    return node


def _schema(namespace: str) -> etree._Element:
    return etree.Element(f"{{{XS}}}schema", {"targetNamespace": namespace} if namespace else {}, nsmap={"xs": XS})


def _import(root: etree._Element, namespace: str, places: dict[str, str]) -> None:
    attributes = {"schemaLocation": places[namespace]} | ({"namespace": namespace} if namespace else {})
    root.insert(0, root.makeelement(f"{{{XS}}}import", attributes))


def _rewritten(schema: Schema, places: dict[str, str]) -> bytes:
    root = etree.fromstring(etree.tostring(schema.node, with_tail=False), parser())
    if schema.chameleon:
        scope: dict[Any, str] = {None: schema.namespace} | dict(root.nsmap)
        adopted = etree.Element(root.tag, dict(root.attrib), nsmap=scope)
        adopted.set("targetNamespace", schema.namespace)
        adopted.extend(root)
        root = adopted
    for link in root.findall(_LINKS[0]) + root.findall(_LINKS[1]):
        root.replace(link, root.makeelement(f"{{{XS}}}annotation"))  # a child stays, so that positions stay
    for namespace in schema.used:
        _import(root, namespace, places)
    return etree.tostring(root)


def _explained(mistake: etree.XMLSchemaParseError, schemas: list[Schema], documents: dict[str, bytes]) -> ContractError:
    """libxml2's first complaint, at the line of the file that was read."""
    for entry in mistake.error_log:
        number = (entry.filename or "").rpartition("memory:document-")[2]
        if number.isdecimal() and int(number) < len(schemas):
            schema = schemas[int(number)]
            rewritten = etree.fromstring(documents[f"memory:document-{number}"], parser())
            node = _original(entry.path, rewritten, schema)
            return ContractError(f"xs:{split(node.tag)[1]}", schema.file, line_of(node), entry.message)
    return ContractError("xs:schema", schemas[0].file, line_of(schemas[0].node), str(mistake))


def _original(path: str | None, rewritten: etree._Element, schema: Schema) -> etree._Element:
    namespaces = {prefix: uri for prefix, uri in rewritten.nsmap.items() if prefix}
    found = rewritten.getroottree().xpath(path, namespaces=namespaces) if path else []
    chain = []
    node = found[0] if isinstance(found, list) and found else None
    while isinstance(node, etree._Element) and (parent := node.getparent()) is not None:
        chain.append(parent.index(node))
        node = parent
    place = schema.node
    for depth, index in enumerate(reversed(chain)):
        index -= len(schema.used) if depth == 0 else 0
        if not 0 <= index < len(place):
            break
        place = place[index]
    return place
