"""Made answers written as envelopes, plainly or in another form of the same, and where their texts are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from xml.sax.saxutils import escape, quoteattr

from made_answers import Made
from same_forms import other_form

from overgang.core.compare.shapes import Shape
from overgang.core.compare.values import Reply
from overgang.wire.comparing.shapes import Shapes
from overgang.wire.contract import Attribute, Complex, Simple
from overgang.wire.contract.names import XSI, split

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(slots=True)
class Writer:
    """Writes elements; with `random` in a form of its own, else as plainly as can be."""

    random: Random | None = None
    used: int = 0

    def chance(self, share: float) -> bool:
        return self.random is not None and self.random.random() < share

    def envelope(self, made: Made, header: str = "") -> bytes:
        prefix = "s" if self.random is None else self.random.choice(("s", "SOAP-ENV", "x.1"))
        start = '<?xml version="1.0" encoding="utf-8"?>\n' if self.chance(0.5) else ""
        declared = f"xmlns:{prefix}={self.quoted(SOAP)}"
        body = self.element(made)
        parts = f"{self.space()}{header}<{prefix}:Body>{self.space()}{body}{self.space()}</{prefix}:Body>{self.space()}"
        mark = "\ufeff" if self.chance(0.1) else ""
        return f"{mark}{start}<{prefix}:Envelope {declared}>{parts}</{prefix}:Envelope>".encode()

    def element(self, made: Made) -> str:
        namespace, name = split(made.element.qname)
        names: dict[str, str] = {}
        tag = self.name(namespace, name, names, element=True)
        attributes = [self.attribute(one, given, names) for one, given in self.given(made)]
        attributes += self.xsi(made, names)
        content = self.content(made, names)
        declared = [f"{key}={self.quoted(uri)}" for key, uri in names.items()]
        words = [*declared, *attributes]
        if self.random is not None:
            self.random.shuffle(words)
        gap = "\n  " if self.chance(0.1) else " "
        head = gap.join([tag, *words])
        if not content and not self.chance(0.5):
            return f"<{head}/>"
        return f"<{head}>{content}</{tag}>"

    def given(self, made: Made) -> Iterator[tuple[Attribute, str]]:
        """Attributes as made; one that is its default may be left out or written."""
        own = made.own.attributes if isinstance(made.own, Complex) else ()
        for one in own:
            usual = one.default if one.default is not None else one.fixed
            here = made.attributes.get(one.qname)
            if here is None and usual is not None and self.chance(0.5):
                yield one, usual
            elif here is not None and not (here[1] == usual and not one.required and self.chance(0.5)):
                yield here

    def attribute(self, one: Attribute, given: str, names: dict[str, str]) -> str:
        namespace, name = split(one.qname)
        value = self.value(one.type, given, names)
        return f"{self.name(namespace, name, names)}={self.quoted(value)}"

    def xsi(self, made: Made, names: dict[str, str]) -> Iterator[str]:
        named = made.stand_in
        if named is None and isinstance(made.own, Complex) and made.own.name and self.chance(0.1):
            named = made.own.name
        if named is not None:
            yield f"{self.name(XSI, 'type', names)}={self.quoted(self.name(*split(named), names, qname=True))}"
        if made.nil:
            truth = "true" if not self.chance(0.5) else " 1 "
            yield f"{self.name(XSI, 'nil', names)}={self.quoted(truth)}"
        if self.chance(0.03):
            yield f"{self.name(XSI, 'schemaLocation', names)}={self.quoted('urn:a a.xsd')}"

    def content(self, made: Made, names: dict[str, str]) -> str:
        if made.nil:
            return ""
        kind = made.own if isinstance(made.own, Simple) else made.own.text
        if kind is not None:
            element = made.element
            usual = element.default if element.default is not None else element.fixed
            if usual is not None and made.text == usual and self.chance(0.5):
                return ""
            return self.text(self.value(kind, made.text or "", names))
        children = list(made.children)
        if isinstance(made.own, Complex) and made.own.content is not None and made.own.content.kind == "all":
            children = self.random.sample(children, len(children)) if self.random is not None else children
        parts = [child if isinstance(child, str) else self.element(child) for child in children]
        return self.space().join(["", *parts, ""]) if parts else ""

    def value(self, kind: Simple, given: str, names: dict[str, str]) -> str:
        if kind.variety == "atomic" and kind.builtin == "QName":
            return self.name(*split(given), names, qname=True)
        return given if self.random is None else other_form(kind, given, self.random)

    def name(
        self, namespace: str, name: str, names: dict[str, str], *, element: bool = False, qname: bool = False
    ) -> str:
        """A name with a prefix that is declared in `names`, or an element's in the default namespace."""
        if not namespace:
            if element:
                names["xmlns"] = ""
            return name
        if element and (self.random is None or self.chance(0.3)):
            names["xmlns"] = namespace
            return name
        if qname and names.get("xmlns") == namespace and self.chance(0.5):
            return name
        self.used += 1
        prefix = f"{'n' if self.random is None else self.random.choice(('n', 'ns-', 'å'))}{self.used}"
        names[f"xmlns:{prefix}"] = namespace
        return f"{prefix}:{name}"

    def quoted(self, value: str) -> str:
        made = quoteattr(value, {"\n": "&#10;", "\t": "&#9;"})
        if self.chance(0.3) and "'" not in value and made.startswith('"'):
            return f"'{made[1:-1]}'"
        return made

    def space(self) -> str:
        """Blanks and comments between elements."""
        if not self.chance(0.4) or self.random is None:
            return ""
        return self.random.choice(("\n", "  ", "\n<!-- between -->", "<?between them?>\t"))

    def text(self, given: str) -> str:
        """Character data: references, CDATA sections, comments and instructions within."""
        if self.random is None or not self.chance(0.5):
            return escape(given).replace("\r", "&#13;")
        return "".join(self.piece(given[start : start + 3]) for start in range(0, len(given), 3))

    def piece(self, given: str) -> str:
        assert self.random is not None
        match self.random.randint(0, 5):
            case 0:
                return "".join(f"&#{ord(one)};" for one in given)
            case 1:
                return "".join(f"&#x{ord(one):X};" for one in given)
            case 2 if "]" not in given and ">" not in given:
                return f"<![CDATA[{given}]]>"
            case 3:
                return f"{escape(given)}<!-- {self.random.randint(0, 9)} -->"
            case 4:
                return f"<?pause?>{escape(given)}"
        return escape(given)


