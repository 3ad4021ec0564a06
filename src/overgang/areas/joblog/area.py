"""Joblog: the area's declaration."""

from overgang.areas.joblog import rules
from overgang.areas.joblog.mapping import READ, WRITE
from overgang.core.area import Area, Service

AREA = Area(
    name="joblog",
    title="Joblog",
    services=(
        Service("JoblogService", 2, READ),
        Service("CitizenJoblogService", 2, WRITE),
    ),
    rules=rules.RULES,
    laws=rules.LAWS,
    reply_rules=rules.REPLY_RULES,
)
