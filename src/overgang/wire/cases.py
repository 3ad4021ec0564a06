"""Case files: one old call and everything that happens to it, as text.

    An enrolment of today is one modern request.            <- what is true, in a sentence or more
    on: 2024-12-10                                          <- the day it is played on
    call: UnemploymentEnrollmentService/8
    caller: 8/101                                           <- organisation type and code
    seen: UnemploymentEnrollmentService (Version 8, 2024-4) <- where it comes from
    cites: tilmelding.fortid                                <- rules it must cite; absent: none
    keeps: PersonCategory 8/10111                           <- technical messages it must keep; absent: none; *: any
    registered: 2024-12-09T23:58:00+01:00                   <- its RegistrationDateTime; absent: that day, just past 10
    ---------- soap in
    <UnemploymentEnrollmentRequest ...>...</...>            <- the Body's child
    ---------- rest out
    POST /visiteringogstatus/v1/Tilmelding/{id-1}
    x-civilRegistrationIdentifier: ...
    {"Klientkategori": 2, ...}
    ---------- rest in
    200 "{id-1}"                                            <- or: timeout, unavailable
    ---------- soap out
    <UnemploymentEnrollmentResponse ...>...</...>           <- or: Fault Client 4338, and its text below

{id-1}, {id-2} ... stand for the uuids that the gateway makes, in the order in which they are first seen.
They are made of the call, the same at each play; so a case writes one out where it is read before it is sent.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from overgang.core.messages import RestReply, RestRequest
from overgang.wire import guard, strict_json

_BLOCK: Final = re.compile(r"^-{10} (soap in|rest out|rest in|soap out)\n", re.MULTILINE)
_HEADER: Final = re.compile(r"^(on|call|caller|seen|cites|keeps|registered): (.+)$", re.MULTILINE)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NAME: Final = re.compile(r"\{(id-\d+)\}")
ANY: Final = "*"
TROUBLE: Final = ("timeout", "unavailable")


class CaseError(ValueError):
    """A case file that can't be read; says which file and what is missing."""


@dataclass(frozen=True, slots=True)
class Case:
    """A parsed case; the blocks are text as written."""

    name: str
    title: str
    day: date
    service: str
    version: int
    caller: tuple[int, str]
    seen: str
    cites: tuple[str, ...]
    keeps: str
    registered: str
    soap_in: str
    rest_out: tuple[str, ...]
    rest_in: tuple[str, ...]
    soap_out: str

    @property
    def element(self) -> str:
        """The Clark name of the old call's element."""
        return guard.parse(self.soap_in.encode(), guard.Limits()).tag

    @property
    def file(self) -> str:
        """Its file below areas/."""
        area, _, name = self.name.partition("/")
        return f"{area}/cases/{name}.case"


def parse(text: str, name: str) -> Case:
    """Read a case. Raises CaseError."""
    head, *blocks = _BLOCK.split(text)
    said = dict(_HEADER.findall(head))
    found: dict[str, list[str]] = {"soap in": [], "rest out": [], "rest in": [], "soap out": []}
    for kind, content in zip(blocks[::2], blocks[1::2], strict=True):
        found[kind].append(content.strip())
    if missing := {"on", "call", "caller", "seen"} - said.keys():
        raise CaseError(f"{name}: no line {sorted(missing)[0]}:")
    if len(found["soap in"]) != 1 or len(found["soap out"]) != 1 or len(found["rest out"]) != len(found["rest in"]):
        raise CaseError(f"{name}: one soap in, one soap out, and a rest in for each rest out are expected")
    service, _, version = said["call"].partition("/")
    organisation, _, code = said["caller"].partition("/")
    try:
        day, number, kind = date.fromisoformat(said["on"]), int(version), int(organisation)
    except ValueError as mistake:
        raise CaseError(f"{name}: on: is a day, call: Service/version, caller: type/code, in numbers") from mistake
    return Case(
        name=name,
        title=_HEADER.sub("", head).strip(),
        day=day,
        service=service,
        version=number,
        caller=(kind, code),
        seen=said["seen"],
        cites=tuple(said.get("cites", "").split()),
        keeps=said.get("keeps", ""),
        registered=said.get("registered", f"{day.isoformat()}T10:00:00.1234567+01:00"),
        soap_in=found["soap in"][0],
        rest_out=tuple(found["rest out"]),
        rest_in=tuple(found["rest in"]),
        soap_out=found["soap out"][0],
    )


class Names:
    """The uuids of one play and their names {id-1}, {id-2} ...; those that the case writes out stay as they are."""

    def __init__(self, case: Case) -> None:
        self._own = {found.lower() for found in _UUID.findall("\n".join((case.soap_in, *case.rest_in)))}
        self._names: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """`text` with names for uuids; a new uuid gets the next name."""
        return _UUID.sub(self._name, text)

    def _name(self, found: re.Match[str]) -> str:
        uuid = found[0]
        if uuid.lower() in self._own:
            return uuid
        return "{" + self._names.setdefault(uuid.lower(), f"id-{len(self._names) + 1}") + "}"

    def show(self, text: str) -> str:
        """`text` with uuids for names. Raises CaseError for a name that no uuid has yet."""
        uuids = {name: uuid for uuid, name in self._names.items()}

        def uuid(found: re.Match[str]) -> str:
            if found[1] not in uuids:
                raise CaseError(f"{{{found[1]}}} is not known yet")
            return uuids[found[1]]

        return _NAME.sub(uuid, text)


def written(request: RestRequest) -> str:
    """A request as a `rest out` block has it."""
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    lines = [f"{request.method} {request.path.text}{'?' if query else ''}{query}"]
    if request.citizen is not None:
        lines.append(f"x-civilRegistrationIdentifier: {request.citizen}")
    if request.request_id is not None:
        lines.append(f"x-requestId: {request.request_id}")
    if request.json is not None:
        lines.append(pretty(request.json))
    return "\n".join(lines)


def normal(block: str) -> str:
    """A `rest out` block in the form of `written`: its JSON laid out alike."""
    lines = block.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith(("{", "["))), len(lines))
    body = "\n".join(lines[start:])
    return "\n".join([*(line.strip() for line in lines[:start]), *([pretty(json.loads(body))] if body else [])])


def reply(block: str) -> RestReply:
    """The reply that a `rest in` block writes."""
    status, _, body = block.partition(" " if " " in block.split("\n")[0] else "\n")
    raw = body.strip().encode()
    return RestReply(int(status), strict_json.loads(raw) if raw else None, raw or None)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def flat(value: Any, path: str = "") -> Iterator[str]:
    """A decoded value as lines `path = value`, for comparing and showing."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from flat(part, f"{path}/{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, part in enumerate(value, 1):
            yield from flat(part, f"{path}[{number}]")
    else:
        yield f"{path} = {value!r}"
