"""Starting and ending a recording, for the command line: JSON, and only for callers that no foreign page can be."""

import json
from functools import partial
from math import isfinite
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from overgang.pages.entry import note
from overgang.shell.recorder import Recorder, RecorderRefused, Status

_LONGEST: Final = 1000  # bytes
OWN: Final = "x-overgang"  # a page of another site can't send it without being asked first, and is never allowed


def routes(recorder: Recorder) -> list[Route]:
    """GET the state, POST {"share", "seconds"} to begin, DELETE to end."""
    return [Route("/recording", partial(_answer, recorder), methods=["GET", "POST", "DELETE"])]


async def _answer(recorder: Recorder, request: Request) -> Response:
    if request.method == "GET":
        return _told(recorder.status())
    if OWN not in request.headers:
        return _refused(403, f"expected the header {OWN}")
    if request.method == "DELETE":
        return _told(await run_in_threadpool(recorder.stop))
    try:
        wanted = json.loads(await _short(request))
        share, seconds = _number(wanted["share"]), _number(wanted["seconds"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return _refused(400, "expected JSON with the numbers share and seconds")
    try:
        begun = await run_in_threadpool(recorder.start, share, seconds)
    except RecorderRefused as refused:
        return _refused(409, str(refused))
    note(request.scope, share=share, seconds=seconds)
    return _told(begun)


async def _short(request: Request) -> bytes:
    """The body, unless it is longer than any wish. Raises ValueError."""
    whole = b""
    async for part in request.stream():
        whole += part
        if len(whole) > _LONGEST:
            raise ValueError
    return whole


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    return float(value)


def _told(status: Status) -> Response:
    told: dict[str, Any] = {"file": status.file, "calls": status.calls, "dropped": status.dropped}
    return JSONResponse(told | {"until": None if status.until is None else status.until.isoformat()})


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"title": why, "status": status}, status, media_type="application/problem+json")
