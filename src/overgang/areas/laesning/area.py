"""Læsning: the area's declaration."""

from overgang.areas.laesning import rules
from overgang.areas.laesning.mapping import HISTORY, STATUS
from overgang.core.area import Area, Service, Waiver

AREA = Area(
    name="laesning",
    title="Læsning af status og historik",
    services=(
        Service("PersonStatusService", 20, STATUS),
        Service("PersonHistoryService", 1, HISTORY),
    ),
    rules=rules.RULES,
    waivers=tuple(
        Waiver(
            f"output PersonStatusService.GetVariablePersonStatus {flag}Info",
            "not among the modernised collections: a call that asks for it is refused with the flag's name",
            "the owner of the area laesning",
        )
        for flag in rules.NOT_MODERNISED
    ),
)
