"""Who stands behind a connection, and for which organisations they may act.

A function certificate names a company (CVR) and a unit of it; the register of actors says which organisations that unit
may act for (facts-protocol-messages-codes §3.1: "may this data processor handle data for this authority").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from overgang.core.errors import CallerFault
from overgang.core.messages import Organisation

EVERY: Final = "*"
_ELEMENT: Final = "ActiveOrganisationHeader"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a certificate says: its form ("oces3" or "oces2"), the CVR, and the unit: a uuid, or "FID:<number>"."""

    form: str
    cvr: str
    unit: str

    def __str__(self) -> str:
        return f"{self.form} CVR:{self.cvr} {self.unit}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who may call. `organisations` are "type/code", "type/*" or "*"; `units` the certificates' units.

    `fingerprints` (SHA-256 in hex, lower case), where there are any, are the only certificates that are taken.
    `messages`: it may send technical messages (webhooks), as the modern side does.
    """

    name: str
    cvr: str
    units: frozenset[str]
    organisations: frozenset[str]
    fingerprints: frozenset[str] = frozenset()
    suspended: bool = False
    messages: bool = False

    def check(self, organisation: Organisation) -> None:
        """Refuse an organisation that it may not act for: 4413 for a type of which it has none, else 4575."""
        kind = str(organisation.type)
        if EVERY in self.organisations or {f"{kind}/{EVERY}", str(organisation)} & self.organisations:
            return
        if any(one.partition("/")[0] == kind for one in self.organisations):
            raise CallerFault(4575, "identity.organisation", element=f"{_ELEMENT}/OrganisationCode")
        raise CallerFault(4413, "identity.organisation-type", element=f"{_ELEMENT}/OrganisationTypeIdentifier")

    def check_text(self, organisation: str) -> None:
        """The same for "type/code" as it stands in a message that is not judged; "" where it can't be read: 4575."""
        if EVERY in self.organisations:
            return
        kind, _, code = organisation.partition("/")
        if not kind.isdecimal():
            raise CallerFault(4575, "identity.organisation", element=_ELEMENT, expected="one organisation")
        self.check(Organisation(int(kind), code))


ANYBODY: Final = Actor("anybody", "", frozenset(), frozenset({EVERY}), messages=True)


class Actors:
    """The register of actors; two with the same unit are a mistake of whoever made it (ValueError)."""

    def __init__(self, actors: Iterable[Actor]) -> None:
        self._by_unit: Mapping[tuple[str, str], Actor] = {}
        found: dict[tuple[str, str], Actor] = {}
        for actor in actors:
            for unit in actor.units:
                if (actor.cvr, unit) in found:
                    raise ValueError(f"{actor.name} and {found[actor.cvr, unit].name} have the same unit")
                found[actor.cvr, unit] = actor
        self._by_unit = found

    def of(self, identity: Identity, fingerprint: str) -> Actor:
        """Whose certificate it is. Raises CallerFault 1012 for one of nobody who may call."""
        actor = self._by_unit.get((identity.cvr, identity.unit))
        if actor is None or actor.suspended or (actor.fingerprints and fingerprint not in actor.fingerprints):
            raise CallerFault(1012, "identity.unknown", expected="the certificate of somebody who may call")
        return actor
