"""Kodelister: the old CodeListService, answered from the gateway's own dated code lists; nothing is asked upstream."""

from datetime import date
from typing import Any

from overgang.core.area import Operation, Placed
from overgang.core.codelists import CodeValue
from overgang.core.errors import CallerFault
from overgang.core.fields import Table
from overgang.core.flow import Flow
from overgang.core.messages import CodeLists, SoapCall
from overgang.core.values import Dato, Unmappable

ASKED = Table(
    elsewhere={
        "CodeListName": "the gateway's own code list of that name",
        "Date": "the day on which its values are valid; the day of the call where it is absent",
    }
)


def get_code_list(call: SoapCall) -> Flow:
    """GetCodeList = no modern call: the values of one of the gateway's own lists that are valid on the day asked.

    2001 for an unknown list; a list without a valid value is an empty one (case: kodeliste_tom).
    """
    lists = yield CodeLists()
    name = call.body["CodeListName"]
    if name not in lists:
        raise CallerFault(2001, "codelist.unknown", element="CodeListName", expected="the name of a code list")
    day = _day(call)
    values = sorted((value for value in lists[name].values.values() if value.holds(day)), key=lambda value: value.id)
    items = {"CodeListItem": [_item(value) for value in values]} if values else {}
    return {"CodeList": {"CodeListName": name, "CodeListItems": items}}


def _day(call: SoapCall) -> date:
    try:
        return Dato(call.body["Date"]).day if "Date" in call.body else call.day
    except Unmappable as mistake:
        raise CallerFault(
            1014, "value.unmappable", element="Date", expected="a day of the years 1 to 9999"
        ) from mistake


def _item(value: CodeValue) -> dict[str, Any]:
    item = {
        "CodeListItemIdentifier": value.id,
        "CodeListItemName": value.name,
        "ValidFrom": Dato(value.since.isoformat()),
    }
    return item if value.ends is None else item | {"ValidTo": Dato(value.ends.isoformat())}


OPERATIONS = (
    Operation(
        "GetCodeList",
        get_code_list,
        modern=(),
        evidence="reconstructed",
        requests=(Placed("", ASKED, ""),),
    ),
)
