"""The walk through two answers at once: what differs, and where."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from overgang.core.compare.fingerprints import (
    NotOfType,
    attribute_names,
    attribute_shape,
    leaf_text,
    text_of,
    text_value,
    type_of,
)
from overgang.core.compare.lists import Alignment, align
from overgang.core.compare.nodes import BLANKS, Node, elements, is_empty, is_nil, local, own_text, told
from overgang.core.compare.shapes import FREE, TREE, Content, Shape, Text, unknown
from overgang.core.compare.values import Difference, Kind

Step: TypeAlias = tuple[Any, str, int]  # where one is: the Step above or None, name, position in its list (0: none)
ROOT: Final = "/Body"  # the place of the answer's own element; what is in it is named from there
MOST: Final = 2_000  # differences that are told
LONGEST: Final = 2_000  # characters of a value that are told
_MOVES: Final = 30  # positions that are told of a list in another order


class _TooMany(Exception):
    """No more differences are told."""


def differences(old: Node, new: Node, shape: Shape, at: Step | None = None) -> list[Difference]:
    """What differs between two elements of one shape; `at` is their place, None for the answer's own element.

    After 2,000 differences no more are looked for, and one with the cause "more" says so.
    """
    walk = Walk()
    return walk.told(lambda: walk.element(old, new, shape, at))


def children_differences(old: Node, new: Node, content: Content, at: Step) -> list[Difference]:
    """What differs between the contents of two elements, their attributes left out; as `differences`."""
    walk = Walk()
    return walk.told(lambda: walk.children(old, new, content, at))


def path_of(at: Step | None) -> tuple[str, str]:
    """The path, with positions, and the place, without."""
    if at is None:
        return ROOT, ROOT
    above, name, position = at
    path, place = ("", "") if above is None else tuple(f"{text}/" for text in path_of(above))
    return f"{path}{name}[{position}]" if position else f"{path}{name}", f"{place}{name}"


@dataclass(slots=True)
class Walk:
    """Collects differences in `found`, in document order of the old answer."""

    found: list[Difference] = field(default_factory=list)

    def told(self, walk: Callable[[], None]) -> list[Difference]:
        """What a walk finds, up to the most that is told."""
        with suppress(_TooMany):
            walk()
        if len(self.found) > MOST:
            self.found[MOST:] = [Difference(Kind.CHANGED, ROOT, ROOT, cause="more")]
        return self.found

    def element(self, old: Node, new: Node, shape: Shape, at: Step | None) -> None:
        content = shape.content
        if old.keys() or new.keys():
            said, also = type_of(old, shape), type_of(new, shape)
            if said != also:
                self._tell(Kind.TYPE, at, local(said or ""), local(also or ""), "", "type")
            elif said is not None:
                content = shape.stand_ins.get(said, content)
            self._attributes(old, new, content, at)
            if is_nil(old) or is_nil(new):
                self._nil(old, new, at)
                return
        before, after = leaf_text(old, content), leaf_text(new, content)
        if before is not None and after is not None:
            self._text(text_of(old, shape), text_of(new, shape), before, at, old, new)
        else:
            self.children(old, new, content, at)

    def _nil(self, old: Node, new: Node, at: Step | None) -> None:
        if is_nil(old) and is_nil(new):
            return
        other = new if is_nil(old) else old
        self._tell(Kind.NIL, at, told(old), told(new), "", "empty" if is_empty(other) else "nil")

    def _attributes(self, old: Node, new: Node, content: Content, at: Step | None) -> None:
        for name in sorted(attribute_names(old) | attribute_names(new)):
            known = attribute_shape(name, content)
            before, after = (known.default if text is None else text for text in (old.get(name), new.get(name)))
            here = (at, f"@{known.name}", 0)
            if before is None or after is None:
                kind = Kind.EXTRA if before is None else Kind.MISSING
                self._tell(kind, here, before, after, known.text.type, "absent")
            else:
                self._text(before, after, known.text, here, old, new)

    def _text(self, before: str, after: str, text: Text, at: Step | None, old: Node, new: Node) -> None:
        if before == after and not text.by_node:
            return
        one, other = text_value(text, before, old), text_value(text, after, new)
        if one == other:
            return
        if (text.normal(before) == "") != (text.normal(after) == "") and before.strip(BLANKS) != after.strip(BLANKS):
            self._tell(Kind.EMPTY, at, before, after, text.type, "empty")
            return
        wrong = isinstance(one, NotOfType), isinstance(other, NotOfType)
        if wrong == (False, False):
            self._tell(Kind.CHANGED, at, before, after, text.type, text.cause(before, after))
        elif wrong == (True, True):
            self._tell(Kind.CHANGED, at, before, after, text.type, FREE.cause(before, after))
        else:
            self._tell(Kind.TYPE, at, before, after, text.type, "not-of-type")

    def children(self, old: Node, new: Node, content: Content, at: Step | None) -> None:
        """The child elements, and text beside them."""
        olds, news = list(old), list(new)
        tags = [child.tag for child in olds]
        if tags == [child.tag for child in news] and len(set(tags)) == len(tags):
            known = content.children
            for one, other, tag in zip(olds, news, tags, strict=True):
                shape = known.get(tag)
                if shape is not None:
                    self._single(one, other, shape, at)
                elif isinstance(tag, str):
                    self.element(one, other, unknown(local(tag)), (at, local(tag), 0))
        else:
            self._grouped(elements(old), elements(new), content, at)
        loose = own_text(old), own_text(new)
        if loose[0] != loose[1]:
            self._tell(Kind.CHANGED, at, *loose, "", FREE.cause(*loose))

    def _single(self, one: Node, other: Node, shape: Shape, at: Step | None) -> None:
        text = shape.content.text
        if text is not None and not (len(one) or len(other) or one.keys() or other.keys()):  # as most are
            before, after = one.text or shape.default or "", other.text or shape.default or ""
            if before == after and not text.by_node:
                return
            if not shape.many:
                self._text(before, after, text, (at, shape.name, 0), one, other)
                return
        if shape.many:
            self._list([one], [other], shape, at)
        else:
            self.element(one, other, shape, (at, shape.name, 0))

    def _grouped(self, olds: list[Node], news: list[Node], content: Content, at: Step | None) -> None:
        before, after = _groups(olds), _groups(news)
        renamed = {local(tag) for tag in before.keys() - after.keys()} & {
            local(tag) for tag in after.keys() - before.keys()
        }
        for tag in dict.fromkeys((*before, *after)):
            shape = content.children.get(tag) or unknown(local(tag))
            some, others = before.get(tag, []), after.get(tag, [])
            if local(tag) in renamed:
                self._one_sided(some, others, shape, at, "namespace")
            elif shape.many and (shape.content is not TREE or len(some) > 1 or len(others) > 1):
                self._list(some, others, shape, at)
            else:
                self._repeatable(some, others, shape, at)
        if not content.unordered:
            self._order([node.tag for node in olds], [node.tag for node in news], at)

    def _repeatable(self, olds: list[Node], news: list[Node], shape: Shape, at: Step | None) -> None:
        """An element that the contract has once; what is there more often is paired by its place."""
        for one, other in zip(olds, news, strict=False):
            self.element(one, other, shape, (at, shape.name, 0))
        common = min(len(olds), len(news))
        self._one_sided(olds[common:], news[common:], shape, at, "repeated" if common else "")

    def _one_sided(self, olds: list[Node], news: list[Node], shape: Shape, at: Step | None, cause: str) -> None:
        here = (at, shape.name, 0)
        for node in olds:
            self._lone(Kind.MISSING, node, here, shape, cause)
        for node in news:
            self._lone(Kind.EXTRA, node, here, shape, cause)

    def _lone(self, kind: Kind, node: Node, at: Step, shape: Shape, cause: str) -> None:
        """An element that one side lacks; one that is nil or empty there is told as such."""
        old, new = (told(node), None) if kind is Kind.MISSING else (None, told(node))
        if cause:
            self._tell(kind, at, old, new, _type(shape), cause)
        elif is_nil(node):
            self._tell(Kind.NIL, at, old, new, "", "absent")
        else:
            self._tell(kind, at, old, new, _type(shape), "empty" if is_empty(node) else "absent")

    def _order(self, before: list[str], after: list[str], at: Step | None) -> None:
        if before == after:
            return
        shared = set(before) & set(after)
        first, second = [tag for tag in before if tag in shared], [tag for tag in after if tag in shared]
        if Counter(first) != Counter(second):
            first, second = list(dict.fromkeys(first)), list(dict.fromkeys(second))
        if first != second:
            self._tell(Kind.ORDER, at, " ".join(map(local, first)), " ".join(map(local, second)), "", "order")

    def _list(self, olds: list[Node], news: list[Node], shape: Shape, at: Step | None) -> None:
        tried: dict[tuple[int, int], list[Difference]] = {}  # so that nested lists are not walked again and again

        def found_in(old: int, new: int) -> list[Difference]:
            if (old, new) not in tried:
                tried[old, new] = differences(olds[old], news[new], shape, (at, shape.name, old + 1))
            return tried[old, new]

        aligned = align(olds, news, shape, lambda old, new: not found_in(old, new))
        self._whole_list(aligned, (at, shape.name, 0))
        for old, new in sorted((*aligned.keyed, *aligned.likely)):
            self._add(found_in(old, new))
        for place in sorted(aligned.gone):
            self._tell(Kind.MISSING, (at, shape.name, place + 1), told(olds[place]), None, _type(shape), "item")
        for place in sorted(aligned.come):
            self._tell(Kind.EXTRA, (at, shape.name, place + 1), None, told(news[place]), _type(shape), "item")

    def _whole_list(self, aligned: Alignment, at: Step) -> None:
        gone, come, pairs = len(aligned.gone), len(aligned.come), aligned.pairs
        if gone != come:
            self._tell(Kind.LENGTH, at, str(pairs + gone), str(pairs + come), "", "length")
        if aligned.moved:
            order = aligned.order
            self._tell(Kind.ORDER, at, _positions(sorted(order)), _positions(order), "", "order")

    def _tell(self, kind: Kind, at: Step | None, old: str | None, new: str | None, type_: str, cause: str) -> None:
        path, place = path_of(at)
        self._add([Difference(kind, path, place, _cut(old), _cut(new), type_, cause)])

    def _add(self, found: list[Difference]) -> None:
        self.found += found
        if len(self.found) > MOST:
            raise _TooMany


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _groups(nodes: list[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.tag, []).append(node)
    return found


def _type(shape: Shape) -> str:
    return shape.content.text.type if shape.content.text is not None else ""


def _positions(places: list[int]) -> str:
    text = " ".join(str(place + 1) for place in places[:_MOVES])
    return f"{text} …" if len(places) > _MOVES else text
