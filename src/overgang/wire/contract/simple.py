"""Simple types compiled: text to value, value to text, and what is wrong with a text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from overgang.core.values import Dato, Tidspunkt, Value
from overgang.wire.contract.builtins import BUILTINS, Builtin
from overgang.wire.contract.facets import (
    Checks,
    checks_of,
    collapse,
    length_checks,
    one_of,
    replace_blanks,
    text_checks,
)
from overgang.wire.contract.mistakes import Misfit
from overgang.wire.contract.model import Facets, Simple
from overgang.wire.contract.patterns import translate

_SPECIAL: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search


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
        return one_of(simple.facets.enumeration)
    if simple.variety == "list":
        return "a list of " + (described(simple.item) if simple.item else "texts")
    if simple.variety == "union":
        return " or ".join(described(member) for member in simple.members)
    return f"xs:{simple.builtin}"


def _normal(builtin: Builtin, facets: Facets) -> Callable[[str], str] | None:
    return {"preserve": None, "replace": replace_blanks, "collapse": collapse}[
        facets.white_space or builtin.white_space
    ]


def _atomic(simple: Simple) -> Texts:
    builtin = BUILTINS[simple.builtin]
    normal = _normal(builtin, simple.facets)
    name = f"xs:{simple.builtin}"
    valid, parse = builtin.valid, builtin.parse
    checks = checks_of(simple.facets, builtin.family, parse)
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
    if simple.builtin == "string" and (simple.facets.white_space or builtin.white_space) == "preserve":
        return _text_writer(name, checks)
    if not checks:
        if builtin.family == "time":
            return _valid_writer(name, builtin.valid)
        if simple.builtin == "int":
            return _whole_writer(name)
    render = builtin.render
    free = not checks and simple.builtin in _FREE

    def write(value: Any) -> str:
        text = render(value)
        if text is None:
            raise Misfit(name)
        if not free and (expected := wrong(text)) is not None:
            raise Misfit(expected)
        return text

    return write


def _text_writer(name: str, checks: Checks) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if not isinstance(value, str):
            raise Misfit(name)
        for fails, expected in checks:
            if fails(value):
                raise Misfit(expected)
        return value

    return write


def _valid_writer(name: str, valid: Callable[[str], bool]) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if isinstance(value, str) and valid(value):
            return value
        raise Misfit(name)

    return write


_FREE: Final = frozenset(("boolean", "decimal", "float", "double", "base64Binary"))


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
    count_checks = length_checks(simple.facets, lambda text: len(text.split(" ")) if text else 0, "items")
    checks = [*count_checks, *text_checks(simple.facets)]
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
    checks = text_checks(simple.facets)
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
