"""The constraining facets of simple types as checks of a text, and the white space that comes before them."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from overgang.wire.contract.model import Facets
from overgang.wire.contract.patterns import translate

_ODD_SPACE: Final = re.compile("[\t\n\r]|^ | $|  ").search
_SPACES: Final = str.maketrans("\t\n\r", "   ")
Checks: TypeAlias = list[tuple[Callable[[str], bool], str]]  # when it fails, and what was expected
_NAMED: Final = 20  # so many allowed values are named in a sentence


def collapse(text: str) -> str:
    """whiteSpace="collapse"; only the four blanks of XML count."""
    if _ODD_SPACE(text) is None:
        return text
    return " ".join(part for part in text.translate(_SPACES).split(" ") if part)


def replace_blanks(text: str) -> str:
    return text.translate(_SPACES)


def checks_of(facets: Facets, family: str, parse: Callable[[str], Any]) -> Checks:
    checks: Checks = []
    if facets.enumeration is not None and family in ("number", "binary"):
        allowed = [parse(one) for one in facets.enumeration]
        checks.append((lambda text: parse(text) not in allowed, one_of(facets.enumeration)))
        checks += text_checks(Facets(patterns=facets.patterns))
    elif family == "qname":
        checks += text_checks(Facets(patterns=facets.patterns))
    else:
        checks += text_checks(facets)
    if family == "string":
        checks += length_checks(facets, len, "characters")
    elif family == "binary":
        checks += length_checks(facets, lambda text: len(parse(text)), "bytes")
    elif family == "number":
        checks += _number_checks(facets, parse)
    return checks


def one_of(values: tuple[str, ...]) -> str:
    named = ", ".join(values[:_NAMED])
    return f"one of {named}" + (f" and {len(values) - _NAMED} more" if len(values) > _NAMED else "")


def text_checks(facets: Facets) -> Checks:
    checks: Checks = []
    if facets.enumeration is not None:
        allowed = frozenset(collapse(one) for one in facets.enumeration) | frozenset(facets.enumeration)
        checks.append((lambda text: text not in allowed, one_of(facets.enumeration)))
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


def length_checks(facets: Facets, length: Callable[[str], int], unit: str) -> Checks:
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
