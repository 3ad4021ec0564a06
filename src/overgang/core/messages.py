"""The values that pass through the pipeline: the old call, the modern request, the modern reply."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from overgang.core.paths import Path
from overgang.core.values import COPENHAGEN, Tidspunkt


class Face(Enum):
    """Which of the gateway's two faces a call came in by."""

    SOAP = "soap"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An authority by its type (OrganisationType code list) and code, e.g. 8 and a jobcenter number."""

    type: int
    code: str

    def __str__(self) -> str:
        return f"{self.type}/{self.code}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the authority called for, and the user's metadata, as both headers give them."""

    organisation: Organisation
    user_identifier: str
    user_full_name: str
    user_type: int
    user_organisation: Organisation
    registered: Tidspunkt
    user_email: str | None = None


@dataclass(frozen=True, slots=True)
class SoapCall:
    """An old call, decoded and valid under its contract.

    `received` is read once, at ingress; `day` is its Danish calendar day. `identity` is a keyed digest of caller,
    operation and content: the same call sent again has the same one, so ids derived from it are the same too.
    """

    service: str
    version: int
    operation: str
    body: dict[str, Any]
    caller: Caller
    received: datetime
    day: date
    identity: bytes

    def new_id(self, step: str) -> str:
        """The uuid that this call gives to what `step` creates or asks; a repeat of the call gives the same."""
        digits = hashlib.blake2b(step.encode(), key=self.identity, digest_size=16).hexdigest()
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"

    @property
    def event_date(self) -> Tidspunkt:
        """When this call arrived, as receipts write it: Danish time with its offset."""
        return Tidspunkt.of(self.received.astimezone(COPENHAGEN))

    @property
    def late(self) -> bool:
        """Whether the caller made it on an earlier day than it arrived, as a repeat after midnight is."""
        return self.caller.registered.day < self.day

    def fresh_id(self, step: str) -> str:
        """A uuid of this one arrival of the call; a repeat gives another."""
        return self.new_id(f"{step} {self.received.isoformat()}")


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request to the modern side.

    `expects` names the statuses, `knows` the error numbers, that mean something to the flow; every other reply
    becomes a fault before the flow sees it. `raw` is the caller's own body, sent as it came while no rule changes
    `json`. A `rehearsed` request only meets its rules and is not sent, so that a second write's refusal can
    come before the first write. A `settled` one is known to have taken effect: it is not sent either, and only what
    follows it is seen to.
    """

    method: str
    path: Path
    citizen: str | None = None
    json: Any = None
    request_id: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    expects: Container[int] = (200, 201, 204)
    knows: Container[int] = ()
    raw: bytes | None = field(default=None, repr=False)
    rehearsed: bool = False
    settled: bool = False

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Notice:
    """A technical message that a rule asks for, about a registration of a citizen; kept durably for `receiver`.

    `kind` names the old structure, `entity` the registration's uuid. The same message has the same `id`.
    """

    id: str
    receiver: Organisation
    kind: str
    entity: str
    citizen: str = field(repr=False)
    rule: str


# A request to the modern side and its reply, or the key of what kept the reply from coming ("timeout", "unavailable").
Exchange: TypeAlias = tuple[RestRequest, "RestReply | str"]


class Sent(NamedTuple):
    """A request to the modern side as the audit tells it; status 0 where no reply came."""

    method: str
    template: str
    status: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class CodeLists:
    """What a flow yields to be given the gateway's own code lists, by their old names; nothing is sent."""


@dataclass(frozen=True, slots=True)
class RestReply:
    """A reply of the modern side: parsed JSON (numbers with a fraction are Decimal), None without a body.

    `retry_after`: seconds after which it asks to be tried again.
    """

    status: int
    json: Any = None
    raw: bytes | None = field(default=None, repr=False)
    retry_after: int | None = None

    @property
    def error_code(self) -> int | None:
        """`errorCode` of a problem body, else None."""
        code = self.json.get("errorCode") if isinstance(self.json, dict) else None
        return code if isinstance(code, int) and not isinstance(code, bool) else None
