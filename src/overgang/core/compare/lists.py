"""Which item of one list is which of the other: by key, else by content; the rest pairs with what is most like it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from overgang.core.compare.fingerprints import fingerprint, parts, text_value
from overgang.core.compare.nodes import Node, full_text
from overgang.core.compare.shapes import Shape

Alike = Callable[[int, int], bool]
_MOVED: Final = 50  # items at other places, from which on the others are looked for as well
_MOST: Final = 2_500  # pairs of leftover items that are weighed against each other


@dataclass(slots=True)
class Alignment:
    """Positions, from 0, of the old and the new item of each pair.

    `equal` pairs have no difference, `keyed` ones the same key, `likely` ones are a guess. `moved`: the pairs that are
    certain stand in another order.
    """

    equal: list[tuple[int, int]] = field(default_factory=list)
    keyed: list[tuple[int, int]] = field(default_factory=list)
    likely: list[tuple[int, int]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    come: list[int] = field(default_factory=list)

    @property
    def pairs(self) -> int:
        return len(self.equal) + len(self.keyed) + len(self.likely)

    @property
    def order(self) -> list[int]:
        """The old positions of the items that are certain, in the new order."""
        return [old for _, old in sorted((new, old) for old, new in (*self.equal, *self.keyed))]

    @property
    def moved(self) -> bool:
        return any(later < earlier for earlier, later in pairwise(self.order))


def align(olds: Sequence[Node], news: Sequence[Node], shape: Shape, alike: Alike) -> Alignment:
    """Pair the items of two lists; `alike` says of two positions whether the items have no difference."""
    return _Aligning(olds, news, shape, alike).run()


class _Aligning:
    def __init__(self, olds: Sequence[Node], news: Sequence[Node], shape: Shape, alike: Alike) -> None:
        self._olds, self._news, self._shape, self._alike = olds, news, shape, alike
        self._made = Alignment()

    def run(self) -> Alignment:
        before, after = self._keys(self._olds), self._keys(self._news)
        if before is None or after is None:
            self._by_content([*range(len(self._olds))], [*range(len(self._news))])
        elif before == after and len(set(before)) == len(before):
            self._made.keyed = [(place, place) for place in range(len(before))]
        else:
            self._by_key(before, after)
        return self._made

    def _keys(self, items: Sequence[Node]) -> list[Hashable] | None:
        """The values of all items' keys, None without one of them. Letters of a GUID are the same in either case."""
        name = self._shape.key
        shape = None if name is None else self._shape.content.children.get(name)
        text = None if shape is None else shape.content.text
        if text is None:
            return None
        found = [next(((child, full_text(child)) for child in item if child.tag == name), None) for item in items]
        if not all(found):
            return None
        values = [text_value(text, written, child) for child, written in filter(None, found)]
        return [value.casefold() if isinstance(value, str) else value for value in values]

    def _by_key(self, before: list[Hashable], after: list[Hashable]) -> None:
        """Items that share their key pair within it: the versions of one registration have the same one."""
        old_places, new_places = _places(before), _places(after)
        shared = [key for key in old_places if key in new_places]
        for key in shared:
            olds, news = old_places[key], new_places[key]
            if len(olds) == len(news) == 1:
                self._made.keyed.append((olds[0], news[0]))
            else:
                self._by_content(olds, news)
        gone = [place for key, places in old_places.items() if key not in new_places for place in places]
        come = [place for key, places in new_places.items() if key not in old_places for place in places]
        if shared:
            made = self._made
            made.gone, made.come = self._rekeyed([*made.gone, *gone], [*made.come, *come])
        else:  # keys that say nothing to the other side
            self._by_content(gone, come)

    def _rekeyed(self, gone: list[int], come: list[int]) -> tuple[list[int], list[int]]:
        """Pair the items that differ in nothing but their key."""
        key = self._shape.key
        waiting = defaultdict(list)
        for place in reversed(come):
            waiting[fingerprint(self._news[place], self._shape, key)].append(place)
        left = []
        for place in gone if come else ():
            if found := waiting.get(fingerprint(self._olds[place], self._shape, key)):
                self._made.likely.append((place, found.pop()))
            else:
                left.append(place)
        return (left if come else gone), sorted(place for places in waiting.values() for place in places)

    def _by_content(self, olds: list[int], news: list[int]) -> None:
        olds, news = self._same_places(olds, news) if len(olds) == len(news) else self._same_ends(olds, news)
        if olds and news:
            olds, news = self._likely(*self._same_prints(olds, news))
        self._made.gone += olds
        self._made.come += news

    def _same_places(self, olds: list[int], news: list[int]) -> tuple[list[int], list[int]]:
        """What is left of the items that are the same at the same place; in a shuffled list that is soon given up."""
        left: list[tuple[int, int]] = []
        for old, new in zip(olds, news, strict=True):
            if len(left) < _MOVED and self._alike(old, new):
                self._made.equal.append((old, new))
            else:
                left.append((old, new))
        return [old for old, _ in left], [new for _, new in left]

    def _same_ends(self, olds: list[int], news: list[int]) -> tuple[list[int], list[int]]:
        """What is left between the items that are the same from the beginning and from the end."""
        begin, shorter = 0, min(len(olds), len(news))
        while begin < shorter and self._alike(olds[begin], news[begin]):
            begin += 1
        end = 0
        while end < shorter - begin and self._alike(olds[-1 - end], news[-1 - end]):
            end += 1
        last = len(olds) - end, len(news) - end
        self._made.equal += [*zip(olds[:begin], news[:begin], strict=True)]
        self._made.equal += [*zip(olds[last[0] :], news[last[1] :], strict=True)]
        return olds[begin : last[0]], news[begin : last[1]]

    def _same_prints(self, olds: list[int], news: list[int]) -> tuple[list[int], list[int]]:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for place in reversed(news):
            waiting[fingerprint(self._news[place], self._shape)].append(place)
        left = []
        for place in olds:
            if found := waiting.get(fingerprint(self._olds[place], self._shape)):
                self._made.equal.append((place, found.pop()))
            else:
                left.append(place)
        return left, sorted(place for places in waiting.values() for place in places)

    def _likely(self, olds: list[int], news: list[int]) -> tuple[list[int], list[int]]:
        """Pair what has most in common, and of what has as much in common what stands nearest."""
        for old, new in self._ranked(olds, news):
            if old in olds and new in news:
                self._made.likely.append((old, new))
                olds.remove(old)
                news.remove(new)
        return olds, news

    def _ranked(self, olds: list[int], news: list[int]) -> list[tuple[int, int]]:
        if len(olds) * len(news) > _MOST:
            return [*zip(olds, news, strict=False)]
        content = self._shape.content
        before = {place: parts(self._olds[place], content) for place in olds}
        after = {place: parts(self._news[place], content) for place in news}
        ranked = [
            (-(before[old] & after[new]).total(), abs(rank - other), old, new)
            for rank, old in enumerate(olds)
            for other, new in enumerate(news)
        ]
        return [(old, new) for _, _, old, new in sorted(ranked)]


def _places(keys: list[Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        found[key].append(place)
    return dict(found)
