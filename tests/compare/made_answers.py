"""Answers made from a contract by a seeded generator: elements with texts in one plain form."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from overgang.wire.contract import Attribute, Complex, Contract, Element, Group, Simple, Wildcard

WORDS = ("Ferie", "aftalt på mødet", "Æble & pære", "a < b", "to  blanke", "Ø", "x]]>y", "100 %", 'O\'Hara "jr"')
ANY = '<f:free xmlns:f="urn:free" a="1"><f:inner>æ &amp; ø</f:inner></f:free>'


@dataclass(slots=True)
class Made:
    """An element as it was made; a text among `children` is a piece of XML for xs:any."""

    element: Element
    own: Complex | Simple
    stand_in: str | None = None
    nil: bool = False
    attributes: dict[str, tuple[Attribute, str]] = field(default_factory=dict)
    text: str | None = None
    children: list["Made | str"] = field(default_factory=list)

    def inner(self) -> Iterator["Made"]:
        return (child for child in self.children if isinstance(child, Made))


def make(element: Element, random: Random, depth: int = 0) -> Made:
    """One occurrence of an element."""
    made = Made(element, element.type)
    stand_ins = sorted(element.stand_ins().items())
    if isinstance(element.type, Complex) and stand_ins and (element.type.abstract or random.random() < 0.5):
        made.stand_in, made.own = random.choice(stand_ins)
    if isinstance(made.own, Complex):
        for one in made.own.attributes:
            if one.required or random.random() < 0.5:
                made.attributes[one.qname] = one, one.fixed or text(one.type, random)
    if element.nillable and random.random() < 0.2:
        made.nil = True
    elif isinstance(made.own, Simple):
        made.text = element.fixed or text(made.own, random)
    elif made.own.text is not None:
        made.text = text(made.own.text, random)
    elif made.own.content is not None:
        _fill(made, made.own.content, random, depth + 1)
    return made


def _fill(made: Made, part: Element | Group | Wildcard, random: Random, depth: int) -> None:
    most = part.lower + 3 if part.upper is None else min(part.upper, part.lower + 3)
    count = part.lower if depth > 4 else random.randint(part.lower, most)
    if depth <= 4 and part.lower == 0 and most and random.random() < 0.6:
        count = max(count, 1)
    for _ in range(count):
        if isinstance(part, Wildcard):
            made.children.append(ANY)
        elif isinstance(part, Element):
            made.children.append(make(part, random, depth))
        else:
            for inner in [random.choice(part.parts)] if part.kind == "choice" and part.parts else part.parts:
                _fill(made, inner, random, depth)


def text(kind: Simple, random: Random) -> str:
    """A text of a simple type; patterns and lengths do not matter to comparing, but keys must be unique."""
    if kind.facets.enumeration is not None:
        return random.choice(kind.facets.enumeration)
    if kind.variety == "list" and kind.item is not None:
        return " ".join(text(kind.item, random) for _ in range(random.randint(0, 3)))
    if kind.variety == "union":
        return text(random.choice(kind.members), random)
    if any("0-9a-fA-F" in one for step in kind.facets.patterns for one in step):
        return f"{random.getrandbits(32):08x}-0000-4000-8000-{random.getrandbits(48):012x}"
    return PLAIN.get(kind.builtin, _word)(random)


def _word(random: Random) -> str:
    return "".join(random.choice("abcdefghæøå") for _ in range(random.randint(1, 8)))


def _string(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randint(0, 3)))


def _whole(random: Random) -> str:
    return str(random.randint(0, 99))


def _number(random: Random) -> str:
    return f"{random.randint(-99, 99)}.{random.randint(0, 99):02}"


def _day(random: Random) -> str:
    return f"{random.randint(1900, 2100)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _clock(random: Random) -> str:
    fraction = random.choice(("", ".5", ".123", ".1234567"))
    whole = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
    return random.choice(("00:00:00", whole + fraction))


def _zone(random: Random) -> str:
    return random.choice(("", "Z", "+01:00", "+02:00", "-05:30"))


WHOLE_NUMBERS = (
    "integer",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
)
PLAIN: dict[str, Callable[[Random], str]] = {
    "string": _string,
    "token": lambda random: " ".join(_string(random).split()),
    "normalizedString": _string,
    "anySimpleType": _string,
    "boolean": lambda random: random.choice(("true", "false")),
    "decimal": _number,
    "float": _number,
    "double": lambda random: random.choice(("INF", "-INF", "NaN", _number(random))),
    "dateTime": lambda random: f"{_day(random)}T{_clock(random)}{_zone(random)}",
    "date": lambda random: _day(random) + _zone(random),
    "time": lambda random: _clock(random) + _zone(random),
    "duration": lambda random: f"P{random.randint(0, 9)}Y{random.randint(1, 9)}MT{random.randint(0, 90)}M",
    "gYear": lambda random: str(random.randint(1900, 2100)) + _zone(random),
    "gYearMonth": lambda random: _day(random)[:7] + _zone(random),
    "gMonthDay": lambda random: f"-{_day(random)[4:]}" + _zone(random),
    "gMonth": lambda random: f"-{_day(random)[4:7]}" + _zone(random),
    "gDay": lambda random: f"--{_day(random)[7:]}" + _zone(random),
    "base64Binary": lambda random: base64.b64encode(random.randbytes(random.randint(0, 20))).decode(),
    "hexBinary": lambda random: random.randbytes(random.randint(0, 9)).hex(),
    "QName": lambda random: random.choice(("{urn:q}local", "{urn:r}other")),
    **dict.fromkeys(WHOLE_NUMBERS, _whole),
    "positiveInteger": lambda random: str(random.randint(1, 99)),
    "nonPositiveInteger": lambda random: str(-random.randint(0, 99)),
    "negativeInteger": lambda random: str(-random.randint(1, 99)),
}


def outputs(contract: Contract) -> Iterator[tuple[str, Element]]:
    for operation in contract.operations.values():
        if operation.output is not None and operation.output.body is not None:
            yield operation.name, operation.output.body
