"""Writing the children of an element: the plain sequence quickly, choices and repeated groups with care."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from lxml import etree

from overgang.wire.contract.content import allows, match
from overgang.wire.contract.decode import canonical
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Element, Group, Part, Wildcard, elements_of, emptiable, wildcards_of
from overgang.wire.contract.sources import has_doctype, parser

Put: TypeAlias = Callable[[Any, list[str]], None]  # writes one element from its value
Content: TypeAlias = Callable[[Any], str]  # a simple value to escaped character data


class Leaf(NamedTuple):
    """An element that is only text: a sequence writes it without a further call."""

    start: str
    content: Content
    end: str


Compile: TypeAlias = Callable[[Element], Put | Leaf]
Body: TypeAlias = "Callable[[Mapping[str, Any], list[str]], int]"  # writes children; how many keys it used
_ABSENT: Final = object()


def body(content: Group, element: Compile) -> Body:
    """The children of a type whose content is a dict by name."""
    return _group(content, element)


def _group(group: Group, element: Compile) -> Body:
    if group.kind == "choice":
        return _choice(group, element)
    whole = _sequence(group, element)
    if group.lower > 0 or all(emptiable(part) for part in group.parts):
        return whole
    keys = _keys(group)

    def optional(value: Mapping[str, Any], out: list[str]) -> int:
        return whole(value, out) if any(key in value for key in keys) else 0

    return optional


def _sequence(group: Group, element: Compile) -> Body:
    if all(isinstance(part, Element) for part in group.parts):
        return _elements([(part, element(part)) for part in group.parts if isinstance(part, Element)])
    steps = [_step(part, element) for part in group.parts]

    def write(value: Mapping[str, Any], out: list[str]) -> int:
        found = 0
        for step in steps:
            found += step(value, out)
        return found

    return write


def _step(part: Part, element: Compile) -> Body:
    if isinstance(part, Element):
        return _elements([(part, element(part))])
    return _wildcard(part) if isinstance(part, Wildcard) else _group(part, element)


def put_of(made: Put | Leaf) -> Put:
    """The function that writes an element, whichever way it was compiled."""
    if not isinstance(made, Leaf):
        return made
    start, content, end = made
    return lambda value, out: out.append(f"{start}{content(value)}{end}")


def _slot(part: Element, made: Put | Leaf) -> tuple[str, bool, Put | None, str, Any, str]:
    if isinstance(made, Leaf) and not part.many:
        return part.name, part.lower > 0, None, *made
    put = put_of(made)
    return part.name, part.lower > 0, _many(part, put) if part.many else put, "", None, ""


def _elements(parts: list[tuple[Element, Put | Leaf]]) -> Body:
    slots = [_slot(part, made) for part, made in parts]

    def write(value: Mapping[str, Any], out: list[str]) -> int:
        found = 0
        get, append = value.get, out.append
        name = ""
        try:
            for name, required, put, start, content, end in slots:
                item = get(name, _ABSENT)
                if item is _ABSENT:
                    if required:
                        raise Misfit(f"element {name}")
                    continue
                found += 1
                if put is None:
                    append(f"{start}{content(item)}{end}")
                else:
                    put(item, out)
        except Misfit as misfit:
            misfit.names.append(name)
            raise
        return found

    return write


def _many(part: Element, put: Put) -> Put:
    lower, upper = part.lower, part.upper

    def put_all(value: Any, out: list[str]) -> None:
        if not isinstance(value, list):
            raise Misfit("a list")
        if len(value) < lower:
            raise Misfit(f"at least {lower} of them")
        if upper is not None and len(value) > upper:
            raise Misfit(f"at most {upper} of them")
        for item in value:
            put(item, out)

    return put_all


def _choice(group: Group, element: Compile) -> Body:
    options = [(_keys(part), _step(part, element)) for part in group.parts]
    names = " or ".join(name for keys, _ in options for name in sorted(keys))
    may_be_empty = emptiable(group)

    def write(value: Mapping[str, Any], out: list[str]) -> int:
        chosen = [(keys, option) for keys, option in options if any(key in value for key in keys)]
        if len(chosen) == 1:
            return chosen[0][1](value, out)
        if chosen:
            raise Misfit(f"only one of {names}")
        if not may_be_empty:
            raise Misfit(f"one of the elements {names}")
        return 0

    return write


def _keys(part: Part) -> frozenset[str]:
    names = {element.name for element in elements_of(part)}
    return frozenset(names | ({"#any"} if any(wildcards_of(part)) else set()))


def _wildcard(part: Wildcard) -> Body:
    def write(value: Mapping[str, Any], out: list[str]) -> int:
        items = value.get("#any", ())
        if not isinstance(items, (list, tuple)) or len(items) < part.lower:
            raise Misfit(f"a list of at least {part.lower} elements", "#any")
        if part.upper is not None and len(items) > part.upper:
            raise Misfit(f"at most {part.upper} of them", "#any")
        out.extend(_foreign(item, [part])[1] for item in items)
        return 1 if "#any" in value else 0

    return write


def _foreign(item: Any, wildcards: list[Wildcard]) -> tuple[str, str]:
    """The name and the text of an element for xs:any. Raises Misfit."""
    if not isinstance(item, str):
        raise Misfit("the text of an element", "#any")
    try:
        node = etree.fromstring(item.encode(), parser())
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        raise Misfit("the text of an element", "#any") from None
    if has_doctype(node) or not any(allows(one, node.tag) for one in wildcards):
        raise Misfit("an element that may stand here", "#any")
    return node.tag, canonical(node)


def items_body(content: Group, element: Compile) -> Body:
    """The children of a type whose content is the list "#items"."""
    slots: dict[str, tuple[str, Put]] = {}
    for part in elements_of(content):
        slots.setdefault(part.name, (part.qname, put_of(element(part))))
    wildcards = list(wildcards_of(content))

    def write(value: Mapping[str, Any], out: list[str]) -> int:
        items = value.get("#items")
        if not isinstance(items, list):
            raise Misfit("a list", "#items")
        qnames = [_item(item, slots, wildcards, out) for item in items]
        found = match(content, qnames)
        if not found.complete:
            wanted = " or ".join(found.expected) or "no further element"
            raise Misfit(f"{wanted} as number {found.place + 1}", "#items")
        return 1

    return write


def _item(item: Any, slots: Mapping[str, tuple[str, Put]], wildcards: list[Wildcard], out: list[str]) -> str:
    if not isinstance(item, dict) or len(item) != 1:
        raise Misfit("dicts of one key", "#items")
    [(name, value)] = item.items()
    if name == "#any":
        qname, text = _foreign(value, wildcards)
        out.append(text)
        return qname
    if name not in slots:
        raise Misfit("no such element here", name)
    qname, put = slots[name]
    try:
        put(value, out)
    except Misfit as misfit:
        misfit.names.append(name)
        raise
    return qname
