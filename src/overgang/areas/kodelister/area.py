"""Kodelister: the area's declaration."""

from overgang.areas.kodelister import rules
from overgang.areas.kodelister.mapping import OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="kodelister",
    title="Kodelister",
    services=(Service("CodeListService", 1, OPERATIONS),),
    rules=rules.RULES,
)
