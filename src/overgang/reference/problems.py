"""Refusals as problem+json, with the documented number and text; never with the value that was wrong."""

from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from overgang.core.errors import ERRORS

_MEDIA_TYPE: Final = "application/problem+json"


class Refusal(Exception):
    """The call is refused with a documented number; `status` where it is not the number's own."""

    def __init__(
        self, number: int, *, element: str | None = None, expected: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(number)
        self.number = number
        self.element = element
        self.expected = expected
        self.status = status or ERRORS[number].status


class RequestIdSeen(Exception):
    """The x-requestId was used before: 412, for which no number is documented."""


async def refused(_: Request, mistake: Exception) -> JSONResponse:
    """The answer to a Refusal."""
    assert isinstance(mistake, Refusal)
    problem: dict[str, Any] = {
        "type": f"urn:dfdg:error:{mistake.number}",
        "title": ERRORS[mistake.number].text,
        "status": mistake.status,
        "errorCode": mistake.number,
    }
    if mistake.element:
        problem["element"] = mistake.element
    if mistake.expected:
        problem["detail"] = f"expected {mistake.expected}"
    return JSONResponse(problem, mistake.status, media_type=_MEDIA_TYPE)


async def request_id_seen(_: Request, mistake: Exception) -> JSONResponse:
    """The answer to a RequestIdSeen."""
    problem = {
        "type": "urn:dfdg:error:request-id-seen",
        "title": "The x-requestId was used before; this request registered nothing",
        "status": 412,
        "element": "x-requestId",
    }
    return JSONResponse(problem, 412, media_type=_MEDIA_TYPE)


async def no_such_operation(_: Request, mistake: Exception) -> JSONResponse:
    """The answer to a path or verb that does not exist."""
    assert isinstance(mistake, HTTPException)
    problem = {"type": "about:blank", "title": HTTPStatus(mistake.status_code).phrase, "status": mistake.status_code}
    return JSONResponse(problem, mistake.status_code, headers=mistake.headers, media_type=_MEDIA_TYPE)
