"""Each bridged operation: how well old and new agree, what differs, how fast, and who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from overgang.core.area import Area
from overgang.core.compare.values import Label, Mode
from overgang.core.organisations import told
from overgang.core.rules import Law
from overgang.pages import mapping
from overgang.pages.charts import TREND_DAYS, bars, trend
from overgang.pages.entry import name_of, note
from overgang.pages.lists import Filters, listing
from overgang.pages.rendering import Site, address
from overgang.pages.sources import SwitchRefused
from overgang.pages.standing import STATES, Standing, Traffic, recent, standing, summed, traffic
from overgang.shell.changes import laws
from overgang.shell.soap_ingress import Bridge, Bridged
from overgang.shell.store.values import ANY, Cluster, Scope, Verdicts
from overgang.wire.openapi import ModernOperation

_INHERIT = "inherit"  # the form's word for taking back what is set


@dataclass(frozen=True, slots=True)
class Line:
    """An operation in the list."""

    area: Area
    service: Bridged
    bridge: Bridge
    standing: Standing
    traffic: Traffic
    mode: Mode
    unexplained: int


def index(site: Site, request: Request) -> Response:
    """GET /operations"""
    filters = Filters(request, ("area", "state", "q"))
    wanted = {
        "area": filters.one_of("area", [area.name for area in site.loaded.areas]),
        "state": filters.one_of("state", STATES),
        "q": filters.text("q"),
    }
    lines = [line for line in _lines(site) if _fits(line, wanted)]
    found = listing(request, lines, 30)
    return site.page(
        request, "operations.html", section="operations", found=found, wanted=wanted, ignored=filters.ignored
    )


def _lines(site: Site) -> list[Line]:
    source = site.source
    compared = summed(source.parity(), lambda row: (row.service, row.operation))
    calls = traffic(recent(source, site.today), lambda use: (use.service, use.operation))
    unexplained: dict[tuple[str, str], int] = {}
    for cluster in source.clusters(label=Label.UNEXPLAINED):
        key = (cluster.service, cluster.operation)
        unexplained[key] = unexplained.get(key, 0) + 1
    lines = []
    for area, service, bridge in site.bridged():
        key = (service.key, bridge.contract.name)
        stands = standing(compared.get(key, Verdicts()), site.gate)
        mode = source.mode(*key, ANY)
        lines.append(Line(area, service, bridge, stands, calls.get(key, Traffic()), mode, unexplained.get(key, 0)))
    return lines


def _fits(line: Line, wanted: dict[str, str]) -> bool:
    name = f"{line.service.key} {line.bridge.contract.name}".casefold()
    return (
        wanted["area"] in ("", line.area.name)
        and wanted["state"] in ("", line.standing.state)
        and wanted["q"].casefold() in name
    )


def _asked(site: Site, request: Request) -> tuple[Area, Bridged, Bridge]:
    """The operation of the address. Raises HTTPException 404."""
    given = request.path_params
    found = site.find(f"{given['service']}/{given['version']}", given["operation"])
    if found is None:
        raise HTTPException(404)
    return found


def show(site: Site, request: Request) -> Response:
    """GET /operations/{service}/{version}/{operation}"""
    area, service, bridge = _asked(site, request)
    assert bridge.area is not None
    source, name = site.source, bridge.contract.name
    rows = [row for row in source.parity() if (row.service, row.operation) == (service.key, name)]
    by_caller = summed(rows, lambda row: row.caller)
    uses = [use for use in recent(source, site.today) if (use.service, use.operation) == (service.key, name)]
    latency = source.latency(service.key, name)
    return site.page(
        request,
        "operation.html",
        section="operations",
        area=area,
        service=service,
        bridge=bridge,
        standing=standing(summed(rows, lambda _: "").get("", Verdicts()), site.gate),
        trend=trend(source.trend(TREND_DAYS, service.key, name), site.gate, site.today),
        clusters=_by_label(source.clusters(service.key, name)),
        latency=latency,
        bars=bars(latency),
        callers=[
            (caller, standing(by_caller.get(caller, Verdicts()), site.gate), source.mode(service.key, name, caller))
            for caller in sorted(by_caller.keys() | {use.caller for use in uses})
        ],
        calls=traffic(uses, lambda use: use.caller),
        mode=source.mode(service.key, name, ANY),
        set_here=[row for row in source.modes() if (row.scope.service, row.scope.operation) == (service.key, name)],
        modes=list(Mode),
        modern=_modern(site, bridge),
        laws=_laws(site, bridge),
        changed=request.query_params.get("changed") == "1",
        requests=mapping.requests(bridge.area),
        replies=mapping.replies(bridge.area),
    )


def _by_label(clusters: Sequence[Cluster]) -> list[tuple[Label, list[Cluster]]]:
    return [(label, [cluster for cluster in clusters if cluster.label is label]) for label in Label]


def _modern(site: Site, bridge: Bridge) -> list[ModernOperation]:
    assert bridge.area is not None
    known = {modern.contract.id: modern.contract for modern in site.loaded.modern.values()}
    return [known[id] for id in bridge.area.modern if id in known]


def _laws(site: Site, bridge: Bridge) -> list[Law[Any]]:
    """The laws on its modern operations, other areas' among them."""
    assert bridge.area is not None
    return [law for _, law in laws(site.loaded.areas) if set(law.concerns) & set(bridge.area.modern)]


