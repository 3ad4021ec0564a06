"""Beskeder: the area's declaration."""

from overgang.areas.beskeder import rules
from overgang.areas.beskeder.mapping import CONTENT, NOT_BRIDGED, QUEUE, SAYS
from overgang.core.area import Area, Service

AREA = Area(
    name="beskeder",
    title="Tekniske beskeder",
    services=(
        Service("WsrmService", 1, QUEUE),
        *(Service("WsrmMessageService", version, CONTENT, forwarded) for version, forwarded in NOT_BRIDGED.items()),
    ),
    rules=rules.RULES,
    says=SAYS,
)
