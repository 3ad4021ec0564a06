"""The schemas of a contract: found through imports and includes, checked for what is not supported, made ready.

A schema document that has no target namespace and is included takes the including one's (chameleon), so the unit is
(document, namespace), and one document may be several units.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.names import XML, XS, clark, local, resolve, split
from overgang.wire.contract.sources import Folder, line_of

_KNOWN: Final = (  # the frequent ones first
    *("element", "annotation", "documentation", "complexType", "sequence", "enumeration", "restriction", "simpleType"),
    *(
        "attribute",
        "extension",
        "complexContent",
        "simpleContent",
        "pattern",
        "maxLength",
        "minLength",
        "choice",
        "all",
    ),
    *(
        "any",
        "anyAttribute",
        "appinfo",
        "attributeGroup",
        "field",
        "fractionDigits",
        "group",
        "import",
        "include",
        "key",
        "keyref",
    ),
    *("length", "list", "maxExclusive", "maxInclusive", "minExclusive", "minInclusive", "selector", "totalDigits"),
    *("union", "unique", "whiteSpace", "schema"),
)
_WHY: Final = {
    "redefine": "redefinition is not supported",
    "override": "is XSD 1.1",
    "assert": "is XSD 1.1",
    "assertion": "is XSD 1.1",
    "alternative": "is XSD 1.1",
    "openContent": "is XSD 1.1",
    "defaultOpenContent": "is XSD 1.1",
    "explicitTimezone": "is XSD 1.1",
    "notation": "notations need a DTD",
}
_NEWER: Final = (
    "inheritable", "notQName", "notNamespace", "defaultAttributes", "xpathDefaultNamespace", "defaultAttributesApply"
)  # fmt: skip
_REFERENCES: Final = ("type", "ref", "base", "itemType", "memberTypes", "substitutionGroup", "refer")
_ODD: Final = etree.XPath(
    "descendant-or-self::xs:*[@mixed='true' or @mixed='1' or " + " or ".join(f"@{name}" for name in _NEWER) + "]",
    namespaces={"xs": XS},
)
_REFERRING: Final = tuple(  # one by one: libxml2 sorts a union of them, which takes ten times as long
    etree.XPath(f"descendant::xs:*/@{name}", namespaces={"xs": XS}, smart_strings=False) for name in _REFERENCES
)
_XML_ATTRIBUTES: Final = f"""
<xs:schema targetNamespace="{XML}" xmlns:xs="{XS}">
  <xs:attribute name="lang"><xs:simpleType><xs:union memberTypes="xs:language"><xs:simpleType>
    <xs:restriction base="xs:string"><xs:enumeration value=""/></xs:restriction>
  </xs:simpleType></xs:union></xs:simpleType></xs:attribute>
  <xs:attribute name="space"><xs:simpleType><xs:restriction base="xs:NCName">
    <xs:enumeration value="default"/><xs:enumeration value="preserve"/>
  </xs:restriction></xs:simpleType></xs:attribute>
  <xs:attribute name="base" type="xs:anyURI"/>
  <xs:attribute name="id" type="xs:ID"/>
  <xs:attributeGroup name="specialAttrs">
    <xs:attribute ref="xml:base"/><xs:attribute ref="xml:lang"/><xs:attribute ref="xml:space"/>
    <xs:attribute ref="xml:id"/>
  </xs:attributeGroup>
