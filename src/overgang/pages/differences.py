"""What differed: the comparisons, and one of them with both answers side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from overgang.core.compare import reproduce
from overgang.core.compare.causes import CAUSES
from overgang.core.compare.values import Compared, Judged, Label, Verdict
from overgang.core.rules import Law
from overgang.pages.lists import SIZE, Filters, Listing, page_of
from overgang.pages.mapping import Row, made_of
from overgang.pages.rendering import Site
from overgang.pages.sidebyside import beside
from overgang.shell.soap_ingress import Bridge
from overgang.shell.store.values import Filter

_KNOWN = ("service", "operation", "caller", "verdict", "cause", "cluster")


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference with what made it: rows of the mapping, and the rule that its explanation names."""

    judged: Judged
    rows: Sequence[Row]
    law: Law[object] | None


def index(site: Site, request: Request) -> Response:
    """GET /differences"""
    filters = Filters(request, _KNOWN)
    bridged = site.bridged()
    wanted = {name: filters.text(name) for name in _KNOWN}
    wanted["service"] = filters.one_of("service", [service.key for _, service, _ in bridged])
    wanted["operation"] = filters.one_of("operation", [bridge.contract.name for _, _, bridge in bridged])
    wanted["verdict"] = filters.one_of("verdict", list(Verdict))
    verdict = Verdict(wanted["verdict"]) if wanted["verdict"] else None
    asked = {name: value or None for name, value in wanted.items() if name != "verdict"}
    found = _page(site, Filter(**asked, verdict=verdict), page_of(request))
    clusters = site.source.clusters(id=wanted["cluster"]) if wanted["cluster"] else ()
    return site.page(
        request,
        "differences.html",
        section="differences",
        found=found,
        wanted=wanted,
        services=sorted({service.key for _, service, _ in bridged}),
        operations=sorted({bridge.contract.name for _, _, bridge in bridged}),
        verdicts=list(Verdict),
        causes=sorted({*CAUSES, wanted["cause"]} - {""}),
        cluster=clusters[0] if clusters else None,
        ignored=filters.ignored,
    )


def _page(site: Site, wanted: Filter, page: int) -> Listing[Compared]:
    """The asked page, or the last one beyond the end."""
    answered = site.source.compared(wanted, page, SIZE)
    if not answered.items and answered.total:
        answered = site.source.compared(wanted, answered.pages, SIZE)
    return Listing(answered.items, answered.total, answered.page, SIZE)


def _asked(site: Site, request: Request) -> Compared:
    """The comparison of the address. Raises HTTPException 404."""
    compared = site.source.one(request.path_params["id"])
    if compared is None:
        raise HTTPException(404)
    return compared


def show(site: Site, request: Request) -> Response:
    """GET /differences/{id}"""
    compared = _asked(site, request)
    found = site.find(compared.service, compared.operation)
    kept = compared.kept
    return site.page(
        request,
        "difference.html",
        section="differences",
        compared=compared,
        bridged=found is not None,
        explained=_explained(site, compared, found[2] if found is not None else None),
        beside=beside(kept.old, kept.new, compared.judged) if kept is not None else None,
        causes=CAUSES,
    )


def _explained(site: Site, compared: Compared, bridge: Bridge | None) -> list[Explained]:
    """The differences, those without an explanation first."""
    order = list(Label)
    operation = bridge.area if bridge is not None else None
    return [
        Explained(
            judged,
            made_of(operation, judged.difference.place) if operation is not None else (),
            site.laws.get(judged.reason),
        )
        for judged in sorted(compared.judged, key=lambda one: order.index(one.label))
    ]


def as_curl(site: Site, request: Request) -> Response:
    """GET /differences/{id}/reproduce.sh: a command that sends the call to this gateway again."""
    compared = _kept(site, request)
    name, _, version = compared.service.partition("/")
    address = f"{site.listen.public}{site.listen.prefix}/{version}/{name}.svc"
    return _file(reproduce.curl(compared, address, site.trial), f"{compared.id}.sh")


def as_case(site: Site, request: Request) -> Response:
    """GET /differences/{id}/reproduce.case: the call and the old answer as a case file."""
    compared = _kept(site, request)
    return _file(reproduce.case(compared), f"{compared.id}.case")


def _kept(site: Site, request: Request) -> Compared:
    compared = _asked(site, request)
    if compared.kept is None:
        raise HTTPException(404)
    return compared


def _file(text: str, name: str) -> Response:
    safe = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-._"))
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
