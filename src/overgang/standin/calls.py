"""An old call as an operation sees it, and what operations have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeAlias

from overgang.reference.store import Caller, Registration, Transaction
from overgang.standin import codes
from overgang.standin.codes import CodeLists
from overgang.standin.refusal import Refused
from overgang.standin.sequences import Organisation, Sequences

CITIZEN: Final = "PersonCivilRegistrationIdentifier"
STAR, A_KASSE, OTHER_ACTOR, MUNICIPALITY, JOBCENTRE = 1, 2, 4, 7, 8  # OrganisationType
EVERYONE: Final = frozenset({STAR, A_KASSE, OTHER_ACTOR, MUNICIPALITY, JOBCENTRE})

Answer: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`body` is the content of the request element as dicts, lists and values; `citizen` is "" where it names none.

    `registered` is when the calling system registered it, as it says.
    """

    body: Mapping[str, Any]
    citizen: str
    caller: Caller
    registered: str
    transaction: Transaction
    lists: CodeLists
    sequences: Sequences

    @property
    def organisation(self) -> Organisation:
        """The one that the call is made for."""
        return self.caller.organisation_type, self.caller.organisation_code

    @property
    def today(self) -> date:
        """The Danish day of the call."""
        return self.transaction.today

    def live(self, kind: str) -> list[Registration]:
        """What holds of the citizen's registrations of a kind, oldest first."""
        return self.transaction.live(kind, self.citizen)

    def known(self, kind: str, id_: str, unknown: int) -> Registration:
        """What holds of a kind under an id; `unknown` is refused with where the citizen has no such."""
        found = next((each for each in self.live(kind) if each.id == id_.lower()), None)
        if found is None:
            raise Refused(unknown)
        return found

    def code(self, element: Mapping[str, int], name: str, day: date, *, unknown: int = 2002) -> int:
        """A value of a code list as the request has it, once it may be used on a day (see codes.check)."""
        return codes.check(self.lists, name, element["CodeListItemIdentifier"], day, unknown=unknown).id

    def put(self, kind: str, id_: str, content: Mapping[str, Any], parent: str | None = None) -> Registration:
        """Register a new version, and read it as it is kept."""
        self.transaction.put(Registration(kind, id_, self.citizen, content, self.caller, parent=parent))
        return self.newest(kind, id_)

    def delete(self, registration: Registration, comment: str | None) -> Registration:
        """Register that it was a mistake; it stays in the history."""
        self.transaction.put(replace(registration, deleted=True, comment=comment, caller=self.caller))
        return self.newest(registration.kind, registration.id)

    def newest(self, kind: str, id_: str) -> Registration:
        """The newest version of a registration of the citizen, also of a deleted one."""
        return next(each for each in self.transaction.versions(kind, self.citizen) if each.id == id_ and each.newest)

    def unused(self, kind: str, id_: str) -> str:
        """The id as registrations write it; 4977 where it was used before."""
        if self.transaction.exists(kind, id_.lower()):
            raise Refused(4977)
        return id_.lower()


@dataclass(frozen=True, slots=True)
class Operation:
    """`allowed`: the organisation types of the documented permissions, None where there are none.

    `unknown` is the number for an unknown citizen.
    """

    answer: Callable[[Call], Answer]
    allowed: frozenset[int] | None = EVERYONE
    unknown: int = 1010
    refuses_dead: bool = False


def code(value: int) -> dict[str, int]:
    """A value of a code list as old answers write it."""
    return {"CodeListItemIdentifier": value}


def receipt(registration: Registration) -> Answer:
    """The answer to most writes."""
    return {"ServiceReceipt": {"EventDate": registration.registered_at, "MessageIdentifier": registration.id}}


def citizen_of(body: Any) -> str:
    """The citizen that a request names, wherever it stands; "" where it names none."""
    if not isinstance(body, Mapping):
        return ""
    if isinstance(found := body.get(CITIZEN), str):
        return found
    return next((found for part in body.values() if (found := citizen_of(part))), "")