def reply(body: bytes, status: int = 200, kind: str = "text/xml; charset=utf-8") -> Reply:
    return Reply(status, kind, body)


def plain(made: Made) -> Reply:
    return reply(Writer().envelope(made))


def varied(made: Made, random: Random) -> Reply:
    return reply(Writer(random).envelope(made))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text in a made answer, its path and place, and the answer with another text there."""

    made: Made
    kind: Simple
    path: str
    place: str


def leaves(made: Made) -> list[Leaf]:
    """Every element with text, as comparing names it."""
    return list(_leaves(made, Shapes().of(made.element), "", ""))


def _leaves(made: Made, shape: Shape, path: str, place: str) -> Iterator[Leaf]:
    kind = made.own if isinstance(made.own, Simple) else made.own.text
    if kind is not None and not made.nil:
        yield Leaf(made, kind, path or "/Body", place or "/Body")
    content = shape.stand_ins.get(made.stand_in, shape.content) if made.stand_in else shape.content
    counts: dict[str, int] = {}
    for child in made.inner():
        inner = content.children[child.element.qname]
        counts[child.element.qname] = counts.get(child.element.qname, 0) + 1
        step = f"{inner.name}[{counts[child.element.qname]}]" if inner.many else inner.name
        before = (f"{path}/", f"{place}/") if place else ("", "")
        yield from _leaves(child, inner, before[0] + step, before[1] + inner.name)


def with_text(made: Made, at: Made, text: str) -> Made:
    """A copy of an answer with another text in one of its elements."""
    if made is at:
        return replace(made, text=text)
    children = [with_text(child, at, text) if isinstance(child, Made) else child for child in made.children]
    return replace(made, children=children)
