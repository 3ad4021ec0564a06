"""Visitation: the area's declaration."""

from overgang.areas.visitation import rules
from overgang.areas.visitation.mapping import OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="visitation",
    title="Visitation",
    services=(Service("PersonRegistrationService", 9, OPERATIONS),),
    rules=rules.RULES,
    laws=rules.LAWS,
    reply_rules=rules.REPLY_RULES,
    afterwards=rules.AFTERWARDS,
)
