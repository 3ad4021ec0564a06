"""Points in time as old calls write them (xs:dateTime) and as registrations keep them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from overgang.standin.refusal import Refused

_DANISH = ZoneInfo("Europe/Copenhagen")
_MIDNIGHT = re.compile(r"T24:00:00(\.0+)?")


def kept(text: str, refusal: int = 1014) -> str:
    """An xs:dateTime as a registration keeps it: as it came, but for 24:00, which is 00:00 of the day after.

    Refused for a time outside of the years 1 to 9999.
    """
    text = text.strip()
    try:
        if _MIDNIGHT.search(text):
            after = date.fromisoformat(text[:10]) + timedelta(days=1)
            text = f"{after.isoformat()}{_MIDNIGHT.sub('T00:00:00', text)[10:]}"
        day(text)
    except (ValueError, OverflowError):
        raise Refused(refusal) from None
    return text


def kept_day(text: str) -> str:
    """The day of an xs:date without its zone, which does not change which day it is. Refused (1014) as `kept` is."""
    return kept(f"{text[:10]}T00:00:00")[:10]


def written_now(today: date) -> str:
    """The time of this moment on the day of the call, as registrations are dated."""
    return datetime.combine(today, datetime.now(_DANISH).time(), _DANISH).isoformat(timespec="milliseconds")


def day(text: str) -> date:
    """The Danish day of a kept time; one without a zone is Danish time. Raises ValueError or OverflowError."""
    moment = datetime.fromisoformat(text)
    return moment.date() if moment.tzinfo is None else moment.astimezone(_DANISH).date()


def ends(content: Mapping[str, str], name: str) -> date:
    """The day of an end that may be missing: without one a registration goes on for ever."""
    return day(content[name]) if name in content else date.max
