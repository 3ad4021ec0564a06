"""What is asked of the modern side's registrations: does one stand or run, does it say what was sent, when was it made.

A registration is an object of a read or history reply; its properties are those of the write, in camelCase.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from overgang.core.errors import UpstreamFault
from overgang.core.fields import TIDSPUNKT, Field, Table
from overgang.core.messages import SoapCall
from overgang.core.values import Tidspunkt, Unmappable


def versions(items: Iterable[dict[str, Any]], key: str, identifier: str) -> list[dict[str, Any]]:
    """Of a history, all versions of the registration whose property `key` is `identifier`."""
    return [item for item in items if item[key].lower() == identifier.lower()]


def made_since(call: SoapCall, version: Mapping[str, Any]) -> bool:
    """Whether a version was registered at the call's RegistrationDateTime or later, by the two systems' clocks."""
    return Tidspunkt(version["dfdgRegistreringstidspunkt"]).moment >= call.caller.registered.moment


def of_call(call: SoapCall, version: Mapping[str, Any], *, deleted: bool = False) -> bool:
    """Whether a version can be what this call registered: the current one, or one made since the call.

    One made since and replaced again counts, or a late repeat would undo the newer correction. Only a deleted one
    counts where a deletion is asked for, and nowhere else. The clocks of the two sides need not agree for that.
    """
    state: Mapping[str, bool] = version["registreringsmetadata"]
    since = made_since(call, version)
    return state["erSlettet"] is deleted and (since or state["erAktuel"])


def says(item: Mapping[str, Any], wanted: Mapping[str, Any], table: Table) -> bool:
    """Whether a registration has the wanted values and no others, whatever zone its times are written in."""
    return all(_value(field, item, read_as(field)) == _value(field, wanted, field.new) for field in table.fields)


def runs(item: Mapping[str, Any], day: date, start: str, end: str) -> bool:
    """Whether a registration runs on `day`, from property `start` to property `end`; the first and last day are within.

    Raises UpstreamFault for a day that no calendar has.
    """
    return day_read(item, start, date.min) <= day <= day_read(item, end, date.max)


def day_read(item: Mapping[str, Any], name: str, absent: date) -> date:
    """The Danish day of a point in time that was read; `absent` where there is none.

    Raises UpstreamFault for one that no calendar has.
    """
    if item.get(name) is None:
        return absent
    try:
        return Tidspunkt(item[name]).day
    except Unmappable as mistake:
        expected = "a day of the years 1 to 9999"
        raise UpstreamFault(1100, "upstream.unrepresentable", element=name, expected=expected) from mistake


def read_as(field: Field) -> str:
    """The name under which reads show a field: KontaktgruppeType is written, kontaktgruppeType is read."""
    return field.new[0].lower() + field.new[1:]


def receipt(call: SoapCall, identifier: str, item: Any) -> dict[str, Any]:
    """ServiceReceipt; on a read-back the modern side's own time of registration, else the time of this call."""
    registered = item.get("dfdgRegistreringstidspunkt") if isinstance(item, Mapping) else None
    event = Tidspunkt(registered) if registered else call.event_date
    return {"ServiceReceipt": {"EventDate": event, "MessageIdentifier": identifier}}


def _value(field: Field, values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    return Tidspunkt(value).moment if value is not None and field.codec is TIDSPUNKT else value
