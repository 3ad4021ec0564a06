"""The kinds of technical messages: what the modern side calls each, and the old operation that fetches it.

Sources: the pages of the WSB messages (facts-protocol-messages-codes §2.2) and of WsrmMessageService (§2.1). Where no
page gives an EntitetId, an EntitetNavn or the name of an old message, it is reconstructed in the form of its siblings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from overgang.core.organisations import A_KASSE, JOBCENTER

CREATED, UPDATED, DELETED = 1, 2, 3  # Aendringstype
CPR: Final = 1  # IdentifikationstypeId


@dataclass(frozen=True, slots=True)
class Besked:
    """A kind of message: `name` is the <Message> of the old Get<Message>Version<version>.

    `entity` is the modern EntitetId, `entity_name` its EntitetNavn; `receivers` the organisation types that may get it.
    `evidence` is that of the modern names, `old_evidence` that of the old one.
    """

    name: str
    version: int
    entity: int
    entity_name: str
    receivers: frozenset[int]
    evidence: str
    old_evidence: str

    @property
    def operation(self) -> str:
        """The old operation that fetches its content."""
        return f"Get{self.name}Version{self.version}"


_BOTH: Final = frozenset({JOBCENTER, A_KASSE})

CONTACT_GROUP = Besked("ContactGroup", 1, 100008, "Kontaktgruppe", _BOTH, "documented", "reconstructed")
PERSON_CATEGORY = Besked("PersonCategory", 1, 100009, "Personkategori", _BOTH, "reconstructed", "reconstructed")
ENROLLMENT = Besked("UnemploymentEnrollment", 1, 100006, "Tilmelding", _BOTH, "reconstructed", "reconstructed")
CANCELLATION = Besked("UnemploymentCancellation", 1, 100007, "Afmelding", _BOTH, "reconstructed", "reconstructed")
ABSENCE = Besked("Absence", 1, 100010, "Fravaer", _BOTH, "reconstructed", "reconstructed")
INFORMATION = Besked(  # to the jobcenter's own citizens (strategy 2); the name is spelt so
    "AdditionalInformationOnAbsence",
    1,
    100012,
    "YderligeInfoOmFravaer",
    frozenset({JOBCENTER}),
    "documented",
    "documented",
)
EDUCATION = Besked("JobOrientedEducation", 1, 100011, "JobrettetUddannelse", _BOTH, "reconstructed", "reconstructed")
CPR_CHANGED = Besked("CprChanged", 1, 100013, "CprSkift", _BOTH, "reconstructed", "documented")

KINDS: Final = (
    CONTACT_GROUP,
    PERSON_CATEGORY,
    ENROLLMENT,
    CANCELLATION,
    ABSENCE,
    INFORMATION,
    EDUCATION,
    CPR_CHANGED,
)
BY_NAME: Final[Mapping[str, Besked]] = MappingProxyType({one.name: one for one in KINDS})
BY_ENTITY: Final[Mapping[int, Besked]] = MappingProxyType({one.entity: one for one in KINDS})

# Documented messages of other parts of DFDG, by EntitetId: kept and shown when they come, not bridged.
ELSEWHERE: Final[Mapping[int, str]] = MappingProxyType(
    {
        100014: "BevillingAfYdelse",
        60010: "Akassemedlemskab",
        60007: "ForsoergerStatusSkift",
        50003: "DagpengetaellerTidligereAkasse",
        90001: "Frist",
    }
)
