"""Calls are counted by what they were of and what came of them; nothing of a caller's becomes a label."""

import asyncio
from typing import Any

import pytest
from faulty import closed_port, faulty, reply
from gateway_side import Modern, ask, gateway, replied

from modern_calls import ABOUT, FRAVAER
from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, wrapped
from overgang.core.errors import UpstreamFault
from overgang.core.messages import Caller, Organisation, RestRequest
from overgang.core.paths import path
from overgang.core.values import Tidspunkt
from overgang.shell.config import Target
from overgang.shell.observing import BOUNDS, Observer, Times, Told, outcome_of
from overgang.shell.upstream import Upstream, trouble

READ: dict[str, Any] = {"content": wrapped(professions()), "headers": {"content-type": MEDIA["1.1"]}}
OLD = ("soap", "UnemploymentEnrollmentService/8", "GetProfessionCollection")


def test_each_call_is_counted_once_by_face_operation_and_outcome() -> None:
    app = gateway(
        Modern(
            *(replied(200, {"joboensker": []}), replied(200, {"fravaer": []})),
            *(trouble("upstream.timeout", unclear=False), replied(404, {"errorCode": 1010})),
        )
    )
    ask(app, "POST", ENROLLMENT, **READ)
    ask(app, "GET", FRAVAER, headers=ABOUT)
    ask(app, "POST", ENROLLMENT, **READ)
    ask(app, "POST", ENROLLMENT, **READ)
    ask(app, "POST", ENROLLMENT, content=f"<a{CITIZEN}/>", headers={"content-type": MEDIA["1.1"]})
    ask(app, "GET", f"/{CITIZEN}/{CITIZEN}")
    ask(app, "POST", ENROLLMENT, content="x", headers={"content-type": CITIZEN})
    counted = {label: sum(times.classes) for label, times in app.observer.calls.items()}
    assert counted == {
        (*OLD, "ok"): 1,
        ("rest", "visiteringogstatus", "GetAlleFravaer", "ok"): 1,
        (*OLD, "upstream"): 2,
        ("soap", "UnemploymentEnrollmentService/8", "", "soap"): 1,
        ("rest", "", "", "http"): 1,
        ("soap", "UnemploymentEnrollmentService/8", "", "http"): 1,
    }


def test_the_rules_that_were_applied_are_counted() -> None:
    observer = Observer()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["told"].rules = ("tilmelding.dato",)

    async def nothing(*_: Any) -> Any:
        return {}

    asyncio.run(observer.watched("soap", app, {"headers": []}, nothing, nothing))
    assert observer.rules == {"tilmelding.dato": 1}
    assert list(observer.calls) == [("soap", "", "", "gone")]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (Told("soap", status=200), "ok"),
        (Told("soap", status=500), "refused"),
        (Told("rest", status=404), "refused"),
        (Told("soap"), "gone"),
        (Told("soap", key="value.invalid", status=500), "value"),
        (Told("soap", key="upstream.4316", status=500), "upstream"),
    ],
)
def test_an_outcome_is_a_word(told: Told, outcome: str) -> None:
    assert outcome_of(told) == outcome


def test_times_are_counted_in_classes_whose_bounds_belong_to_them() -> None:
    times = Times()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] + 1e-9, BOUNDS[-1], BOUNDS[-1] + 1):
        times.add(seconds)
    assert (times.classes[0], times.classes[1], times.classes[-2], times.classes[-1]) == (2, 1, 1, 1)
    assert times.seconds == pytest.approx(sum((BOUNDS[0], BOUNDS[0], BOUNDS[-1], BOUNDS[-1] + 1)))


def test_requests_to_the_modern_side_are_counted_by_their_replys_class_or_trouble() -> None:
    caller = Caller(Organisation(8, "1"), "u", "U", 2, Organisation(8, "1"), Tidspunkt("2026-01-05T10:00:00+01:00"))
    observer = Observer()

    async def one(url: str) -> None:
        upstream = Upstream({"jobsearch": Target(url, retries=0)})
        upstream.services["jobsearch"].observe = lambda *what: observer.asked("jobsearch", *what)
        try:
            await upstream.send(RestRequest("GET", path("/jobsearch/v2/Joboenske")), caller)
        except UpstreamFault:
            pass
        finally:
            await upstream.close()

    async def run() -> None:
        for answer in (reply(b"{}"), reply(b"{}", "404 Not Found"), reply(b"", "503 X")):
            async with faulty(answer) as stub:
                await one(stub.url)
        await one(await closed_port())

    asyncio.run(run())
    assert sorted(observer.upstream) == [
        ("jobsearch", "2xx"),
        ("jobsearch", "4xx"),
        ("jobsearch", "5xx"),
        ("jobsearch", "unavailable"),
    ]
