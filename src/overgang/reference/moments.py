"""Points in time as the modern contract writes them: RFC 3339, the offset optional and then Danish local time."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def day_of(text: str) -> date:
    """The Danish calendar day of a point in time; ValueError when it is none."""
    if _FORM.fullmatch(text) is None:
        raise ValueError("not a point in time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.date()
    try:
        return moment.astimezone(COPENHAGEN).date()
    except OverflowError as mistake:
        raise ValueError("not a point in time") from mistake


def written(moment: datetime) -> str:
    """An aware datetime in Danish time with its offset and milliseconds."""
    return moment.astimezone(COPENHAGEN).isoformat(timespec="milliseconds")
