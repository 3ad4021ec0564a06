"""EksternKommunikation, AbonnementService: the full list of subscriptions that a system wants, all or nothing."""

import json
import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from overgang.reference import events
from overgang.reference.bodies import UUID
from overgang.reference.problems import Refusal
from overgang.reference.protocol import citizen_number
from overgang.reference.store import Store

_PATH: Final = "/eksternkommunikation/v1/Abonnement"
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_NEGATIVE, _ENDED, _UNKNOWN = 1003, 150000, 150002


def routes(store: Store) -> list[Route]:
    """The subscriptions; and for trials a citizen's organisations and CPR number, which change elsewhere."""

    async def current(request: Request) -> JSONResponse:
        with store.transaction() as transaction:
            found = transaction.events.subscriptions(request.path_params["systemIdentifier"].lower())
        return JSONResponse({"abonnementer": found})

    async def synchronise(request: Request) -> JSONResponse:
        """Errors of all subscriptions at once, and none of them is made: the form of the errors is reconstructed."""
        asked = await _asked(request)
        with store.transaction() as transaction:
            today = transaction.today.isoformat()
            mistakes = [one for n, row in enumerate(asked["abonnementer"]) for one in _mistakes(row, n, today)]
            if not mistakes:
                transaction.events.synchronise(asked["systemIdentifier"].lower(), asked["abonnementer"])
        return JSONResponse({"fejl": mistakes}, 400 if mistakes else 200)

    async def move(request: Request) -> Response:
        """A citizen moves to other organisations: {"jobcenter": "10111", "aKasse": null}."""
        citizen, asked = citizen_number(request), json.loads(await request.body())
        with store.transaction() as transaction:
            for name, kind in (("jobcenter", events.JOBCENTER), ("aKasse", events.A_KASSE)):
                if name in asked:
                    transaction.events.affiliate(citizen, kind, asked[name])
        return Response(status_code=204)

    async def renumber(request: Request) -> Response:
        """A citizen gets another CPR number: {"civilregistrationIdentifier": ...}."""
        citizen, asked = citizen_number(request), json.loads(await request.body())
        with store.transaction() as transaction:
            transaction.renumber(citizen, asked["civilregistrationIdentifier"])
        return Response(status_code=204)

    return [
        Route(f"{_PATH}/{{systemIdentifier}}", current, methods=["GET"]),
        Route(f"{_PATH}/SyncWebhookAbonnementer", synchronise, methods=["POST"]),
        Route("/reference/tilknytning", move, methods=["POST"]),
        Route("/reference/cprskift", renumber, methods=["POST"]),
    ]


async def _asked(request: Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError) as mistake:
        raise Refusal(1014, element="requestBody", expected="JSON") from mistake
    if not isinstance(asked, dict) or not isinstance(asked.get("abonnementer"), list):
        raise Refusal(1014, element="abonnementer", expected="a list")
    if not isinstance(asked.get("systemIdentifier"), str) or not UUID.fullmatch(asked["systemIdentifier"]):
        raise Refusal(1014, element="systemIdentifier", expected="a uuid")
    return asked


def _mistakes(row: Any, number: int, today: str) -> list[dict[str, Any]]:
    """What is wrong with a wanted subscription, by the documented numbers."""
    place = f"abonnementer[{number}]"
    whole = ("orgType", "orgCode", "entityType")
    if not isinstance(row, dict) or any(type(row.get(name)) is not int for name in whole):
        return [{"errorCode": 1014, "element": place}]
    moments = [row.get("startDato"), row.get("slutDato")]
    if not all(isinstance(one, str) and _MOMENT.fullmatch(one) for one in moments):
        return [{"errorCode": 1014, "element": f"{place}.startDato"}]
    if not isinstance(row.get("webhookUrl"), str) or not row["webhookUrl"].startswith(("http://", "https://")):
        return [{"errorCode": 1014, "element": f"{place}.webhookUrl"}]
    numbers = [
        (_UNKNOWN, "entityType", row["entityType"] not in events.ENTITIES.values()),
        (_NEGATIVE, "slutDato", row["slutDato"] < row["startDato"]),
        (_ENDED, "slutDato", row["slutDato"][:10] < today),
    ]
    return [{"errorCode": code, "element": f"{place}.{name}"} for code, name, wrong in numbers if wrong]
