"""The admin port: health, readiness, and the pages."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.pseudonyms import IS_GUID
from overgang.pages import callers, cases, changes, contracts, differences, messages, operations, overview, rules
from overgang.pages.entry import Keyed, Note, Noted
from overgang.pages.rendering import FOLDER, Site
from overgang.pages.security import POLICY, Guarded, KnownHost, is_probe
from overgang.pages.sources import Nothing, Source, SourceFailed
from overgang.pages.standing import Gate
from overgang.shell import clock
from overgang.shell.clock import Clock
from overgang.shell.config import Listen
from overgang.shell.loading import Loaded
from overgang.shell.readiness import READY, Readiness

_OPERATION: Final = "/operations/{service}/{version:int}/{operation}"
_TOLD: Final = frozenset({400, 403, 404, 405, 413, 415, 500, 503})


def create_admin(
    loaded: Loaded,
    listen: Listen,
    source: Source | None = None,
    *,
    ticks: Clock = clock.now,
    hosts: Iterable[str] = (),
    gate: Gate | None = None,
    more: Sequence[BaseRoute] = (),
    trial: TrialCitizens | None = None,
    readiness: Readiness | None = None,
    token: bytes | None = None,
    noted: Note | None = None,
) -> Starlette:
    """The app. Liveness says that the process answers; readiness, per area, that calls can be answered.

    Without a source the pages show what is bridged and nothing that was compared. `hosts` are names that the pages
    may be asked by beside this machine's own, `more` further routes of the admin port, under the same policy. `trial`:
    the gateway is one that knows these citizens only. With a `token` only who has it gets more than the probes. Each
    change is `noted` before it is made.
    """
    ready = readiness or Readiness(loaded)
    site = Site(loaded, listen, source or Nothing(), ticks, gate or Gate(), trial=trial)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        """All areas, 503 when none is ready; or the one that is asked for."""
        areas = ready.areas()
        asked = request.path_params.get("area")
        if asked is not None and asked not in areas:
            raise HTTPException(404)
        wanted = areas if asked is None else {asked: areas[asked]}
        return JSONResponse(wanted, 200 if READY in wanted.values() else 503)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/readyz/{area}", readyz),
            *_pages(site),
            *more,
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[
            Middleware(Guarded),
            Middleware(KnownHost, refuse=partial(_foreign, site), hosts=tuple(hosts)),
            *([Middleware(Keyed, token=token, open_paths=is_probe)] if token is not None else []),
            *([Middleware(Noted, note=noted, known=_known(site))] if noted is not None else []),
        ],
        exception_handlers={
            HTTPException: partial(_refused, site),
            SourceFailed: partial(_failed, site),
            Exception: partial(_broken, site),
        },
    )


def _known(site: Site) -> Callable[[object], bool]:
    """Whether a part of an address is a message's id, or names a service, its version or an operation."""
    names = {
        name
        for _, service, bridge in site.bridged()
        for name in (service.contract.name, service.version, bridge.contract.name)
    }
    return lambda part: part in names or IS_GUID(str(part)) is not None


def _pages(site: Site) -> list[Route]:
    return [
        Route("/", partial(overview.show, site)),
        Route("/operations", partial(operations.index, site)),
        Route(_OPERATION, partial(operations.show, site)),
        Route(f"{_OPERATION}/mode", partial(operations.ask, site), methods=["GET"]),
        Route(f"{_OPERATION}/mode", partial(operations.switch, site), methods=["POST"]),
        Route("/differences", partial(differences.index, site)),
        Route("/differences/{id}", partial(differences.show, site)),
        Route("/differences/{id}/reproduce.sh", partial(differences.as_curl, site)),
        Route("/differences/{id}/reproduce.case", partial(differences.as_case, site)),
        Route("/callers", partial(callers.index, site)),
        Route("/callers/{kind}/{code}", partial(callers.show, site)),
        Route("/beskeder", partial(messages.index, site)),
        Route("/beskeder/{id}", partial(messages.show, site)),
        Route("/beskeder/{id}/release", partial(messages.ask, site, messages.RELEASE), methods=["GET"]),
        Route("/beskeder/{id}/release", partial(messages.act, site, messages.RELEASE), methods=["POST"]),
        Route("/beskeder/{id}/dismiss", partial(messages.ask, site, messages.DISMISS), methods=["GET"]),
        Route("/beskeder/{id}/dismiss", partial(messages.act, site, messages.DISMISS), methods=["POST"]),
        Route("/rules", partial(rules.show, site)),
        Route("/contracts", partial(contracts.index, site)),
        Route("/contracts/{service}/{version:int}", partial(contracts.show, site)),
        Route("/cases", partial(cases.index, site)),
        Route("/cases/{area}/{name}", partial(cases.show, site), methods=["GET"]),
        Route("/cases/{area}/{name}", partial(cases.play, site), methods=["POST"]),
        Route("/changes", partial(changes.index, site)),
    ]


def _refused(site: Site, request: Request, mistake: Exception) -> Response:
    """An error page. What went wrong is told by a key of the catalogue, never by what the request held."""
    assert isinstance(mistake, HTTPException)
    status = mistake.status_code if mistake.status_code in _TOLD else 400
    told = mistake.detail if mistake.detail in ("origin", "token", "form", "caller") else str(status)
    answer = site.page(request, "error.html", status=mistake.status_code, told=told)
    answer.headers.update(mistake.headers or {})
    if "hx-request" in request.headers:
        answer.headers["HX-Refresh"] = "true"  # a part of a page can't show it; the page loaded anew has a new token
    return answer


def _foreign(site: Site, request: Request) -> Response:
    return site.page(request, "error.html", status=400, told="host")


def _failed(site: Site, request: Request, _: Exception) -> Response:
    return site.page(request, "error.html", status=503, told="503")


def _broken(site: Site, request: Request, _: Exception) -> Response:
    """The last line stands outside of the middleware, so it brings the policy itself."""
    answer = site.page(request, "error.html", status=500, told="500")
    answer.headers.update(POLICY | {"Cache-Control": "no-store"})
    return answer