</xs:schema>"""
_CONSTRAINTS: Final = tuple(f"{{{XS}}}{name}" for name in ("key", "keyref", "unique"))
_NEVER: Final = etree.XPath(
    "descendant::xs:*[@maxOccurs][normalize-space(@maxOccurs)='0' and normalize-space(@minOccurs)='0']",
    namespaces={"xs": XS},
)
_UNKNOWN: Final = etree.XPath(
    "descendant::xs:*[not(" + " or ".join(f"self::xs:{name}" for name in _KNOWN) + ")]", namespaces={"xs": XS}
)


@dataclass(slots=True, eq=False)
class Schema:
    """One schema document in one namespace ("" when it has none)."""

    node: etree._Element
    file: str
    namespace: str
    chameleon: bool
    flat: bool  # all namespace declarations stand on or above the schema element
    scope: dict[str | None, str]
    imports: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def resolve(self, node: etree._Element, text: str) -> str:
        """The Clark name of a reference written at `node`. Raises ContractError for an undeclared prefix."""
        found = self._in_scope(text) if self.flat else resolve(node, text)
        if found is None:
            raise ContractError(f'reference "{text}"', self.file, line_of(node), "its prefix is not declared")
        if self.chameleon and found[:1] != "{":
            return clark(self.namespace, found)
        return found

    def _in_scope(self, text: str) -> str | None:
        prefix, colon, name = text.strip(" \t\n\r").rpartition(":")
        if prefix == "xml":
            return clark(XML, name)
        if not colon:
            return clark(self.scope.get(None), name)
        return clark(self.scope[prefix], name) if prefix in self.scope else None


def collect(folder: Folder, inline: list[tuple[str, etree._Element]]) -> list[Schema]:
    """The schemas that stand in the WSDL documents, and all that they lead to. Raises ContractError."""
    found: dict[tuple[object, str], Schema] = {}
    waiting = [(file, node, "") for file, node in inline]
    while waiting:
        file, node, namespace = waiting.pop(0)
        own = node.get("targetNamespace", "")
        key = (node, own or namespace)
        if key in found:
            continue
        schema = _schema(file, node, own or namespace, chameleon=not own and bool(namespace))
        found[key] = schema
        waiting.extend(_linked(folder, schema))
    return list(found.values())


def xml_attributes() -> Schema:
    """The schema of xml:lang and its kin, which contracts import from the network or not at all."""
    node = etree.fromstring(_XML_ATTRIBUTES)
    return Schema(node, "xml.xsd", XML, chameleon=False, flat=True, scope=dict(node.nsmap))


def complete(schemas: list[Schema]) -> list[str]:
    """Finds which namespaces each schema uses; returns a note for each one that it uses without importing it.

    Raises ContractError when no schema of the contract defines the namespace.
    """
    uses = [(schema, _uses(schema)) for schema in schemas]
    if any(XML in used for _, used in uses) and not any(schema.namespace == XML for schema in schemas):
        schemas.append(xml_attributes())
    present = {schema.namespace for schema in schemas}
    notes = []
    for schema, used in uses:
        for namespace, node in sorted(used.items(), key=lambda use: use[0]):
            if namespace not in present:
                raise ContractError(
                    f'namespace "{namespace}"', schema.file, line_of(node), "no schema of the contract defines it"
                )
            schema.used.add(namespace)
            if namespace not in {*schema.imports, XML}:
                notes.append(
                    f'{schema.file}:{line_of(node)}: the schema of "{schema.namespace}" uses "{namespace}" '
                    "without importing it; the import is taken as given"
                )
    return notes


def constraints(schemas: list[Schema]) -> list[str]:
    """A note for each xs:key, xs:unique and xs:keyref."""
    return [
        f"{schema.file}:{line_of(node)}: {local(node.tag)} {node.get('name', '')} "
        "is checked in what arrives, not in what is written"
        for schema in schemas
        for node in schema.node.iter(*_CONSTRAINTS)
    ]


def _schema(file: str, node: etree._Element, namespace: str, *, chameleon: bool) -> Schema:
    if node.tag != f"{{{XS}}}schema":
        raise ContractError("xs:schema", file, line_of(node), "another element stands where a schema was expected")
    _refuse_unsupported(file, node)
    _drop_nothing(node)
    return Schema(node, file, namespace, chameleon, flat=_flat(node), scope=dict(node.nsmap))


def _flat(node: etree._Element) -> bool:
    own = 0
    for event, _ in etree.iterwalk(node, events=("start-ns", "start")):
        if event == "start":
            break
        own += 1
    return sum(1 for _ in etree.iterwalk(node, events=("start-ns",))) <= own


def _refuse_unsupported(file: str, schema: etree._Element) -> None:
    for node in _found(_UNKNOWN, schema):
        name = split(node.tag)[1]
        raise ContractError(f"xs:{name}", file, line_of(node), _WHY.get(name, "is not supported"))
    for node in _found(_ODD, schema):
        newer = next((name for name in _NEWER if node.get(name) is not None), None)
        why = f"@{newer} is XSD 1.1" if newer else "mixed content has no place in a plain value"
        raise ContractError("xs:" + split(node.tag)[1], file, line_of(node), why)


def _drop_nothing(schema: etree._Element) -> None:
    """What occurs between 0 and 0 times is not there; libxml2 would let it occur once."""
    for node in _found(_NEVER, schema):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def _found(path: etree.XPath, schema: etree._Element) -> list[etree._Element]:
    found = path(schema)
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


def _linked(folder: Folder, schema: Schema) -> Iterator[tuple[str, etree._Element, str]]:
    for node in schema.node.iterchildren(f"{{{XS}}}include", f"{{{XS}}}import"):
        location = node.get("schemaLocation")
        if node.tag == f"{{{XS}}}import":
            namespace = node.get("namespace", "")
            schema.imports.add(namespace)
            if location is not None and namespace != XML:
                file = folder.locate(location, node, schema.file)
                yield file, _expect(folder, file, namespace, node, schema.file), ""
        elif location is None:
            raise ContractError("xs:include", schema.file, line_of(node), "has no schemaLocation")
        else:
            file = folder.locate(location, node, schema.file)
            root = folder.read(file)
            if root.get("targetNamespace", schema.namespace) != schema.namespace:
                raise ContractError("xs:include", schema.file, line_of(node), "of a schema of another namespace")
            yield file, root, schema.namespace


def _expect(folder: Folder, file: str, namespace: str, node: etree._Element, at: str) -> etree._Element:
    root = folder.read(file)
    if root.get("targetNamespace", "") != namespace:
        raise ContractError("xs:import", at, line_of(node), f"{file} is a schema of another namespace")
    return root


def _uses(schema: Schema) -> dict[str, etree._Element]:
    """The other namespaces it refers to, each with the first place (the schema element when that is cheap to tell)."""
    uses: dict[str, etree._Element] = {}
    if schema.flat:
        with suppress(ContractError):  # the walk below finds the line of it
            texts = {part for text in _written(schema.node) for part in text.split()}
            spaces = {split(schema.resolve(schema.node, text))[0] for text in texts} - {XS, schema.namespace}
            if spaces <= schema.imports:
                return dict.fromkeys(spaces, schema.node)
    for node in schema.node.iter(f"{{{XS}}}*"):
        for name in _REFERENCES:
            for text in node.get(name, "").split():
                uses.setdefault(split(schema.resolve(node, text))[0], node)
    return {space: node for space, node in uses.items() if space not in (XS, schema.namespace)}


def _written(node: etree._Element) -> set[str]:
    """The different texts of all references under a schema element."""
    texts: set[str] = set()
    for path in _REFERRING:
        found = path(node)
        if isinstance(found, list):
            texts.update(str(one) for one in found)
    return texts
