"""Who calls, read from the HTTP headers of a modern call; the same facts as the old header blocks carry."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from overgang.core.errors import CallerFault
from overgang.core.messages import Caller, Organisation
from overgang.core.values import Tidspunkt
from overgang.shell import http
from overgang.shell.config import HeaderNames

_TIDSPUNKT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_EMAIL: Final = re.compile(r"[^>()\[\]\\,;:@\s]{0,191}@[^>()\[\]\\,;:@\s]{1,64}")  # the documented pattern


def caller(scope: http.Scope, names: HeaderNames) -> Caller:
    """The caller. Raises CallerFault: 8232-8233 for a missing header, 8234-8235 for one that can't be read."""
    organisation = Organisation(
        _number(scope, names.organisation_type, 8232, 8234), _text(scope, names.organisation_code, 20, 8232, 8234)
    )
    user_organisation = Organisation(
        _number(scope, names.user_organisation_type, 8233, 8235),
        _text(scope, names.user_organisation_code, 20, 8233, 8235),
    )
    registered = _text(scope, names.registered, 64, 8233, 8235)
    if not _TIDSPUNKT.fullmatch(registered):
        raise _unreadable(8235, names.registered, "a date-time")
    email = _optional(scope, names.user_email, 8235)
    if email is not None and not _EMAIL.fullmatch(email):
        raise _unreadable(8235, names.user_email, "an e-mail address")
    return Caller(
        organisation=organisation,
        user_identifier=_text(scope, names.user_identifier, 255, 8233, 8235),
        user_full_name=_text(scope, names.user_full_name, 140, 8233, 8235),
        user_type=_number(scope, names.user_type, 8233, 8235),
        user_organisation=user_organisation,
        registered=Tidspunkt(registered),
        user_email=email,
    )


def _text(scope: http.Scope, name: str, longest: int, missing: int, unreadable: int) -> str:
    value = _optional(scope, name, unreadable)
    if value is None:
        raise CallerFault(missing, "caller.header-missing", element=name)
    if not 1 <= len(value) <= longest:
        raise _unreadable(unreadable, name, f"1 to {longest} characters")
    return value


def _number(scope: http.Scope, name: str, missing: int, unreadable: int) -> int:
    value = _text(scope, name, 20, missing, unreadable)
    if not re.fullmatch(r"[0-9]{1,3}", value):
        raise _unreadable(unreadable, name, "a whole number of at most three digits")
    return int(value)


def _optional(scope: http.Scope, name: str, unreadable: int) -> str | None:
    value = http.header(scope, name.lower().encode())
    if value is None:
        return None
    try:
        text = unquote_to_bytes(value.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError as mistake:
        raise _unreadable(unreadable, name, "percent-encoded UTF-8") from mistake
    if any(ord(letter) < 0x20 or letter == "\x7f" for letter in text):
        raise _unreadable(unreadable, name, "no control characters")
    return text


def _unreadable(number: int, name: str, expected: str) -> CallerFault:
    return CallerFault(number, "caller.header-invalid", element=name, expected=expected)
