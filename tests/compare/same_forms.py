"""Other texts of the same value, by the built-in type: what XSD lets be written in several ways."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from made_answers import WHOLE_NUMBERS

from overgang.wire.contract import Simple


def other_form(kind: Simple, given: str, random: Random) -> str:
    """Another text of the same value."""
    if kind.variety == "list" and kind.item is not None:
        return _padded("   \n".join(other_form(kind.item, one, random) for one in given.split()), random)
    if kind.variety == "union":
        return given
    form = FORMS.get(kind.builtin)
    made = form(given, random) if form is not None and random.random() < 0.8 else given
    spaces = kind.facets.white_space or {"string": "preserve", "anySimpleType": "preserve"}.get(kind.builtin)
    if kind.builtin == "normalizedString" and spaces is None:
        spaces = "replace"
    if spaces == "preserve":
        return made
    return made.replace(" ", random.choice(" \t\n")) if spaces == "replace" else _padded(made, random)


def _padded(given: str, random: Random) -> str:
    return (
        random.choice(("", " ", "\n  ")) + given.replace(" ", random.choice((" ", "  ", "\n"))) + random.choice("  \t")
    )


def _boolean(given: str, random: Random) -> str:
    return {"true": "1", "false": "0"}[given]


def _signed(given: str, random: Random) -> str:
    sign, digits = ("-", given[1:]) if given.startswith("-") else (random.choice(("", "+")), given)
    return sign + "0" * random.randint(0, 3) + digits


def _decimals(given: str, random: Random) -> str:
    whole, _, part = _signed(given, random).partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}{'0' * random.randint(0, 3)}" if part or random.random() < 0.5 else whole


def _exponent(given: str, random: Random) -> str:
    if given in ("INF", "-INF", "NaN"):
        return given
    return random.choice((_decimals(given, random), f"{given.replace('.', '')}E-2", f"{given}e0"))


def _split_zone(given: str) -> tuple[str, str]:
    if given.endswith("Z"):
        return given[:-1], "Z"
    return (given[:-6], given[-6:]) if given[-6] in "+-" and given[-3] == ":" else (given, "")


def _fraction(clock: str, random: Random) -> str:
    whole, _, part = clock.partition(".")
    zeros = "0" * random.randint(0, 4)
    return f"{whole}.{part}{zeros}" if part or zeros else whole


def _minutes(zone: str) -> int:
    minutes = 0 if zone == "Z" else int(zone[1:3]) * 60 + int(zone[4:])
    return -minutes if zone.startswith("-") else minutes


def _date_time(given: str, random: Random) -> str:
    """The same instant in another zone, with more zeros, and midnight as 24:00:00 of the day before."""
    reading, zone = _split_zone(given)
    day, _, clock = reading.partition("T")
    whole, _, part = clock.partition(".")
    moment = datetime.fromisoformat(f"{day}T{whole}")
    if zone:
        new = random.choice(("Z", "+00:00", "-00:00", "+01:00", "+13:30", "-14:00"))
        moment += timedelta(minutes=_minutes(new) - _minutes(zone))
        zone = new
    made = moment.isoformat()
    if made.endswith("T00:00:00") and not part and random.random() < 0.5:
        return f"{(moment - timedelta(days=1)).date().isoformat()}T24:00:00{zone}"
    return f"{made[:11]}{_fraction(made[11:] + ('.' + part if part else ''), random)}{zone}"


def _time(given: str, random: Random) -> str:
    reading, zone = _split_zone(given)
    whole, _, part = reading.partition(".")
    if zone:
        new = random.choice(("Z", "-00:00", "+01:00", "-05:30"))
        hour, minute, second = (int(one) for one in whole.split(":"))
        minutes = (hour * 60 + minute + _minutes(new) - _minutes(zone)) % 1440
        whole, zone = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}", new
    return _fraction(f"{whole}.{part}" if part else whole, random) + zone


def _zoned(given: str, random: Random) -> str:
    reading, zone = _split_zone(given) if len(given) > 6 else (given, "")
    return reading + (random.choice(("Z", "+00:00", "-00:00")) if zone == "Z" else zone)


def _duration(given: str, random: Random) -> str:
    years, _, rest = given[1:].partition("Y")
    months, _, minutes = rest.partition("MT")
    return f"P{int(years) * 12 + int(months)}MT{int(minutes[:-1]) * 60}S"


def _blanks(given: str, random: Random) -> str:
    place = random.randint(0, len(given))
    return f"{given[:place]} \n {given[place:]}"


FORMS: dict[str, Callable[[str, Random], str]] = {
    "boolean": _boolean,
    "decimal": _decimals,
    "float": _exponent,
    "double": _exponent,
    "dateTime": _date_time,
    "date": _zoned,
    "time": _time,
    "gYear": _zoned,
    "gMonthDay": _zoned,
    "duration": _duration,
    "base64Binary": _blanks,
    "hexBinary": lambda given, random: given.upper(),
    **dict.fromkeys((*WHOLE_NUMBERS, "positiveInteger", "nonPositiveInteger", "negativeInteger"), _signed),
}
