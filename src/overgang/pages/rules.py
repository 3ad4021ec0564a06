"""The rules over time: what came into force when, what holds on a day, what changes between two days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from overgang.core.rules import Law
from overgang.core.timeline import NotInForce, Version
from overgang.pages.charts import Scale, Span
from overgang.pages.lists import Filters
from overgang.pages.rendering import Site
from overgang.shell.changes import changing, laws

_BEFORE = timedelta(days=120)  # of the axis, before the first change that is drawn and after the last
_EARLIEST = date(2020, 1, 1)  # first days before this one are assumed ones; their bars begin at the edge


@dataclass(frozen=True, slots=True)
class Drawn:
    """A law as one row: its stretches, and its version of the day asked for (None while it does not hold)."""

    anchor: str
    area: str
    law: Law[Any]
    spans: Sequence[Span]
    version: Version[Any] | None

    @property
    def versions(self) -> list[tuple[Version[Any], str]]:
        """Each version with what it says, where that is a number, a word or several; "" where it is a formula."""
        return [(version, _said(version.value)) for version in self.law.timeline]


def _said(value: Any) -> str:
    if isinstance(value, int | str):
        return str(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple | frozenset) else ""


def show(site: Site, request: Request) -> Response:
    """GET /rules?on=&day=&from=&to=: `day` is the slider's, counted from the axis' first."""
    filters = Filters(request, ("on", "day", "from", "to"))
    known = laws(site.loaded.areas)
    scale = _scale([law for _, law in known], site.today)
    on = _day(filters, "on") or _slid(filters, scale) or site.today
    first, last = _day(filters, "from") or on, _day(filters, "to") or _later(on, scale)
    return site.page(
        request,
        "rules.html",
        section="rules",
        scale=scale,
        on=on,
        slider=min(max(0, (on - scale.first).days), (scale.last - scale.first).days),
        drawn=_all_drawn(known, scale, on),
        first=first,
        last=last,
        changes=[(day, *_split(text)) for day, text in changing(first, last, known, site.loaded)],
        ignored=filters.ignored,
    )


def _all_drawn(known: Sequence[tuple[str, Law[Any]]], scale: Scale, on: date) -> list[Drawn]:
    """Each law; where areas declare one each by the same id, the first has the id for its anchor."""
    found: list[Drawn] = []
    for area, law in known:
        taken = {one.anchor for one in found}
        anchor = f"{law.id}-{area}" if law.id in taken else law.id
        found.append(_drawn(anchor, area, law, scale, on))
    return found


def _drawn(anchor: str, area: str, law: Law[Any], scale: Scale, on: date) -> Drawn:
    spans = scale.spans([version.since for version in law.timeline], law.timeline.ends, on)
    try:
        return Drawn(anchor, area, law, spans, law.timeline.on(on))
    except NotInForce:
        return Drawn(anchor, area, law, spans, None)


def _scale(known: Iterable[Law[Any]], today: date) -> Scale:
    """From before the first change that is drawn until after the last, today within."""
    days = [version.since for law in known for version in law.timeline if version.since >= _EARLIEST] + [today]
    ends = [law.timeline.ends for law in known if law.timeline.ends is not None]
    return Scale(min(days) - _BEFORE, max(days + ends) + _BEFORE)


def _day(filters: Filters, name: str) -> date | None:
    said = filters.text(name)
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        filters.ignored.append(name)
        return None


def _slid(filters: Filters, scale: Scale) -> date | None:
    said = filters.text("day")
    if said.isascii() and said.isdigit() and len(said) < 6:
        return min(scale.first + timedelta(days=int(said)), scale.last)
    if said:
        filters.ignored.append("day")
    return None


def _later(on: date, scale: Scale) -> date:
    """Where a comparison of days ends unless told: a year on."""
    return max(on, min(on + timedelta(days=365), scale.last)) if on < scale.last else on


def _split(text: str) -> tuple[str, list[str]]:
    """A change's heading and the lines below it."""
    head, *rest = text.splitlines()
    return head, [line.strip() for line in rest]
