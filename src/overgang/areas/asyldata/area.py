"""Øvrige asyldata: the area's declaration."""

from overgang.areas.asyldata import rules
from overgang.areas.asyldata.mapping import OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="asyldata",
    title="Øvrige asyldata",
    services=(Service("AsylumService", 1, OPERATIONS),),
    rules=rules.RULES,
)
