"""Danish and English: which one a reader gets, and how texts, days and numbers read in it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from overgang.core.values import COPENHAGEN
from overgang.pages.catalogue import CATALOGUE

LANGUAGES: Final = ("da", "en")
COOKIE: Final = "overgang-lang"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def chosen(request: Request) -> str:
    """The language of an answer: what the address says, else the cookie, else the browser's first that we have."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if said in LANGUAGES:
            return said
    return _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> str:
    best, weight = "en", 0.0
    for entry in header[:500].split(","):
        tag, _, parameter = entry.partition(";")
        language, share = tag.strip().lower().partition("-")[0], _weight(parameter)
        if language in LANGUAGES and share > weight:
            best, weight = language, share
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """Texts and forms of one language. Times are shown in Danish time whatever the language."""

    language: str

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key`; raises KeyError for one that is not in the catalogue."""
        text = CATALOGUE[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def dropped(self, reason: str) -> str:
        """Why a comparison was not made; the store's own word where the catalogue has none for it."""
        key = f"drop.{reason}"
        return self(key) if key in CATALOGUE else reason

    def day(self, day: date) -> str:
        if self.language == "da":
            return f"{day.day}.{day.month}.{day.year}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def moment(self, moment: datetime) -> str:
        local = moment.astimezone(COPENHAGEN)
        clock = f"{local:%H.%M}" if self.language == "da" else f"{local:%H:%M}"
        return f"{self.day(local.date())} {'kl. ' if self.language == 'da' else ''}{clock}"

    def number(self, number: int) -> str:
        return self._danish(f"{number:,}")

    def percent(self, share: float) -> str:
        """One decimal, cut and not rounded up: 99.96 % is not 100 %."""
        text = f"{int(share * 1000 + 1e-9) / 10:.1f}"
        return self._danish(text.removesuffix(".0")) + ("\u00a0%" if self.language == "da" else "%")

    def seconds(self, seconds: float) -> str:
        """Milliseconds below one second."""
        if seconds < 1:
            return f"{self._danish(f'{seconds * 1000:.3g}')} ms"
        return f"{self._danish(f'{seconds:.2f}')} s"

    def days(self, days: int) -> str:
        """How far away a day is: "in 3 days", "3 days ago"."""
        if days == 0:
            return self("days.today")
        one = "one" if abs(days) == 1 else "many"
        return self(f"days.{'in' if days > 0 else 'ago'}.{one}", n=self.number(abs(days)))

    def age(self, time: timedelta) -> str:
        """How long ago something was, in days, hours or minutes: the largest of which there are two or more."""
        minutes = int(time.total_seconds() // 60)
        if minutes < 1:
            return self("age.now")
        units = (("age.days", 24 * 60), ("age.hours", 60), ("age.minutes", 1))
        key, size = next(((key, size) for key, size in units if minutes >= 2 * size), ("age.minute", 1))
        return self(key, n=self.number(minutes // size))

    def _danish(self, text: str) -> str:
        return text.translate(_SIGNS) if self.language == "da" else text


_SIGNS: Final = str.maketrans(",.", ".,")
