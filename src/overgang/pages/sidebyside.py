"""Two answers laid out in lines and aligned, with what is alike folded away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

from lxml import etree

from overgang.core.compare.values import Judged, Label, Reply
from overgang.core.errors import Fault
from overgang.wire import guard

LONGEST: Final = 3000  # lines of a side that are shown; more would take too long to align
CONTEXT: Final = 2  # equal lines that stay open around a change
_LIMITS: Final = guard.Limits(bytes=8 << 20, elements=200_000)
_SHADES: Final = {Label.UNEXPLAINED: 3, Label.EXPECTED: 2, Label.NOISE: 1}
_FAULT: Final = {"faultcode": "Code", "faultstring": "Reason", "faultactor": "Role", "detail": "Detail"}  # of SOAP 1.1
_INDENT: Final = "  "
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

Shade = Literal["", "unexplained", "expected", "noise", "form"]  # form: written otherwise, of the same value


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a laid-out answer; `path` is the element's, as a difference's place has it."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row: line number, and the text in three parts of which the middle one differs."""

    number: int
    before: str
    middle: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Two lines beside each other; None where a side has no such line."""

    old: Cell | None
    new: Cell | None
    shade: Shade = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are open, or folded because they are alike."""

    rows: tuple[Row, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """Both answers; `cut` when a side is longer than what is shown."""

    blocks: tuple[Block, ...]
    cut: bool


def beside(old: Reply, new: Reply, judged: Iterable[Judged]) -> Beside:
    """Lay out and align both answers; a line that differs has the worst explanation of the differences at it."""
    before, after = lines(old), lines(new)
    cut = len(before) > LONGEST or len(after) > LONGEST
    rows = list(_rows(before[:LONGEST], after[:LONGEST], _labels(judged)))
    return Beside(tuple(_blocks(rows)), cut)


def _labels(judged: Iterable[Judged]) -> dict[str, Label]:
    """The worst explanation at each place."""
    found: dict[str, Label] = {}
    for one in judged:
        place = "/".join(step for step in one.difference.place.split("/") if not step.startswith("@"))
        worst = found.get(place)
        if worst is None or _SHADES[one.label] > _SHADES[worst]:
            found[place] = one.label
    return found


def lines(reply: Reply) -> list[Line]:
    """A reply as lines: XML laid out, anything else as the text it is; a reply that did not come has none."""
    if not reply.body.strip():
        return []
    try:
        root = guard.parse(reply.body, _LIMITS)
    except Fault:
        return [Line(text) for text in reply.body.decode("utf-8", "replace").splitlines()]
    return list(_laid_out(root, 0, "/Body", _outside(root)))


def _outside(root: etree._Element) -> int:
    """How many levels stand around what a place names: Envelope, Body and the answer's own element, or that alone."""
    return 3 if etree.QName(root).localname == "Envelope" else 1


def _laid_out(node: etree._Element, level: int, path: str, outside: int, space: str = "") -> Iterator[Line]:
    """An element by its local name; a namespace is written where it changes, prefixes are not."""
    name = etree.QName(node)
    own = name.namespace or ""
    here = _place(path, name.localname, level, outside)
    start = f"{_INDENT * level}<{name.localname}{_attributes(node, own, space)}"
    children = [child for child in node if isinstance(child.tag, str)]
    text = "".join(str(part) for part in node.itertext(with_tail=False)) if not children else ""
    if children:
        yield Line(f"{start}>", here)
        for child in children:
            yield from _laid_out(child, level + 1, here, outside, own)
        yield Line(f"{_INDENT * level}</{name.localname}>", here)
    else:
        yield Line(f"{start}>{text}</{name.localname}>" if text else f"{start}/>", here)


def _place(above: str, name: str, level: int, outside: int) -> str:
    """An element's place as a difference has it: below the answer's own element by names, else by what it is in."""
    if level == 1 and outside == 3 and name == "Header":
        return "/Header"
    if level == 2 and outside == 3 and name == "Fault":
        return "/Fault"
    if above == "/Fault":
        return f"/Fault/{_FAULT.get(name, name)}"
    if level < outside and above != "/Header":
        return "/Body"
    return name if above == "/Body" else f"{above}/{name}"


def _attributes(node: etree._Element, own: str, space: str) -> str:
    said = {} if own == space else {"xmlns": own}
    said |= {_attribute(str(name)): str(value) for name, value in sorted(node.attrib.items())}
    return "".join(f' {name}="{value}"' for name, value in said.items())


def _attribute(name: str) -> str:
    return name.replace(f"{{{_XSI}}}", "xsi:") if name.startswith(f"{{{_XSI}}}") else etree.QName(name).localname


def _rows(old: Sequence[Line], new: Sequence[Line], labels: dict[str, Label]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in new], autojunk=False)
    for tag, start, end, start_new, end_new in matcher.get_opcodes():
        if tag == "equal":
            for number in range(end - start):
                yield _same(old[start + number], start + number + 1, start_new + number + 1)
        else:
            pairs = max(end - start, end_new - start_new)
            for number in range(pairs):
                one = old[start + number] if start + number < end else None
                other = new[start_new + number] if start_new + number < end_new else None
                yield _changed(one, start + number + 1, other, start_new + number + 1, labels)


