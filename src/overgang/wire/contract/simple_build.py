"""From schema documents to the model: simple types and attributes."""

from dataclasses import replace
from typing import Any, Final, TypeAlias

from lxml import etree

from overgang.wire.contract.builtins import BUILTINS, LISTS, REFUSED
from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.model import Attribute, Facets, Simple
from overgang.wire.contract.names import XS, clark, local, split
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.simple import unchecked
from overgang.wire.contract.sources import line_of

Places: TypeAlias = "dict[tuple[str, str], tuple[etree._Element, Schema]]"

_NUMBERS: Final = {
    "length": "length",
    "minLength": "min_length",
    "maxLength": "max_length",
    "totalDigits": "total_digits",
    "fractionDigits": "fraction_digits",
}
_TEXTS: Final = {
    "minInclusive": "min_inclusive",
    "minExclusive": "min_exclusive",
    "maxInclusive": "max_inclusive",
    "maxExclusive": "max_exclusive",
    "whiteSpace": "white_space",
}


class Simples:
    """The simple types of a contract by name, built when first asked for; `notes` says what of them is not checked."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.notes: list[str] = []
        self._known: dict[str, Simple] = {}
        self._defined: dict[tuple[etree._Element, str], Simple] = {}

    def named(self, qname: str, node: etree._Element, schema: Schema) -> Simple:
        """The type that a reference at `node` names. Raises ContractError."""
        if qname not in self._known:
            place = self.places.get(("simpleType", qname))
            if place is not None:
                self._known[qname] = self.define(*place, qname)
            else:
                self._known[qname] = _builtin(qname, node, schema)
        return self._known[qname]

    def define(self, node: etree._Element, schema: Schema, name: str | None) -> Simple:
        """The type that an xs:simpleType element defines. Raises ContractError."""
        if (node, schema.namespace) not in self._defined:
            step = next(child for child in node if isinstance(child.tag, str) and local(child.tag) != "annotation")
            kind = local(step.tag)
            if kind == "restriction":
                made = self._narrowed(self._base(step, schema), step, schema, name)
            else:
                members = tuple(self._members(step, schema))
                if any(member.builtin == "QName" for member in members):
                    raise ContractError(f"xs:{kind}", schema.file, line_of(step), "of xs:QName is not supported")
                made = Simple(name, kind, "atomic", Facets(), file=schema.file, line=line_of(node))
                if kind == "list":
                    made.variety, made.item = "list", members[0]
                else:
                    made.variety, made.members = "union", members
            self._defined[node, schema.namespace] = made
        return self._defined[node, schema.namespace]

    def narrowed(self, base: Simple, step: etree._Element, schema: Schema) -> Simple:
        """The text of simple content whose restriction is `step`."""
        inner = step.find(f"{{{XS}}}simpleType")
        return self._narrowed(base if inner is None else self.define(inner, schema, None), step, schema, None)

    def attribute(self, node: etree._Element, schema: Schema) -> Attribute:
        """The attribute that an xs:attribute element declares or refers to. Raises ContractError."""
        written = node.get("ref")
        if written is not None:
            qname = schema.resolve(node, written)
            place = self.places.get(("attribute", qname))
            if place is None:
                raise ContractError("xs:attribute", schema.file, line_of(node), f"{qname} is not defined")
            declared, owner = place
        else:
            form = node.get("form", schema.node.get("attributeFormDefault", "unqualified"))
            is_global = node.getparent() is schema.node
            qname = clark(schema.namespace if form == "qualified" or is_global else "", node.get("name", ""))
            declared, owner = node, schema
        return Attribute(
            qname=qname,
            key=f"@{local(qname)}",
            type=self._attribute_type(declared, owner),
            required=node.get("use") == "required",
            default=node.get("default", declared.get("default")),
            fixed=node.get("fixed", declared.get("fixed")),
            documentation="",
            file=schema.file,
            line=line_of(node),
        )

    def _attribute_type(self, node: etree._Element, schema: Schema) -> Simple:
        inner = node.find(f"{{{XS}}}simpleType")
        if inner is not None:
            return self.define(inner, schema, None)
        if node.get("type") is None:
            return self.named(f"{{{XS}}}anySimpleType", node, schema)
        return self.named(schema.resolve(node, node.get("type", "")), node, schema)

    def _base(self, step: etree._Element, schema: Schema) -> Simple:
        written = step.get("base")
        if written is not None:
            return self.named(schema.resolve(step, written), step, schema)
        inner = step.find(f"{{{XS}}}simpleType")
        if inner is None:
            raise ContractError("xs:restriction", schema.file, line_of(step), "has no base")
        return self.define(inner, schema, None)

    def _members(self, step: etree._Element, schema: Schema) -> "list[Simple]":
        written = f"{step.get('memberTypes', '')} {step.get('itemType', '')}".split()
        named = [self.named(schema.resolve(step, text), step, schema) for text in written]
        return named + [self.define(inner, schema, None) for inner in step.iterchildren(f"{{{XS}}}simpleType")]

    def _narrowed(self, base: Simple, step: etree._Element, schema: Schema, name: str | None) -> Simple:
        made = Simple(
            name,
            base.builtin,
            base.variety,
            _facets(base.facets, step),
            base.item,
            base.members,
            "",
            schema.file,
            line_of(step),
        )
        parent = step.getparent()
        made.documentation = "" if parent is None else documentation(parent)
        if made.facets != base.facets:
            self.notes.extend(
                f"{schema.file}:{made.line}: {facet} is checked in what arrives, not in what is written"
                for facet in unchecked(made)
                if facet not in unchecked(base)
            )
        return made


def _facets(inherited: Facets, step: etree._Element) -> Facets:
    changes: dict[str, Any] = {}
    patterns, values = [], []
    for node in step:
        kind = local(node.tag) if isinstance(node.tag, str) else ""
        written = node.get("value", "")
        if kind in _NUMBERS:
            changes[_NUMBERS[kind]] = int(written)
        elif kind in _TEXTS:
            changes[_TEXTS[kind]] = written.strip()
        elif kind == "pattern":
            patterns.append(written)
        elif kind == "enumeration":
            values.append(written)
    if patterns:
        changes["patterns"] = (*inherited.patterns, tuple(patterns))
    if values:
        changes["enumeration"] = tuple(values)
    return replace(inherited, **changes) if changes else inherited


def _builtin(qname: str, node: etree._Element, schema: Schema) -> Simple:
    namespace, name = split(qname)
    if namespace == XS and name in BUILTINS:
        return Simple(qname, name, "atomic", Facets())
    if namespace == XS and name in LISTS:
        return Simple(qname, name, "list", Facets(min_length=1), item=Simple(None, LISTS[name], "atomic", Facets()))
    why = REFUSED.get(name) if namespace == XS else None
    label = f"xs:{name}" if namespace == XS else qname
    raise ContractError(f"type {label}", schema.file, line_of(node), why or "is not defined")


def documentation(node: etree._Element) -> str:
    """The text of xs:documentation, blanks collapsed."""
    for child in node:
        if child.tag == f"{{{XS}}}annotation":
            texts = (str(one.xpath("string()")) for one in child.iterchildren(f"{{{XS}}}documentation"))
            return " ".join(" ".join(text.split()) for text in texts)
    return ""
