"""CodeListService: a code list as of a day."""

from datetime import date
from typing import Any, Final

from overgang.standin.calls import Answer, Call, Operation
from overgang.standin.codes import Value
from overgang.standin.moments import kept_day
from overgang.standin.refusal import Refused


def _code_list(call: Call) -> Answer:
    """Also values for internal use; 2001 for a list there is none of."""
    name = call.body["CodeListName"]
    if name not in call.lists:
        raise Refused(2001)
    day = date.fromisoformat(kept_day(call.body["Date"])) if "Date" in call.body else call.today
    valid = sorted((value for value in call.lists[name].values() if value.holds(day)), key=lambda value: value.id)
    return {"CodeList": {"CodeListName": name, "CodeListItems": {"CodeListItem": [_item(value) for value in valid]}}}


def _item(value: Value) -> dict[str, Any]:
    return {
        "CodeListItemIdentifier": value.id,
        "CodeListItemName": value.name,
        "ValidFrom": value.since.isoformat(),
        "ValidTo": value.ends.isoformat() if value.ends else None,
    }


OPERATIONS: Final = {"GetCodeList": Operation(_code_list, allowed=None)}
