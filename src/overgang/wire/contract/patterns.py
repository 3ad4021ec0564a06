"""XSD regular expressions as Python ones.

The two languages agree on most of what contracts use. What cannot be said in Python (class subtraction, \\p{...} other
than the few below) gives None: libxml2 still checks such a pattern in what arrives, but it is not checked in what is
written.
"""

import re

_NAME_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
)
_NAME_START += "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = _NAME_START + "\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SETS = {"d": r"\d", "s": " \\t\\n\\r", "i": _NAME_START, "c": _NAME, "p{Nd}": r"\d"}
_NEGATED = {"D": r"\D", "S": "[^ \\t\\n\\r]", "I": f"[^{_NAME_START}]", "C": f"[^{_NAME}]", "P{Nd}": r"\D"}
_ALONE = {"w": r"[^\W_]", "p{L}": r"[^\W\d_]"}  # only outside of a class
_LITERAL = frozenset("\\|.-^?*+{}()[]$")
_CONTROL = frozenset("nrt")


class _Untranslatable(Exception):
    pass


def translate(pattern: str) -> "re.Pattern[str] | None":
    """The compiled pattern, to be used with fullmatch; None when Python has no equal of it."""
    try:
        return re.compile(_outside(pattern))
    except (_Untranslatable, re.error, IndexError, OverflowError):
        return None


def _outside(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            text, at = _escape(pattern, at)
            out.append(text)
            continue
        if sign == "[":
            text, at = _class(pattern, at)
            out.append(text)
            continue
        out.append({".": "[^\\n\\r]", "^": r"\^", "$": r"\$", "(": "(?:"}.get(sign, sign))
        at += 1
    return "".join(out)


def _escape(pattern: str, at: int) -> tuple[str, int]:
    name, end = _escape_name(pattern, at)
    if name in _SETS:
        return f"[{_SETS[name]}]", end
    if name in _NEGATED:
        return _NEGATED[name], end
    if name in _ALONE:
        return _ALONE[name], end
    if name in _LITERAL or name in _CONTROL:
        return f"\\{name}", end
    raise _Untranslatable


def _escape_name(pattern: str, at: int) -> tuple[str, int]:
    name = pattern[at + 1]
    if name in "pP":
        end = pattern.index("}", at)
        return pattern[at + 1 : end + 1], end + 1
    return name, at + 2


def _class(pattern: str, at: int) -> tuple[str, int]:
    out = ["["]
    at += 1
    if pattern[at] == "^":
        out.append("^")
        at += 1
    while pattern[at] != "]":
        sign = pattern[at]
        if sign == "[":
            raise _Untranslatable  # class subtraction
        if sign == "\\":
            name, at = _escape_name(pattern, at)
            if name in _SETS:
                out.append(_SETS[name])
            elif name in _LITERAL or name in _CONTROL:
                out.append(f"\\{name}")
            else:
                raise _Untranslatable
            continue
        out.append(f"\\{sign}" if sign in "&~|^" or (sign == "-" and pattern[at - 1] in "-[") else sign)
        at += 1
    return "".join([*out, "]"]), at + 1
