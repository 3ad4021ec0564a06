"""Læsning: the area's declaration."""

from collections.abc import Iterator

from overgang.areas.laesning import rules
from overgang.areas.laesning.mapping import EVER, NOW, Collection, get_person_history, get_variable_person_status
from overgang.core.area import Area, Operation, Placed, Service, Waiver
from overgang.core.fields import Table


def _requests(part: str, flags: str, collections: tuple[Collection, ...], *refused: str) -> tuple[Placed, ...]:
    citizen = {"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"}
    asked = {collection.flag: f"{collection.operation} is asked" for collection in collections}
    modern = collections[0].operation
    flag_table = Table(elsewhere=asked | dict.fromkeys(refused, "true is refused"))
    return Placed(part, Table(elsewhere=citizen), modern), Placed(f"{part}/{flags}", flag_table, modern)


def _replies(collections: tuple[Collection, ...]) -> tuple[Placed, ...]:
    return tuple(
        placed for one in collections for placed in _placed(f"{one.old}/{one.item}", one.table, one.operation, one.new)
    )


def _placed(old: str, table: Table, modern: str, at: str) -> Iterator[Placed]:
    """A table, and those of the structures within."""
    yield Placed(old, table, modern, at)
    for field in table.fields:
        if field.codec.inside is not None:
            below = f"{old}/{field.old}/{field.codec.item}" if field.codec.item else f"{old}/{field.old}"
            yield from _placed(below, field.codec.inside, modern, f"{at}.{field.new}")


STATUS = (
    Operation(
        "GetVariablePersonStatus",
        get_variable_person_status,
        modern=tuple(dict.fromkeys(collection.operation for collection in NOW)),
        evidence="partly",
        requests=_requests("VariablePersonStatusRequest", "RequestVariableType", NOW, *rules.NOT_MODERNISED),
        replies=_replies(NOW),
    ),
)
HISTORY = (
    Operation(
        "GetPersonHistory",
        get_person_history,
        modern=tuple(dict.fromkeys(collection.operation for collection in EVER)),
        evidence="partly",
        requests=_requests("PersonHistoryRequest", "RequestHistoryType", EVER),
        replies=_replies(EVER),
    ),
)

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
