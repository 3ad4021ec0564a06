"""The old contracts: each operation's mapping, evidence, waivers, and what the loader noted."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from overgang.core.area import Area, Waiver
from overgang.pages import mapping
from overgang.pages.lists import Filters
from overgang.pages.rendering import Site
from overgang.shell.soap_ingress import Bridge, Bridged


def index(site: Site, request: Request) -> Response:
    """GET /contracts"""
    filters = Filters(request, ())
    bridged = site.bridged()
    rows = [
        (service, [(area, bridge) for area, own, bridge in bridged if own is service])
        for service in site.loaded.services
    ]
    return site.page(
        request,
        "contracts.html",
        section="contracts",
        rows=rows,
        wsdl={service.key: _wsdl(site, service) for service, _ in rows},
        openapis=_openapis(site),
        ignored=filters.ignored,
    )


def show(site: Site, request: Request) -> Response:
    """GET /contracts/{service}/{version}"""
    given = request.path_params
    service = site.service(f"{given['service']}/{given['version']}")
    if service is None:
        raise HTTPException(404)
    operations = [(area, bridge) for area, own, bridge in site.bridged() if own is service]
    return site.page(
        request,
        "contract.html",
        section="contracts",
        service=service,
        operations=[(area, bridge, *_tables(bridge)) for area, bridge in operations],
        forwarded=[bridge for bridge in service.bridges.values() if bridge.area is None],
        wsdl=_wsdl(site, service),
        openapis=_openapis(site, {id for _, bridge in operations if bridge.area for id in bridge.area.modern}),
        waivers=[waiver for area in _once([area for area, _ in operations]) for waiver in _waivers(area, service)],
    )


def _tables(bridge: Bridge) -> tuple[list[mapping.Row], list[mapping.Row]]:
    assert bridge.area is not None
    return mapping.requests(bridge.area), mapping.replies(bridge.area)


def _wsdl(site: Site, service: Bridged) -> str:
    listen = site.listen
    return f"{listen.public}{listen.prefix}/{service.version}/{service.contract.name}.svc?wsdl"


def _openapis(site: Site, only: set[str] | None = None) -> list[tuple[str, str]]:
    """The modern contracts: domain and address; `only` those with one of these operationIds."""
    contracts = [modern.contract for modern in site.loaded.modern.values()]
    domains = sorted({contract.domain for contract in contracts if only is None or contract.id in only})
    return [(domain, f"{site.listen.public}/{domain}/openapi.json") for domain in domains]


def _once(areas: list[Area]) -> list[Area]:
    return [area for number, area in enumerate(areas) if area not in areas[:number]]


def _waivers(area: Area, service: Bridged) -> list[Waiver]:
    """What an area leaves out of this contract; a waiver names what it is of as "input Service.Operation path"."""
    return [waiver for waiver in area.waivers if f" {service.contract.name}." in waiver.what]
