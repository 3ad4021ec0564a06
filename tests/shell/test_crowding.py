"""A call whose every service is full is refused at the door; one that another could still answer goes on."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx
from gateway_side import Modern, gateway, loaded, replied

from modern_calls import ABOUT, FRAVAER, problem
from old_calls import ABSENCE, ENROLLMENT, MEDIA, absence, professions, said, wrapped
from overgang.shell.config import Target
from overgang.shell.crowding import Crowding
from overgang.shell.services import Service

DOMAINS = ("visiteringogstatus", "jobsearch", "borgerkommunikation", "eksternedata", "komposit")
ADDRESSES = {f"/x/{one.version}/{one.contract.name}.svc": one for one in loaded().services}
ABSENCES, ENROLLMENTS = b"/x/7/AbsenceRegistrationService.svc", b"/x/8/UnemploymentEnrollmentService.svc"


def services(*domains: str) -> dict[str, Service]:
    return {domain: Service(Target("http://modern.invalid", max_in_flight=1, waiting=0)) for domain in domains}


def filled(crowding: Crowding, *full: Service, paths: list[bytes]) -> list[bool]:
    async def run() -> list[bool]:
        async with AsyncExitStack() as places:
            for service in full:
                await places.enter_async_context(service.place())
            return [crowding.full(path) for path in paths]

    return asyncio.run(run())


def test_a_path_is_full_when_all_that_it_leads_to_are() -> None:
    own = services(*DOMAINS)
    crowding = Crowding(ADDRESSES, own, lambda key: True)
    paths = [ABSENCES, ENROLLMENTS, b"/visiteringogstatus/v1/Fravaer", b"/jobsearch/v2/Joboenske", b"/other", b""]
    assert filled(crowding, paths=paths) == [False] * 6
    assert filled(crowding, own["visiteringogstatus"], paths=paths) == [True, False, True, False, False, False]
    assert filled(crowding, *own.values(), paths=paths) == [True, True, True, True, False, False]


def test_what_the_old_side_may_answer_goes_on() -> None:
    own = services(*DOMAINS)
    asked = list[str]()

    def alone(key: str) -> bool:
        asked.append(key)
        return False

    crowding = Crowding(ADDRESSES, own, alone)
    assert filled(crowding, own["visiteringogstatus"], paths=[ABSENCES, FRAVAER.encode()]) == [False, True]
    assert asked == ["AbsenceRegistrationService/7"]


def test_a_service_without_an_address_keeps_a_path_open() -> None:
    own = services("jobsearch")
    assert filled(Crowding(ADDRESSES, own, lambda key: True), *own.values(), paths=[ENROLLMENTS]) == [False]


def test_the_gateway_refuses_it_on_both_faces_and_reads_nothing_of_it() -> None:
    own = services(*DOMAINS)

    class Asked(Modern):
        services = own

    async def run() -> None:
        app = gateway(Asked(replied(200, {"joboensker": []})))
        head: dict[str, Any] = {"content-type": MEDIA["1.1"]}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://g") as asks, own[DOMAINS[0]].place():
            write = await asks.post(ABSENCE, content=wrapped(absence()), headers=head)
            new = await asks.get(FRAVAER, headers=ABOUT)
            other = await asks.post(ENROLLMENT, content=wrapped(professions()), headers=head)
        assert (write.status_code, write.headers["retry-after"]) == (503, "1")
        assert "[gateway.busy]" in write.text
        assert (problem(new)[0], new.headers["retry-after"]) == (503, "1")
        assert said(other).code == "GetProfessionCollectionResponse"
        assert app.admission.refused == 2

    asyncio.run(run())
