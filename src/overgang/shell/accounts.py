"""What is told of a call: filled in on its way, and made into the records of the audit."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from overgang.core.audit import Kind
from overgang.core.identity import ANYBODY, Actor
from overgang.core.messages import Caller, Face
from overgang.core.organisations import told
from overgang.core.rules import Context
from overgang.shell.scribe import Draft


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a call comes from: `who` as the connection shows it ("" where there is none), and what it is made for.

    `watched`: what is asked of the modern side is wanted beside the answer. `actor` may act for certain organisations.
    """

    who: str = ""
    purpose: str = "call"
    watched: bool = False
    actor: Actor = ANYBODY


INTERNAL: Final = Peer()
COMPARISON: Final = "comparison"  # the purpose of what is asked beside a call


@dataclass(slots=True)
class Account:
    """What is known of one call, filled in on its way. `caller` and `context` are None until they are read.

    `asked` names the elements or properties that the call fills; their values are never written down. `named` are the
    citizens of a call, and of its answer, that are handed on unjudged, `user` is who makes such a call.
    """

    face: Face
    service: str
    received: datetime
    peer: Peer = INTERNAL
    operation: str = ""
    organisation: str = ""
    caller: Caller | None = None
    context: Context | None = None
    citizen: str | None = field(default=None, repr=False)
    named: Sequence[str] = field(default=(), repr=False)
    user: str | None = field(default=None, repr=False)
    asked: Sequence[str] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    started: float = field(default_factory=time.perf_counter)
    closed: bool = False  # its last record is written

    @property
    def citizens(self) -> Sequence[str | None]:
        """Whom the call is about: the one it names, or all whom its answer tells of; None for nobody."""
        if self.citizen is not None or self.context is None:
            return [self.citizen] if not self.named else self.named
        return sorted(self.context.citizens) or [None]

    @property
    def unclear(self) -> bool:
        """Whether something of it was registered, or may have been."""
        sent = self.context.sent if self.context is not None else ()
        return any(one.method != "GET" and not 400 <= one.status < 500 for one in sent)

    def draft(self, kind: Kind, event: str, citizen: str | None = None, **more: Any) -> Draft:
        """A record of this call, about `citizen` or whom it is about."""
        said: dict[str, Any] = {
            "id": self.id,
            "event": event,
            "face": self.face.value,
            "service": self.service,
            "operation": self.operation,
            "who": self.peer.who,
            "purpose": self.peer.purpose,
            "organisation": told(self.organisation),
            "asked": list(self.asked),
        }
        said = {name: value for name, value in said.items() if value}
        citizen, user = citizen or self.citizen, self.user
        if self.caller is not None:
            said["organisation"] = told(str(self.caller.organisation))
            said["userOrganisation"] = told(str(self.caller.user_organisation))
            said["userType"] = self.caller.user_type
            user = self.caller.user_identifier
        if event != "intent":
            said["ms"] = round((time.perf_counter() - self.started) * 1000, 2)
            if self.context is not None:
                said["calls"] = [list(one) for one in self.context.sent]
                said["rules"] = list(self.context.cited)
                citizen = citizen or next(iter(sorted(self.context.citizens)), None)
        return Draft(kind, self.received, {**said, **more}, citizen, user)
