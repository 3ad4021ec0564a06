"""The modern side as one application, and a look inside it for trials and tests."""

from dataclasses import asdict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from overgang.reference import (
    abonnementer,
    asyldata,
    fravaer,
    joblog,
    joboenske,
    kontaktgrupper,
    midlertidig_adresse,
    sygemelding,
    tilmelding,
    visitation,
    yderligere_info,
)
from overgang.reference.problems import Refusal, RequestIdSeen, no_such_operation, refused, request_id_seen
from overgang.reference.protocol import citizen_number, match_raw_path
from overgang.reference.store import Store

_KINDS = (
    tilmelding.KIND,
    joboenske.KIND,
    joblog.KIND,
    fravaer.KIND,
    yderligere_info.KIND,
    midlertidig_adresse.KIND,
    asyldata.KIND,
    kontaktgrupper.KIND,
    visitation.KIND,
    visitation.HELBREDSBEGRAENSNING,
    visitation.AKTIVITETSTILLAEG,
)


def create_app(store: Store) -> Starlette:
    """Serve the areas from this store; whoever made the store closes it."""
    app = Starlette(
        routes=[
            *tilmelding.routes(store),
            *joboenske.routes(store),
            *joblog.routes(store),
            *fravaer.routes(store),
            *sygemelding.routes(store),
            *midlertidig_adresse.routes(store),
            *asyldata.routes(store),
            *kontaktgrupper.routes(store),
            *visitation.routes(store),
            *abonnementer.routes(store),
            *_inspection(store),
        ],
        middleware=[Middleware(match_raw_path)],
        exception_handlers={Refusal: refused, RequestIdSeen: request_id_seen, HTTPException: no_such_operation},
    )
    app.router.redirect_slashes = False
    return app


def _inspection(store: Store) -> list[Route]:
    async def registrations(request: Request) -> JSONResponse:
        """How many of each kind; with a citizen's number in the header also every version of that citizen's."""
        with store.transaction() as transaction:
            answer: dict[str, object] = {"counts": transaction.counts()}
            if "x-civilRegistrationIdentifier" in request.headers:
                citizen = citizen_number(request)
                versions = [each for kind in _KINDS for each in transaction.versions(kind, citizen)]
                shown = [asdict(each) for each in versions]
                answer["registrations"] = [{k: v for k, v in each.items() if k != "citizen"} for each in shown]
        return JSONResponse(answer)

    async def reset(_: Request) -> Response:
        store.reset()
        return Response(status_code=204)

    return [
        Route("/reference/registrations", registrations, methods=["GET"]),
        Route("/reference/reset", reset, methods=["POST"]),
    ]