def _same(line: Line, number: int, number_new: int) -> Row:
    return Row(Cell(number, line.text), Cell(number_new, line.text))


def _changed(old: Line | None, number: int, new: Line | None, number_new: int, labels: dict[str, Label]) -> Row:
    shade = _shade([line.path for line in (old, new) if line is not None], labels)
    if old is None or new is None:
        one = Cell(number, old.text) if old is not None else None
        other = Cell(number_new, new.text) if new is not None else None
        return Row(one, other, shade)
    head = _alike(old.text, new.text)
    tail = _alike(old.text[head:][::-1], new.text[head:][::-1])
    return Row(_cell(number, old.text, head, tail), _cell(number_new, new.text, head, tail), shade)


def _cell(number: int, text: str, head: int, tail: int) -> Cell:
    end = len(text) - tail
    return Cell(number, text[:head], text[head:end], text[end:])


def _alike(one: str, other: str) -> int:
    """How many signs two texts begin with alike."""
    differing = (number for number, (sign, its) in enumerate(zip(one, other, strict=False)) if sign != its)
    return next(differing, min(len(one), len(other)))


def _shade(paths: Iterable[str], labels: dict[str, Label]) -> Shade:
    """The worst explanation at these paths or above them: what lies in an item that one side lacks is explained too."""
    found = [labels[place] for path in paths for place in _upwards(path) if place in labels]
    return max(found, key=lambda label: _SHADES[label]).value if found else "form"


def _upwards(path: str) -> Iterator[str]:
    """A place and each place above it; the answer's own element is above all that is in it."""
    within = not path.startswith("/")
    while path:
        yield path
        path = path.rpartition("/")[0]
    if within:
        yield "/Body"


def _blocks(rows: Sequence[Row]) -> Iterator[Block]:
    """Differences with their context open, the rest folded."""
    for opened, numbers in groupby(range(len(rows)), _opened(rows).__getitem__):
        yield Block(tuple(rows[number] for number in numbers), not opened)


def _opened(rows: Sequence[Row]) -> list[bool]:
    """Which rows are open: those near a difference, and a row or two between such."""
    near = {
        number + offset
        for number, row in enumerate(rows)
        if row.shade not in ("", "form")
        for offset in range(-CONTEXT, CONTEXT + 1)
    }
    opened: list[bool] = []
    for closed, run in groupby(range(len(rows)), lambda number: number not in near):
        length = len(list(run))
        opened += [not closed or length <= CONTEXT] * length
    return opened