def ask(site: Site, request: Request) -> Response:
    """GET .../mode?caller=&mode=: says what the switch would do, and asks for a name."""
    return _form(site, request, dict(request.query_params))


async def switch(site: Site, request: Request) -> Response:
    """POST .../mode"""
    given = await site.token.form(request)
    return await run_in_threadpool(_switch, site, request, given)


def _switch(site: Site, request: Request, given: dict[str, str]) -> Response:
    _, service, bridge = _asked(site, request)
    name = bridge.contract.name
    mode, caller, by = _mode(given), _caller(given), name_of(given)
    if mode is None or caller is None:
        raise HTTPException(400)
    if not by:
        return _form(site, request, given, "switch.error.name", 400)
    try:
        wanted = mode[0].value if mode[0] is not None else "as around it"
        note(request.scope, by=by, mode=wanted, service=service.key, operation=name, caller=caller)
        site.source.set_mode(Scope(service.key, name, caller), mode[0], by, site.clock())
    except SwitchRefused:
        return _form(site, request, given, "switch.error.refused", 409)
    return RedirectResponse(address("operations", service.key, name, changed="1"), 303)


def _form(site: Site, request: Request, given: dict[str, str], error: str = "", status: int = 200) -> Response:
    area, service, bridge = _asked(site, request)
    name = bridge.contract.name
    mode, caller = _mode(given), _caller(given)
    if mode is None or caller is None:
        raise HTTPException(400)
    return site.page(
        request,
        "switch.html",
        status=status,
        section="operations",
        area=area,
        service=service,
        bridge=bridge,
        caller=caller,
        before=site.source.mode(service.key, name, caller),
        after=mode[0],
        writes=any(modern.method != "GET" for modern in _modern(site, bridge)),
        by=name_of(given),
        error=error,
    )


def _mode(given: dict[str, str]) -> tuple[Mode | None] | None:
    """The wanted mode in a tuple, (None,) for what holds around it, None for no mode at all."""
    said = given.get("mode", "")
    if said == _INHERIT:
        return (None,)
    return (Mode(said),) if said in set(Mode) else None


def _caller(given: dict[str, str]) -> str | None:
    """ANY, or an organisation "type/code"; None for anything else. Raises HTTPException 400 for a citizen number."""
    said = given.get("caller", "").strip() or ANY
    if told(said) != said:
        raise HTTPException(400, "caller")
    kind, slash, code = said.partition("/")
    organisation = slash and kind.isascii() and kind.isdigit() and len(kind) <= 3 and code and len(code) <= 20
    return said if said == ANY or (organisation and not any(sign.isspace() or sign == "/" for sign in code)) else None
