"""Sygemelding og raskmelding: the area's declaration."""

from overgang.areas.sygemelding import rules
from overgang.areas.sygemelding.mapping import BENEFIT, COMPOSITE
from overgang.core.area import Area, Service

AREA = Area(
    name="sygemelding",
    title="Sygemelding og raskmelding",
    services=(
        Service("IllnessCompositeService", 5, COMPOSITE, forwarded=("ReportIllnessRecoveryAndBook",)),
        Service("IllnessRecoveryInformationService", 8, BENEFIT),
    ),
    rules=rules.RULES,
    laws=rules.LAWS,
    reply_rules=rules.REPLY_RULES,
    afterwards=rules.AFTERWARDS,
)
