"""Tilmelding og afmelding: the area's declaration."""

from overgang.areas.tilmelding import rules
from overgang.areas.tilmelding.mapping import OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="tilmelding",
    title="Tilmelding og afmelding",
    services=(Service("UnemploymentEnrollmentService", 8, OPERATIONS),),
    rules=rules.RULES,
    laws=rules.LAWS,
)
