"""What flows ask of the modern side's registrations: does one stand, does it say what was sent, when was it made.

A registration is an object of a read or history reply; its properties are those of the write, in camelCase.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from overgang.core.fields import TIDSPUNKT, Field, Table
from overgang.core.messages import SoapCall
from overgang.core.values import Tidspunkt


def current(items: Iterable[Mapping[str, Any]], key: str, identifier: str) -> list[Mapping[str, Any]]:
    """Of a history, the newest and not deleted version of the registration whose property `key` is `identifier`."""
    return [item for item in items if item[key].lower() == identifier.lower() and _stands(item)]


def says(item: Mapping[str, Any], wanted: Mapping[str, Any], table: Table) -> bool:
    """Whether a registration has the wanted values and no others, whatever zone its times are written in."""
    return all(_value(field, item, read_as(field)) == _value(field, wanted, field.new) for field in table.fields)


def read_as(field: Field) -> str:
    """The name under which reads show a field: KontaktgruppeType is written, kontaktgruppeType is read."""
    return field.new[0].lower() + field.new[1:]


def receipt(call: SoapCall, identifier: str, item: Any) -> dict[str, Any]:
    """ServiceReceipt; on a read-back the modern side's own time of registration, else the time of this call."""
    registered = item.get("dfdgRegistreringstidspunkt") if isinstance(item, Mapping) else None
    event = Tidspunkt(registered) if registered else call.event_date
    return {"ServiceReceipt": {"EventDate": event, "MessageIdentifier": identifier}}


def _stands(item: Mapping[str, Any]) -> bool:
    state: Mapping[str, bool] = item["registreringsmetadata"]
    return state["erAktuel"] and not state["erSlettet"]


def _value(field: Field, values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    return Tidspunkt(value).moment if value is not None and field.codec is TIDSPUNKT else value
