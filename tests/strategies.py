"""Values drawn from a contract: a hypothesis strategy for any Element, so that what is drawn is always writable."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from overgang.core.values import NIL, Dato, Tidspunkt
from overgang.wire.contract import Attribute, Complex, Element, Facets, Group, Simple, Wildcard
from overgang.wire.contract.builtins import BUILTINS
from overgang.wire.contract.facets import collapse
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.simple import Texts, texts_of

_DEEP = 4  # below this depth only what is required is drawn
_TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\t\n\r", exclude_characters="\ufffe\uffff"
    ),
    max_size=30,
)
_WORD = st.text("abcdefghijklmnopqrstuvwxyzæøåABC", min_size=1, max_size=12)
_DAY = st.one_of(st.dates(), st.sampled_from([date(1, 1, 1), date(2024, 2, 29), date(9999, 12, 31)])).map(
    lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}"
)
_CLOCK = st.times().map(lambda clock: clock.strftime("%H:%M:%S"))
_FRACTION = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=9).map(lambda digits: "." + digits))
_ZONE = st.sampled_from(["", "Z", "+02:00", "-05:30", "+13:59", "+14:00", "-14:00"])
_ANY = '<f:free xmlns:f="urn:free" a="1"><f:inner>æ &amp; ø</f:inner></f:free>'


def values(element: Element, depth: int = 0) -> SearchStrategy[Any]:
    """One occurrence of an element (not its list)."""
    plain = simple(element.type) if isinstance(element.type, Simple) else _complex(element, element.type, depth)
    if isinstance(element.type, Simple):
        fixed = element.fixed
        if fixed is not None:
            plain = st.just(texts_of(element.type).parse(fixed))
        elif element.default is not None:
            plain = plain.filter(lambda value: value not in ("", b"", []))
    if not element.nillable:
        return plain
    return st.one_of(st.just(NIL) if isinstance(element.type, Simple) else plain.map(_nil), plain)


def _nil(value: dict[str, Any]) -> Any:
    kept = {key: one for key, one in value.items() if key[:1] == "@"}
    return {**kept, "#nil": True} if kept else NIL


def _complex(element: Element, own: Complex, depth: int) -> SearchStrategy[Any]:
    options = [] if own.abstract else [_content(own, depth)]
    for qname, other in element.stand_ins().items():
        options.append(_content(other, depth).map(lambda value, qname=qname: {"@xsi:type": qname, **value}))  # type: ignore[misc]
    return st.one_of(options)


@st.composite
def _content(draw: st.DrawFn, own: Complex, depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for attribute in own.attributes:
        if _given(attribute) or attribute.required or draw(st.booleans()):
            out[attribute.key] = draw(_attribute(attribute))
    if own.any_attribute is not None and own.any_attribute.process != "strict":
        out.update(draw(st.dictionaries(st.sampled_from(["@{urn:f}a", "@{urn:g}b"]), _TEXT, max_size=2)))
    if own.text is not None:
        out["#text"] = draw(simple(own.text))
    elif own.items:
        items: list[dict[str, Any]] = []
        _draw_items(draw, own.content, items, depth + 1)
        out["#items"] = items
    elif own.content is not None:
        _draw(draw, own.content, out, depth + 1)
    return out


def _given(attribute: Attribute) -> bool:
    return attribute.default is not None or attribute.fixed is not None


def _attribute(attribute: Attribute) -> SearchStrategy[Any]:
    if attribute.fixed is not None:
        return st.just(texts_of(attribute.type).parse(attribute.fixed))
    return simple(attribute.type)


def _times(draw: st.DrawFn, part: Element | Group | Wildcard, depth: int) -> int:
    most = part.lower + 3 if part.upper is None else min(part.upper, part.lower + 3)
    return part.lower if depth > _DEEP else draw(st.integers(part.lower, most))


def _draw(draw: st.DrawFn, part: Element | Group | Wildcard, out: dict[str, Any], depth: int) -> None:
    count = _times(draw, part, depth)
    if isinstance(part, Wildcard):
        if count:
            out["#any"] = [_ANY] * count
    elif isinstance(part, Element):
        drawn = [draw(values(part, depth)) for _ in range(count)]
        if drawn:
            out[part.name] = drawn if part.many else drawn[0]
    elif count:
        chosen = [draw(st.sampled_from(part.parts))] if part.kind == "choice" else part.parts
        for inner in chosen:
            _draw(draw, inner, out, depth)


def _draw_items(draw: st.DrawFn, part: Any, items: list[dict[str, Any]], depth: int) -> None:
    for _ in range(_times(draw, part, depth)):
        if isinstance(part, Wildcard):
            items.append({"#any": _ANY})
        elif isinstance(part, Element):
            items.append({part.name: draw(values(part, depth))})
        else:
            for inner in [draw(st.sampled_from(part.parts))] if part.kind == "choice" else part.parts:
                _draw_items(draw, inner, items, depth)


def simple(kind: Simple) -> SearchStrategy[Any]:
    """Values of a simple type whose text is valid and reads back to the same value."""
    texts = texts_of(kind)
    if kind.variety == "atomic" and kind.builtin == "QName":
        return st.sampled_from(["{urn:q}local", "plain"])
    if kind.facets.enumeration is not None:
        return st.sampled_from([texts.parse(one) for one in kind.facets.enumeration])
    if kind.variety == "list" and kind.item is not None:
        least, most = kind.facets.min_length or 0, kind.facets.max_length or 4
        return st.lists(simple(kind.item), min_size=least, max_size=most)
    if kind.variety == "union":
        drawn = st.one_of([simple(member) for member in kind.members])
        return drawn.map(texts.render).filter(lambda text: texts.wrong(text) is None).map(texts.parse)
    if kind.facets.patterns and BUILTINS[kind.builtin].family == "string":
        return st.from_regex(
            kind.facets.patterns[-1][0], fullmatch=True, alphabet=st.characters(max_codepoint=126, min_codepoint=32)
        ).filter(lambda text: texts.wrong(text) is None and texts.parse(text) == text)
    return _atomic(kind).filter(lambda value: _fits(texts, value))


def _fits(texts: Texts, value: Any) -> bool:
    try:
        return texts.wrong(texts.render(value)) is None
    except Misfit:
        return False


def _atomic(kind: Simple) -> SearchStrategy[Any]:
    name, facets = kind.builtin, kind.facets
    family = BUILTINS[name].family
    if name in ("string", "token", "normalizedString", "anySimpleType"):
        return _string(kind)
    if family == "number" and name not in ("decimal", "float", "double"):
        return _whole(kind)
    known: dict[str, SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "decimal": _decimal(facets),
        "float": st.floats(allow_nan=False, width=32),
        "double": st.floats(allow_nan=False),
        "dateTime": st.builds(lambda *parts: Tidspunkt("{}T{}{}{}".format(*parts)), _DAY, _CLOCK, _FRACTION, _ZONE),
        "date": st.builds(lambda day, zone: Dato(day + zone), _DAY, _ZONE),
        "time": st.builds(lambda *parts: "".join(parts), _CLOCK, _FRACTION, _ZONE),
        "gYear": st.integers(1, 9999).map(lambda year: f"{year:04}"),
        "gYearMonth": st.just("2024-02"),
        "gMonthDay": st.just("--02-29"),
        "gMonth": st.just("--12"),
        "gDay": st.just("---31"),
        "duration": st.sampled_from(["P1D", "PT0.5S", "-P1Y2M3DT4H5M6S"]),
        "base64Binary": st.binary(max_size=20),
        "hexBinary": st.binary(max_size=20),
    }
    return known.get(name, _WORD)


def _string(kind: Simple) -> SearchStrategy[str]:
    """Texts of any length that is allowed, often the least and the greatest."""
    facets = kind.facets
    least = facets.length or facets.min_length or 0
    most = facets.length or facets.max_length or max(least, 99)
    sized = st.tuples(_TEXT, st.sampled_from([least, most, (least + most) // 2]))
    drawn = sized.map(lambda pair: (pair[0] + "x" * pair[1])[: pair[1]])
    white_space = facets.white_space or BUILTINS[kind.builtin].white_space
    return drawn if white_space == "preserve" else drawn.map(collapse)


def _whole(kind: Simple) -> SearchStrategy[int]:
    """Whole numbers, often on the borders of the type and of its facets."""
    facets, bits = kind.facets, {"byte": 7, "short": 15, "int": 31, "long": 63}
    signed = kind.builtin.removeprefix("unsigned").lower()
    reach = 2 ** bits[signed] if signed in bits else 10 ** (facets.total_digits or 30)
    borders = [0, 1, -1, reach - 1, -reach, 1 - reach, 2 * reach - 1]
    borders += [int(one) + step for one in (facets.min_inclusive, facets.max_inclusive) if one for step in (-1, 0, 1)]
    borders += [int(one) + step for one in (facets.min_exclusive, facets.max_exclusive) if one for step in (-1, 0, 1)]
    valid = [one for one in borders if texts_of(kind).wrong(str(one)) is None]
    low = int(facets.min_inclusive) if facets.min_inclusive else min(valid, default=0)
    high = int(facets.max_inclusive) if facets.max_inclusive else max(valid, default=100)
    return st.one_of(st.sampled_from(valid or [low]), st.integers(low, high))


def _decimal(facets: Facets) -> SearchStrategy[Decimal]:
    """Decimals of any scale, with and without zeros at the end, and the greatest that the digits allow."""
    scale = 12 if facets.fraction_digits is None else facets.fraction_digits
    digits = 24 if facets.total_digits is None else facets.total_digits
    low, high = facets.min_inclusive, facets.max_inclusive
    borders = [Decimal(one) for one in (low, high) if one is not None]
    reach = Decimal(10**digits - 1).scaleb(-scale) if digits >= scale else Decimal(0)
    drawn = st.builds(
        lambda number, places: Decimal(number).scaleb(-places), st.integers(-(10**6), 10**6), st.integers(0, scale)
    )
    return st.one_of(st.sampled_from([*borders, reach, -reach, Decimal("0.0"[: 2 + scale].rstrip("."))]), drawn)
