"""Simple types compiled: text to value, value to text, and what is wrong with a text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from overgang.core.values import Dato, Tidspunkt, Value
from overgang.wire.contract.builtins import BUILTINS, Builtin
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Facets, Simple
from overgang.wire.contract.patterns import translate

_SPECIAL: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_ODD_SPACE: Final = re.compile("[\t\n\r]|^ | $|  ").search
_SPACES: Final = str.maketrans("\t\n\r", "   ")
Checks: TypeAlias = list[tuple[Callable[[str], bool], str]]  # when it fails, and what was expected
_NAMED: Final = 20  # so many allowed values are named in a sentence


@dataclass(frozen=True, slots=True)
class Texts:
    """The functions of one simple type.

    `parse`: a text that is valid to its value. `render`: a value to its text, not yet escaped; raises Misfit.
    `wrong`: what was expected instead of this text, None when it is valid.
    `bounded`: no valid text is too long to parse.
    """

    parse: Callable[[str], Any]
    render: Callable[[Any], str]
    wrong: Callable[[str], str | None]
    bounded: bool


def texts_of(simple: Simple) -> Texts:
    """The compiled functions of a type; compiled once."""
    if simple.texts is None:
        compiled = {"atomic": _atomic, "list": _list, "union": _union}[simple.variety](simple)
        simple.texts = compiled
    found: Texts = simple.texts
    return found


def is_qname(simple: Simple) -> bool:
    return simple.variety == "atomic" and simple.builtin == "QName"


def escaped(text: str) -> str:
    """Character data. Raises Misfit for a character that XML does not have."""
    if "&" not in text and "<" not in text and ">" not in text and (text.isprintable() or _SPECIAL(text) is None):
        return text
    if _FORBIDDEN(text) is not None:
        raise Misfit("characters that XML allows")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def quoted(text: str) -> str:
    """An attribute value without its quotes. Raises Misfit like escaped."""
    return escaped(text).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")


def unchecked(simple: Simple) -> list[str]:
    """The facets of a type that are checked in what arrives (by libxml2) but not in what is written."""
    facets = simple.facets
    found = [f'pattern "{one}"' for step in facets.patterns for one in step if translate(one) is None]
    if simple.variety == "atomic" and BUILTINS[simple.builtin].family == "time":
        limits = (facets.min_inclusive, facets.min_exclusive, facets.max_inclusive, facets.max_exclusive)
        found.extend(f"limit {limit}" for limit in limits if limit is not None)
    return found


def described(simple: Simple) -> str:
    """What a text of this type looks like, in a few words."""
    if simple.facets.enumeration is not None:
        return _one_of(simple.facets.enumeration)
    if simple.variety == "list":
        return "a list of " + (described(simple.item) if simple.item else "texts")
    if simple.variety == "union":
        return " or ".join(described(member) for member in simple.members)
    return f"xs:{simple.builtin}"


def collapse(text: str) -> str:
    """whiteSpace="collapse"; only the four blanks of XML count."""
    if _ODD_SPACE(text) is None:
        return text
    return " ".join(part for part in text.translate(_SPACES).split(" ") if part)


def _replace(text: str) -> str:
    return text.translate(_SPACES)


def _normal(builtin: Builtin, facets: Facets) -> Callable[[str], str] | None:
    return {"preserve": None, "replace": _replace, "collapse": collapse}[facets.white_space or builtin.white_space]


def _atomic(simple: Simple) -> Texts:
    builtin = BUILTINS[simple.builtin]
    normal = _normal(builtin, simple.facets)
    name = f"xs:{simple.builtin}"
    valid, parse = builtin.valid, builtin.parse
    checks = _checks(simple.facets, builtin.family, parse)
    anything = simple.builtin == "string"

    def wrong(text: str) -> str | None:
        if normal is not None:
            text = normal(text)
        if not anything and not valid(text):
            return name
        for fails, expected in checks:
            if fails(text):
                return expected
        return None

    reads_blanks = builtin.family in ("number", "boolean", "binary")  # these parsers skip blanks themselves
    bounded = simple.builtin not in _UNBOUNDED or (simple.facets.total_digits or 10**9) < 4000
    return Texts(
        parse if normal is None or reads_blanks else _after(normal, parse),
        _writer(simple, wrong, checks),
        wrong,
        bounded,
    )


_UNBOUNDED: Final = frozenset(
    ("integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger")
)


def _writer(simple: Simple, wrong: Callable[[str], str | None], checks: Checks) -> Callable[[Any], str]:
    """Value to text; a type whose rendering is always valid is not looked at a second time."""
    builtin, name = BUILTINS[simple.builtin], f"xs:{simple.builtin}"
    white_space = simple.facets.white_space or builtin.white_space
    render, valid = builtin.render, builtin.valid

    def write(value: Any) -> str:
        text = render(value)
        if text is None:
            raise Misfit(name)
        expected = wrong(text)
        if expected is not None:
            raise Misfit(expected)
        return text

    def write_valid(value: Any) -> str:
        if isinstance(value, str) and valid(value):
            return value
        raise Misfit(name)

    def write_text(value: Any) -> str:
        if not isinstance(value, str):
            raise Misfit(name)
        for fails, expected in checks:
            if fails(value):
                raise Misfit(expected)
        return value

    def write_free(value: Any) -> str:
        text = render(value)
        if text is None:
            raise Misfit(name)
        return text

    if simple.builtin == "string" and white_space == "preserve":
        return write_text
    if checks:
        return write
    if builtin.family == "time":
        return write_valid
    return write_free if simple.builtin in _FREE else _whole_writer(name) if simple.builtin == "int" else write


_FREE: Final = frozenset(("string", "boolean", "decimal", "float", "double", "base64Binary"))


def _whole_writer(name: str) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if value.__class__ is not int or not -0x80000000 <= value <= 0x7FFFFFFF:
            raise Misfit(name)
        return str(value)

    return write


def _after(normal: Callable[[str], str], parse: Callable[[str], Any]) -> Callable[[str], Any]:
    if parse is str:
        return normal
    if parse in (Tidspunkt, Dato):  # no blank stands inside of these
        return lambda text: parse(text.strip(" \t\n\r"))
    return lambda text: parse(normal(text))


def _list(simple: Simple) -> Texts:
    if simple.item is None:
        raise AssertionError("a list type has an item type")
    item = texts_of(simple.item)
    count_checks = _length_checks(simple.facets, lambda text: len(text.split(" ")) if text else 0, "items")
    checks = [*count_checks, *_text_checks(simple.facets)]
    name = described(simple)

    def parse(text: str) -> list[Any]:
        return [item.parse(one) for one in collapse(text).split(" ") if one]

    def wrong(text: str) -> str | None:
        text = collapse(text)
        if any(item.wrong(one) is not None for one in text.split(" ") if one):
            return name
        return next((expected for fails, expected in checks if fails(text)), None)

    def render(value: Value) -> str:
        if not isinstance(value, list):
            raise Misfit(name)
        parts = [item.render(one) for one in value]
        if any(not part or collapse(part) != part or " " in part for part in parts):
            raise Misfit(name)
        text = " ".join(parts)
        expected = wrong(text)
        if expected is not None:
            raise Misfit(expected)
        return text

    return Texts(parse, render, wrong, item.bounded)


def _union(simple: Simple) -> Texts:
    members = [texts_of(member) for member in simple.members]
    checks = _text_checks(simple.facets)
    name = described(simple)

    def member_of(text: str) -> Texts | None:
        return next((member for member in members if member.wrong(text) is None), None)

    def parse(text: str) -> Any:
        member = member_of(text)
        if member is None:
            raise ValueError("no member of the union reads it")
        return member.parse(text)

    def wrong(text: str) -> str | None:
        if member_of(text) is None:
            return name
        text = collapse(text)
        return next((expected for fails, expected in checks if fails(text)), None)

    def render(value: Value) -> str:
        for member in members:
            try:
                text = member.render(value)
            except Misfit:
                continue
            if wrong(text) is None:
                return text
        raise Misfit(name)

    return Texts(parse, render, wrong, all(member.bounded for member in members))


def _checks(facets: Facets, family: str, parse: Callable[[str], Any]) -> Checks:
    checks: Checks = []
    if facets.enumeration is not None and family in ("number", "binary"):
        allowed = [parse(one) for one in facets.enumeration]
        checks.append((lambda text: parse(text) not in allowed, _one_of(facets.enumeration)))
        checks += _text_checks(Facets(patterns=facets.patterns))
    elif family == "qname":
        checks += _text_checks(Facets(patterns=facets.patterns))
    else:
        checks += _text_checks(facets)
    if family == "string":
        checks += _length_checks(facets, len, "characters")
    elif family == "binary":
        checks += _length_checks(facets, lambda text: len(parse(text)), "bytes")
    elif family == "number":
        checks += _number_checks(facets, parse)
    return checks


def _one_of(values: tuple[str, ...]) -> str:
    named = ", ".join(values[:_NAMED])
    return f"one of {named}" + (f" and {len(values) - _NAMED} more" if len(values) > _NAMED else "")


def _text_checks(facets: Facets) -> Checks:
    checks: Checks = []
    if facets.enumeration is not None:
        allowed = frozenset(collapse(one) for one in facets.enumeration) | frozenset(facets.enumeration)
        checks.append((lambda text: text not in allowed, _one_of(facets.enumeration)))
    for step in facets.patterns:
        found = [translate(one) for one in step]
        known = [one.fullmatch for one in found if one is not None]
        if len(known) == len(found):
            sentence = "text of the pattern " + " or ".join(step)
            if len(known) == 1:
                checks.append((lambda text, match=known[0]: match(text) is None, sentence))  # type: ignore[misc]
            else:
                checks.append((lambda text, known=known: not any(match(text) for match in known), sentence))  # type: ignore[misc]
    return checks


def _length_checks(facets: Facets, length: Callable[[str], int], unit: str) -> Checks:
    checks: Checks = []
    if (exact := facets.length) is not None:
        checks.append((lambda text: length(text) != exact, f"exactly {exact} {unit}"))
    if (least := facets.min_length) is not None:
        checks.append((lambda text: length(text) < least, f"at least {least} {unit}"))
    if (most := facets.max_length) is not None:
        checks.append((lambda text: length(text) > most, f"at most {most} {unit}"))
    return checks


def _number_checks(facets: Facets, parse: Callable[[str], Any]) -> Checks:
    checks: Checks = []
    if facets.min_inclusive is not None:
        low = parse(facets.min_inclusive)
        checks.append((lambda text: not parse(text) >= low, f"at least {facets.min_inclusive}"))
    if facets.max_inclusive is not None:
        high = parse(facets.max_inclusive)
        checks.append((lambda text: not parse(text) <= high, f"at most {facets.max_inclusive}"))
    if facets.min_exclusive is not None:
        under = parse(facets.min_exclusive)
        checks.append((lambda text: not parse(text) > under, f"more than {facets.min_exclusive}"))
    if facets.max_exclusive is not None:
        over = parse(facets.max_exclusive)
        checks.append((lambda text: not parse(text) < over, f"less than {facets.max_exclusive}"))
    if (total := facets.total_digits) is not None:
        checks.append((lambda text: sum(_digits(text)) > total, f"at most {total} digits"))
    if (fraction := facets.fraction_digits) is not None:
        checks.append((lambda text: _digits(text)[1] > fraction, f"at most {fraction} decimals"))
    return checks


def _digits(text: str) -> tuple[int, int]:
    """The digits that count, before and after the point."""
    whole, _, fraction = f"{Decimal(text):f}".lstrip("+-").partition(".")
    return len(whole.lstrip("0")), len(fraction.rstrip("0"))
