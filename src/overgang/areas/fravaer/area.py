"""Fravær: the area's declaration."""

from overgang.areas.fravaer import rules
from overgang.areas.fravaer.mapping import ACTIVE, REGISTRATION, UDEN_KOMMENTAR
from overgang.core.area import Area, Service

AREA = Area(
    name="fravaer",
    title="Fravær",
    services=(
        Service("AbsenceRegistrationService", 7, REGISTRATION),
        Service("AbsenceActiveStatusService", 9, ACTIVE),
    ),
    rules=rules.RULES,
    laws=rules.LAWS,
    reply_rules=rules.REPLY_RULES,
    says=(UDEN_KOMMENTAR,),
)
