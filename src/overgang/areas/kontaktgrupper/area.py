"""Kontaktgrupper: the area's declaration."""

from overgang.areas.kontaktgrupper import rules
from overgang.areas.kontaktgrupper.mapping import FORWARDED, OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="kontaktgrupper",
    title="Kontaktgrupper",
    services=(Service("PersonRegistrationService", 9, OPERATIONS, FORWARDED),),
    rules=rules.RULES,
    laws=rules.LAWS,
)
