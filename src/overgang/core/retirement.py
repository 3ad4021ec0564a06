"""When an old service is deprecated, refused for a while, and no longer answered (rules.md service.udfasning)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from overgang.core.errors import CallerFault, GatewayFault
from overgang.core.values import COPENHAGEN


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the modern side; `assumed` when its day is not public."""

    name: str
    day: date
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Brownout:
    """An announced refusal: from `start` on, until just before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Retirement:
    """What is decided for one old service. `sunset` is its last day here; None while there is none."""

    deprecated: Release
    replaced: Release
    sunset: date | None = None
    brownouts: Sequence[Brownout] = ()

    def headers(self, *links: str) -> list[tuple[str, str]]:
        """Deprecation (RFC 9745), a Link to each modern contract, and Sunset (RFC 8594) once it is decided."""
        found = [
            ("Deprecation", f"@{int(_begins(self.deprecated.day).timestamp())}"),
            *(("Link", f'<{link}>; rel="successor-version"; type="application/json"') for link in links),
        ]
        if self.sunset is not None:
            found.append(("Sunset", format_datetime(self._ends(self.sunset), usegmt=True)))
        return found

    def check(self, now: datetime, modern: str) -> None:
        """Pass a call of `now`; raise CallerFault after the sunset, GatewayFault in a brownout; both name `modern`."""
        if self.sunset is not None and now >= self._ends(self.sunset):
            note = f"the service ended on {self.sunset.isoformat()}; its modern call is {modern}"
            raise CallerFault(1100, "service.ended", note=note, status=410)
        for brownout in self.brownouts:
            if brownout.start <= now < brownout.end:
                seconds = int((brownout.end - now).total_seconds()) + 1
                note = f"an announced interruption before the service ends; its modern call is {modern}"
                raise GatewayFault(1100, "service.brownout", note=note, status=503, retry_after=seconds)

    @staticmethod
    def _ends(sunset: date) -> datetime:
        return _begins(sunset + timedelta(days=1))


Calendar = Mapping[tuple[str, int], Retirement]  # by service name and version


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), COPENHAGEN).astimezone(UTC)
