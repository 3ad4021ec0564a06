"""Who calls: what still goes over SOAP, when last, how much has moved to REST."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from overgang.core.compare.values import Use
from overgang.pages.lists import Filters, listing
from overgang.pages.rendering import Site
from overgang.pages.standing import Traffic, recent, standing, summed, traffic
from overgang.shell.store.values import Verdicts


@dataclass(frozen=True, slots=True)
class Line:
    """A caller, or one operation of a caller, in the last 30 days; `last` is its last call over SOAP."""

    name: str
    calls: int
    faults: int
    traffic: Traffic
    operations: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class UseLine:
    """One operation of one caller over one face, in the last 30 days."""

    face: str
    area: str
    service: str
    operation: str
    calls: int
    faults: int
    last: datetime


def index(site: Site, request: Request) -> Response:
    """GET /callers"""
    filters = Filters(request, ("area", "face", "q"))
    wanted = {
        "area": filters.one_of("area", [area.name for area in site.loaded.areas]),
        "face": filters.one_of("face", ("soap", "rest")),
        "q": filters.text("q"),
    }
    uses = [use for use in recent(site.source, site.today) if wanted["area"] in ("", use.area)]
    lines = [line for line in _lines(uses) if _fits(site, line, wanted)]
    return site.page(
        request,
        "callers.html",
        section="callers",
        found=listing(request, lines),
        wanted=wanted,
        ignored=filters.ignored,
        whole=traffic(uses, lambda _: "").get("", Traffic()),
    )


def _lines(uses: Iterable[Use]) -> list[Line]:
    """A line per caller, those with most calls over SOAP first."""
    by_caller: dict[str, list[Use]] = {}
    for use in uses:
        by_caller.setdefault(use.caller, []).append(use)
    lines = [_line(caller, own) for caller, own in by_caller.items()]
    return sorted(lines, key=lambda line: (-line.traffic.soap, line.name))


def _line(caller: str, uses: Sequence[Use]) -> Line:
    soap = [use for use in uses if use.face == "soap"]
    return Line(
        caller,
        sum(use.calls for use in uses),
        sum(use.faults for use in uses),
        traffic(uses, lambda _: "").get("", Traffic()),
        len({(use.service, use.operation) for use in soap}),
        max((use.last for use in soap), default=None),
    )


def _fits(site: Site, line: Line, wanted: dict[str, str]) -> bool:
    """Face soap: who still has calls over SOAP; face rest: who has moved all of them."""
    sought = f"{line.name} {site.caller_kind(line.name)}".casefold()
    face = {"": True, "soap": line.traffic.soap > 0, "rest": line.traffic.soap == 0}[wanted["face"]]
    return face and wanted["q"].casefold() in sought


def show(site: Site, request: Request) -> Response:
    """GET /callers/{kind}/{code}"""
    caller = f"{request.path_params['kind']}/{request.path_params['code']}"
    source = site.source
    uses = recent(source, site.today, caller)
    rows = [row for row in source.parity() if row.caller == caller]
    if not uses and not rows:
        raise HTTPException(404)
    compared = summed(rows, lambda row: (row.service, row.operation))
    used = {(use.service, use.operation) for use in uses if use.face == "soap"}
    return site.page(
        request,
        "caller.html",
        section="callers",
        caller=caller,
        line=_line(caller, uses),
        uses=_use_lines(uses),
        operations=[
            (*key, standing(compared.get(key, Verdicts()), site.gate), source.mode(*key, caller))
            for key in sorted(compared.keys() | used)
        ],
        known={(service.key, bridge.contract.name) for _, service, bridge in site.bridged()},
    )


def _use_lines(uses: Iterable[Use]) -> list[UseLine]:
    found: dict[tuple[str, str, str, str], list[Use]] = {}
    for use in uses:
        found.setdefault((use.face, use.area, use.service, use.operation), []).append(use)
    lines = [
        UseLine(*key, sum(one.calls for one in own), sum(one.faults for one in own), max(one.last for one in own))
        for key, own in found.items()
    ]
    return sorted(lines, key=lambda line: (line.face != "soap", -line.calls, line.service, line.operation))
