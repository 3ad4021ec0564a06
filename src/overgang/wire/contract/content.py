"""Model groups: occurrences, simplification, and what a list of child names lacks."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from lxml import etree

from overgang.wire.contract.mistakes import ContractError
from overgang.wire.contract.model import Complex, Element, Group, Part, Wildcard
from overgang.wire.contract.names import split
from overgang.wire.contract.schemas import Schema
from overgang.wire.contract.sources import line_of

Kind: TypeAlias = Literal["sequence", "choice", "all"]


def occurs(node: etree._Element, schema: Schema) -> tuple[int, int | None]:
    """minOccurs and maxOccurs (None: unbounded)."""
    most = node.get("maxOccurs", "1").strip()
    try:
        return int(node.get("minOccurs", "1")), None if most == "unbounded" else int(most)
    except ValueError:
        raise ContractError("minOccurs/maxOccurs", schema.file, line_of(node), "is not a number") from None


def wildcard(node: etree._Element, schema: Schema) -> Wildcard:
    """An xs:any or xs:anyAttribute."""
    spaces, process = node.get("namespace", "##any"), node.get("processContents", "strict")
    return Wildcard(*occurs(node, schema), spaces, schema.namespace, process, schema.file, line_of(node))


def simplified(group: Group) -> Group:
    """A repeated group of one element that occurs once becomes that element, repeated: its value is a plain list."""
    if group.upper == 1 or len(group.parts) != 1:
        return group
    inner = group.parts[0]
    if isinstance(inner, Element) and inner.upper == 1:
        inner.lower, inner.upper = inner.lower * group.lower, group.upper
        return Group(group.kind, 1, 1, (inner,))
    if isinstance(inner, Group) and inner.lower == inner.upper == 1:
        return simplified(replace(group, kind=inner.kind, parts=inner.parts))
    return group


def refuse_twins(shell: Complex) -> None:
    """One local name in two namespaces would be one key for two things."""
    seen: dict[str, str] = {}
    for element in shell.elements():
        if seen.setdefault(element.name, element.qname) != element.qname:
            raise ContractError(
                f"element {element.name}", element.file, element.line, "stands in one type in two namespaces"
            )
    keys: dict[str, str] = {}
    for attribute in shell.attributes:
        if keys.setdefault(attribute.key, attribute.qname) != attribute.qname:
            raise ContractError(
                f"attribute {attribute.key}", attribute.file, attribute.line, "stands in one type in two namespaces"
            )
    free = shell.any_attribute
    if (
        free is not None
        and allows(free, "a")
        and any(
            f"@{attribute.qname}" != attribute.key
            for attribute in shell.attributes
            if not attribute.key.startswith("@{")
        )
    ):
        raise ContractError(
            "xs:anyAttribute", free.file, free.line, "beside a qualified attribute it has to be ##other"
        )


@dataclass(slots=True)
class Match:
    """How far a list of child names fits a model; `place` is the first that does not (its length: the end).

    `expected` are the names (local, or "any other element") that could have come there.
    """

    complete: bool
    place: int
    expected: list[str]


@dataclass(slots=True)
class _Run:
    qnames: list[str]
    place: int = 0
    expected: list[str] = field(default_factory=list)

    def want(self, at: int, name: str) -> None:
        if at > self.place:
            self.place, self.expected = at, []
        if at == self.place and name not in self.expected:
            self.expected.append(name)


def match(content: Group | None, qnames: list[str]) -> Match:
    """Whether these children, in this order, are what the model allows."""
    run = _Run(qnames)
    ends = {0} if content is None else _ends(content, {0}, run)
    if len(qnames) in ends:
        return Match(True, len(qnames), [])
    furthest = max([run.place, *ends])
    return Match(False, furthest, run.expected if furthest == run.place else [])


def allows(wildcard: Wildcard, qname: str) -> bool:
    """Whether xs:any takes an element, or xs:anyAttribute an attribute, of this name."""
    namespace = split(qname)[0]
    if wildcard.namespaces == "##any":
        return True
    if wildcard.namespaces == "##other":
        return namespace not in ("", wildcard.target)
    named = {"##targetNamespace": wildcard.target, "##local": ""}
    return namespace in [named.get(one, one) for one in wildcard.namespaces.split()]


def _ends(part: Part, starts: set[int], run: _Run) -> set[int]:
    """The places where the part, with its occurrences, may end when it begins at one of `starts`."""
    if isinstance(part, Group) and part.kind == "all":
        return starts | _all(part, starts, run) if part.lower == 0 else _all(part, starts, run)
    done = set(starts) if part.lower == 0 else set()
    current, count = set(starts), 0
    seen: set[int] = set()
    while current and (part.upper is None or count < part.upper):
        count += 1
        current = _once(part, current, run)
        if count >= part.lower:
            current -= seen
            seen |= current
            done |= current
        elif isinstance(part, Group) and count > len(run.qnames):
            return done | current
    return done


def _once(part: Part, starts: set[int], run: _Run) -> set[int]:
    if isinstance(part, Group):
        if part.kind == "choice":
            return {end for option in part.parts for end in _ends(option, starts, run)} if part.parts else set()
        for step in part.parts:
            starts = _ends(step, starts, run)
        return starts
    ends = set()
    for at in starts:
        qname = run.qnames[at] if at < len(run.qnames) else None
        if isinstance(part, Element):
            run.want(at, part.name)
            if qname == part.qname:
                ends.add(at + 1)
        elif qname is not None and allows(part, qname):
            ends.add(at + 1)
        else:
            run.want(at, "any other element")
    return ends


def _all(group: Group, starts: set[int], run: _Run) -> set[int]:
    ends = set()
    for start in starts:
        at = start
        left = [part for part in group.parts if isinstance(part, Element)]
        while at < len(run.qnames):
            taken = next((part for part in left if part.qname == run.qnames[at]), None)
            if taken is None:
                break
            left.remove(taken)
            at += 1
        for part in left:
            run.want(at, part.name)
        if all(part.lower == 0 for part in left):
            ends.add(at)
    return ends
