"""The cases: each readable, and playable through the whole pipeline."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from overgang.pages.lists import Filters, listing
from overgang.pages.rendering import Site
from overgang.shell.casebook import Casebook, Played
from overgang.wire.cases import Case, CaseError


def index(site: Site, request: Request) -> Response:
    """GET /cases"""
    filters = Filters(request, ("area", "operation", "q"))
    names = _operations(site)
    wanted = {
        "area": filters.one_of("area", [area.name for area in site.loaded.areas]),
        "operation": filters.one_of("operation", sorted(set(names.values()))),
        "q": filters.text("q"),
    }
    fitting = [case for case in site.cases() if _fits(case, wanted, names)]
    return site.page(
        request,
        "cases.html",
        section="cases",
        found=listing(request, fitting),
        wanted=wanted,
        operations=sorted(set(names.values())),
        operation_of={case.name: names.get(_key(case), "") for case in fitting},
        ignored=filters.ignored,
    )


def _operations(site: Site) -> dict[tuple[str, str], str]:
    """Operation names by service "Name/version" and Clark name of the request element."""
    return {
        (service.key, element): bridge.contract.name
        for service in site.loaded.services
        for element, bridge in service.bridges.items()
    }


def _key(case: Case) -> tuple[str, str]:
    return f"{case.service}/{case.version}", case.element


def _fits(case: Case, wanted: dict[str, str], names: dict[tuple[str, str], str]) -> bool:
    return (
        wanted["area"] in ("", case.name.partition("/")[0])
        and (not wanted["operation"] or names.get(_key(case)) == wanted["operation"])
        and wanted["q"].casefold() in f"{case.name} {case.title}".casefold()
    )


def _asked(site: Site, request: Request) -> Case:
    """The case of the address. Raises HTTPException 404."""
    name = f"{request.path_params['area']}/{request.path_params['name']}"
    for case in site.cases():
        if case.name == name:
            return case
    raise HTTPException(404)


def show(site: Site, request: Request) -> Response:
    """GET /cases/{area}/{name}"""
    return _page(site, request, _asked(site, request))


async def play(site: Site, request: Request) -> Response:
    """POST /cases/{area}/{name}: plays it; nothing outside of this process is asked."""
    await site.token.form(request)
    return await run_in_threadpool(_play, site, request)


def _play(site: Site, request: Request) -> Response:
    case = _asked(site, request)
    try:
        played = Casebook(site.loaded).play(case)
    except CaseError as mistake:
        played = Played(difference=[str(mistake)])
    return _page(site, request, case, played)


def _page(site: Site, request: Request, case: Case, played: Played | None = None) -> Response:
    service = site.service(f"{case.service}/{case.version}")
    bridge = service.bridges.get(case.element) if service is not None else None
    return site.page(
        request,
        "case.html",
        section="cases",
        case=case,
        operation=bridge.contract.name if bridge is not None else "",
        bridged=bridge is not None and bridge.area is not None,
        played=played,
    )
