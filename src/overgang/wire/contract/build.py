"""From schema documents to the model: one Element, Complex or Simple per definition."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from lxml import etree

from overgang.wire.contract import content, simple_build
from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.model import (
    Attribute,
    Compiler,
    Complex,
    Element,
    Group,
    Part,
    Simple,
    Wildcard,
    needs_items,
)
from overgang.wire.contract.names import XS, clark, local
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.simple_build import documentation
from overgang.wire.contract.sources import line_of

_DERIVATIONS: Final = frozenset({"extension", "restriction"})
_BASES: Final = etree.XPath(
    "xs:complexType[@name]/*/*[self::xs:extension or self::xs:restriction][@base]", namespaces={"xs": XS}
)


class Builder:
    """The definitions of all schemas by name; builds the model of an element and all that it leads to."""

    def __init__(self, schemas: list[Schema], compiler: Compiler, simples: simple_build.Simples) -> None:
        self._compiler = compiler
        self._simples = simples
        self._places = simples.places
        self._types: dict[tuple[etree._Element, str], Complex] = {}  # a chameleon is one node in two namespaces
        self._elements: dict[str, Element] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._filled: set[Complex] = set()
        self._derived: dict[str, list[str]] = {}
        self._members: dict[str, list[str]] = {}
        for schema in schemas:
            self._index(schema)

    def element(self, qname: str) -> Element | None:
        """The global element of this name; None when there is none. Raises ContractError."""
        if qname not in self._elements and ("element", qname) not in self._places:
            return None
        found = self._global(qname)
        while self._waiting:
            self._waiting.popleft()()
        return found

    def _index(self, schema: Schema) -> None:
        found = _BASES(schema.node)
        for step in found if isinstance(found, list) else []:
            if isinstance(step, etree._Element):
                owner = step.getparent()
                holder = None if owner is None else owner.getparent()
                if holder is not None:
                    base = schema.resolve(step, step.get("base", ""))
                    self._derived.setdefault(base, []).append(clark(schema.namespace, holder.get("name", "")))
        for node in schema.node.iterchildren(f"{{{XS}}}element"):
            if (head := node.get("substitutionGroup")) is not None:
                member = clark(schema.namespace, node.get("name", ""))
                self._members.setdefault(schema.resolve(node, head), []).append(member)

    def _global(self, qname: str) -> Element:
        if qname not in self._elements:
            node, schema = self._places["element", qname]
            self._elements[qname] = self._declare(node, schema, qname, 1, 1)
        return self._elements[qname]

    def _declare(self, node: etree._Element, schema: Schema, qname: str, lower: int, upper: int | None) -> Element:
        return Element(
            qname=qname,
            name=local(qname),
            type=self._type_of(node, schema),
            nillable=node.get("nillable", "").strip() in ("true", "1"),
            lower=lower,
            upper=upper,
            abstract=node.get("abstract", "").strip() in ("true", "1"),
            default=node.get("default"),
            fixed=node.get("fixed"),
            block=_blocked(node, schema),
            documentation=documentation(node),
            file=schema.file,
            line=line_of(node),
            compiler=self._compiler,
        )

    def _type_of(self, node: etree._Element, schema: Schema) -> Complex | Simple:
        written = node.get("type")
        if written is not None:
            return self._type(schema.resolve(node, written), node, schema)
        for child in node:
            if child.tag == f"{{{XS}}}complexType":
                return self._complex(child, schema, None)
            if child.tag == f"{{{XS}}}simpleType":
                return self._simples.define(child, schema, None)
        head = node.get("substitutionGroup")
        if head is not None:
            return self._global(schema.resolve(node, head)).type
        raise ContractError("xs:element", schema.file, line_of(node), "has no type, so any content: it has no plan")

    def _type(self, qname: str, node: etree._Element, schema: Schema) -> Complex | Simple:
        place = self._places.get(("complexType", qname))
        if place is not None:
            return self._complex(*place, qname)
        return self._simples.named(qname, node, schema)

    def _complex(self, node: etree._Element, schema: Schema, name: str | None) -> Complex:
        found = self._types.get((node, schema.namespace))
        if found is None:
            found = Complex(name, schema.file, line_of(node))
            self._types[node, schema.namespace] = found
            shell = found
            self._waiting.append(lambda: self._fill(shell, node, schema))
        return found

    def _fill(self, shell: Complex, node: etree._Element, schema: Schema) -> None:
        if shell in self._filled:
            return
        self._filled.add(shell)
        shell.abstract = node.get("abstract", "").strip() in ("true", "1")
        shell.block = _blocked(node, schema)
        shell.documentation = documentation(node)
        holder = next(
            (child for child in node if child.tag in (f"{{{XS}}}complexContent", f"{{{XS}}}simpleContent")), None
        )
        if holder is None:
            shell.content = self._content(node, schema)
            shell.attributes = self._attributes(shell, node, schema, ())
        else:
            step = next(child for child in holder if child.tag != f"{{{XS}}}annotation")
            self._derive(shell, step, schema, simple=holder.tag == f"{{{XS}}}simpleContent")
        shell.items = needs_items(shell.content)
        content.refuse_twins(shell)
        if shell.name is not None:
            shell.derived = dict(self._derivations(shell.name))

    def _derivations(self, name: str) -> Iterator[tuple[str, Complex]]:
        for qname in self._derived.get(name, ()):
            place = self._places.get(("complexType", qname))
            if place is not None:
                yield qname, self._complex(*place, qname)
                yield from self._derivations(qname)

    def _derive(self, shell: Complex, step: etree._Element, schema: Schema, *, simple: bool) -> None:
        method = local(step.tag)
        shell.method = "extension" if method == "extension" else "restriction"
        written = schema.resolve(step, step.get("base", ""))
        base: Complex | Simple | None = None
        if written != f"{{{XS}}}anyType":
            base = self._type(written, step, schema)
        if isinstance(base, Complex) and base.name is not None and base not in self._filled:
            self._fill(base, *self._places["complexType", base.name])
        shell.base = base
        inherited = base.attributes if isinstance(base, Complex) else ()
        if isinstance(base, Complex) and method == "extension":
            shell.any_attribute = base.any_attribute
        shell.attributes = self._attributes(shell, step, schema, inherited)
        if simple:
            text = base.text if isinstance(base, Complex) else base
            if text is None:
                raise ContractError("xs:simpleContent", schema.file, line_of(step), "its base has no text")
            shell.text = self._simples.narrowed(text, step, schema) if method == "restriction" else text
            return
        own = self._content(step, schema)
        before = base.content if isinstance(base, Complex) and method == "extension" else None
        if isinstance(base, Complex) and base.text is not None:
            raise ContractError("xs:complexContent", schema.file, line_of(step), "its base has text")
        shell.content = Group("sequence", 1, 1, (before, own)) if before and own else before or own

    def _content(self, node: etree._Element, schema: Schema) -> Group | None:
        for child in node:
            part = self._part(child, schema)
            if isinstance(part, Group):
                return part
            if part is not None:
                return Group("sequence", 1, 1, (part,))
        return None

    def _part(self, node: etree._Element, schema: Schema) -> "Part | None":
        kind = local(node.tag) if isinstance(node.tag, str) else ""
        if kind not in ("element", "any", "group", "sequence", "choice", "all"):
            return None
        lower, upper = content.occurs(node, schema)
        if upper == 0:
            return None
        if kind == "element":
            return self._local(node, schema, lower, upper)
        if kind == "any":
            return content.wildcard(node, schema)
        if kind == "group":
            return self._named_group(node, schema, lower, upper)
        parts = [part for child in node if (part := self._part(child, schema)) is not None]
        return content.simplified(Group(_kind(kind), lower, upper, tuple(parts)))

    def _named_group(self, node: etree._Element, schema: Schema, lower: int, upper: int | None) -> "Part | None":
        definition, owner = self._place("group", schema.resolve(node, node.get("ref", "")), node, schema)
        inner = self._content(definition, owner)
        if inner is None:
            return None
        if (lower, upper) == (1, 1):
            return inner
        return content.simplified(Group("sequence", lower, upper, (inner,)))

    def _local(self, node: etree._Element, schema: Schema, lower: int, upper: int | None) -> "Part | None":
        written = node.get("ref")
        if written is None:
            form = node.get("form", schema.node.get("elementFormDefault", "unqualified"))
            qname = clark(schema.namespace if form == "qualified" else "", node.get("name", ""))
            return self._declare(node, schema, qname, lower, upper)
        qname = schema.resolve(node, written)
        self._place("element", qname, node, schema)
        options = list(self._substitutes(qname))
        if len(options) == 1:
            return self._declare(*self._places["element", options[0]], options[0], lower, upper)
        parts = tuple(self._declare(*self._places["element", option], option, 1, 1) for option in options)
        return Group("choice", lower, upper, parts)

    def _substitutes(self, head: str) -> Iterator[str]:
        node, schema = self._places["element", head]
        if node.get("abstract", "").strip() not in ("true", "1"):
            yield head
        if "substitution" not in node.get("block", schema.node.get("blockDefault", "")):
            for member in self._members.get(head, ()):
                yield from self._substitutes(member)

    def _attributes(
        self, shell: Complex, node: etree._Element, schema: Schema, inherited: tuple[Attribute, ...]
    ) -> tuple[Attribute, ...]:
        found = {attribute.qname: attribute for attribute in inherited}
        for qname, attribute in self._written_attributes(node, schema):
            found.pop(qname, None)
            if attribute is not None:
                found[qname] = attribute
        for wildcard in self._any_attributes(node, schema):
            if shell.any_attribute is not None:
                raise ContractError("xs:anyAttribute", wildcard.file, wildcard.line, "a second one in one type")
            for attribute in self._declared(wildcard):
                found.setdefault(attribute.qname, attribute)
            shell.any_attribute = wildcard
        return tuple(found.values())

    def _any_attributes(self, node: etree._Element, schema: Schema) -> Iterator[Wildcard]:
        for child in node.iterchildren(f"{{{XS}}}anyAttribute"):
            yield content.wildcard(child, schema)
        for child in node.iterchildren(f"{{{XS}}}attributeGroup"):
            qname = schema.resolve(child, child.get("ref", ""))
            yield from self._any_attributes(*self._place("attributeGroup", qname, child, schema))

    def _declared(self, wildcard: Wildcard) -> Iterator[Attribute]:
        """The attributes of the contract itself that a wildcard takes; they keep their types, unless it says skip."""
        for (kind, qname), (node, schema) in self._places.items():
            if kind == "attribute" and wildcard.process != "skip" and content.allows(wildcard, qname):
                yield replace(self._simples.attribute(node, schema), key=f"@{qname}", default=None)

    def _written_attributes(self, node: etree._Element, schema: Schema) -> Iterator[tuple[str, Attribute | None]]:
        for child in node.iterchildren(f"{{{XS}}}attribute", f"{{{XS}}}attributeGroup"):
            if child.tag == f"{{{XS}}}attribute":
                attribute = self._simples.attribute(child, schema)
                yield attribute.qname, None if child.get("use") == "prohibited" else attribute
            else:
                qname = schema.resolve(child, child.get("ref", ""))
                yield from self._written_attributes(*self._place("attributeGroup", qname, child, schema))

    def _place(self, kind: str, qname: str, node: etree._Element, schema: Schema) -> tuple[etree._Element, Schema]:
        if (kind, qname) not in self._places:
            raise ContractError(f"xs:{kind}", schema.file, line_of(node), f"{qname} is not defined")
        return self._places[kind, qname]


def _kind(name: str) -> "content.Kind":
    return "choice" if name == "choice" else "all" if name == "all" else "sequence"


def _blocked(node: etree._Element, schema: Schema) -> frozenset[str]:
    written = node.get("block", schema.node.get("blockDefault", "")).split()
    return _DERIVATIONS if "#all" in written else _DERIVATIONS & frozenset(written)
