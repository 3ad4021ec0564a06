import asyncio
import json
import time
from typing import Any

import pytest
from gateway_side import replied
from together_side import ABSENCES, CALLER, EMPTY, READ, SERVICE, WRITE, Both, World, run

from old_calls import ABSENCE, CITIZEN, ORGANISATION, USER, said, wrapped
from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Mode
from overgang.core.errors import UpstreamFault
from overgang.shell.client import Raw
from overgang.shell.store import Scope as StoreScope

ODD = Raw(207, "text/html; charset=latin-1", b"\xe6\xf8\xe5 <anything & at all")


def test_in_mode_old_the_bytes_go_untouched_both_ways_and_the_modern_side_is_left_alone() -> None:
    async def test(world: World) -> None:
        answer = await world.call(READ, headers={"SOAPAction": '"urn:as-it-came"'})
        assert (answer.status_code, answer.content) == (207, ODD.body)
        assert answer.headers["content-type"] == "text/html; charset=latin-1"
        ((service, body, headers),) = world.both.forwarded
        assert (service, body) == (SERVICE, READ.encode())
        assert headers == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"urn:as-it-came"'}
        assert world.both.sent == []

    run(test, Both(old=ODD), mode=Mode.OLD)


@pytest.mark.parametrize("mode", [Mode.OLD, Mode.COMPARE_OLD])
def test_what_can_not_be_read_goes_to_the_old_side_where_that_answers(mode: Mode) -> None:
    async def test(world: World) -> None:
        assert (await world.call(b"\xff\xfe not an envelope")).content == ODD.body

    run(test, Both(old=ODD), mode=mode)


@pytest.mark.parametrize("mode", [Mode.NEW, Mode.COMPARE_NEW])
def test_what_can_not_be_read_is_a_fault_where_the_gateway_answers(mode: Mode) -> None:
    async def test(world: World) -> None:
        assert said(await world.call(b"not an envelope")).number == "1014"
        assert world.both.forwarded == []

    run(test, mode=mode)


def test_in_mode_new_the_old_side_is_left_alone() -> None:
    async def test(world: World) -> None:
        assert said(await world.call(READ)).code == "GetProfessionCollectionResponse"
        await world.settled()
        assert (world.both.forwarded, world.compared()) == ([], ())

    run(test)


@pytest.mark.parametrize("mode", [Mode.COMPARE_OLD, Mode.COMPARE_NEW])
def test_both_sides_are_asked_and_the_caller_gets_the_one_of_the_mode(mode: Mode) -> None:
    async def test(world: World) -> None:
        answer = await world.call(READ)
        assert (answer.content == EMPTY.encode()) is (mode is Mode.COMPARE_OLD)
        await world.settled()
        assert (len(world.both.forwarded), len(world.both.sent)) == (1, 1)

    run(test, mode=mode)


@pytest.mark.parametrize("mode", [Mode.COMPARE_OLD, Mode.COMPARE_NEW])
def test_a_slow_other_side_does_not_delay_the_caller(mode: Mode) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async def test(world: World) -> None:
        async with asyncio.timeout(5):
            assert (await world.call(READ)).status_code == 200

    run(test, Both(modern=never) if mode is Mode.COMPARE_OLD else Both(old=never), mode=mode)


@pytest.mark.parametrize("mode", [Mode.COMPARE_OLD, Mode.COMPARE_NEW])
@pytest.mark.parametrize("trouble", [RuntimeError("broken"), UpstreamFault(1100, "upstream.unavailable")])
def test_a_failing_other_side_does_not_fail_the_caller(mode: Mode, trouble: Exception) -> None:
    async def test(world: World) -> None:
        assert (await world.call(READ)).status_code == 200
        await world.settled()

    run(test, Both(modern=trouble) if mode is Mode.COMPARE_OLD else Both(old=trouble), mode=mode)


def test_an_old_side_out_of_reach_is_a_fault_for_the_caller_whom_it_answers() -> None:
    async def test(world: World) -> None:
        answer = said(await world.call(READ))
        assert (answer.code, answer.number, answer.key) == ("Server", "1100", "upstream.unavailable")

    run(test, Both(old=UpstreamFault(1100, "upstream.unavailable")), mode=Mode.OLD)


def test_the_mode_of_the_closest_scope_holds() -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        assert (len(world.both.forwarded), len(world.both.sent)) == (1, 0)
        world.both.modern = replied(200, "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01")
        await world.call(WRITE, ABSENCE)
        assert (len(world.both.forwarded), len(world.both.sent)) == (1, 1)

    run(test, modes={Scope(SERVICE, "GetProfessionCollection", CALLER): Mode.OLD})


SECURITY = '<w:Security xmlns:w="urn:wsse" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:mustUnderstand="1"/>'
ODD_CALLS = {
    "as it should be": READ,
    "a header block that must be understood": READ.replace("<s:Header>", f"<s:Header>{SECURITY}"),
    "no user's metadata": READ.replace(USER, ""),
    "a time that is none": READ.replace("2026-01-05T10:15:30.1234567+01:00", "yesterday"),
    "the organisation twice": READ.replace(ORGANISATION, ORGANISATION * 2),
    "an invalid body": READ.replace("PersonCivil", "PersonUncivil"),
}
SCOPES = [Scope(caller=CALLER), Scope(operation="GetProfessionCollection"), Scope(SERVICE)]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("call", ODD_CALLS)
@pytest.mark.parametrize("mode", [Mode.OLD, Mode.NEW])
def test_which_side_answers_does_not_depend_on_what_the_gateway_would_refuse(
    call: str, scope: Scope, mode: Mode
) -> None:
    async def test(world: World) -> None:
        answer = await world.call(ODD_CALLS[call])
        assert (answer.content == ODD.body) is (mode is Mode.OLD)
        assert (len(world.both.forwarded) == 1) is (mode is Mode.OLD)

    other = Mode.NEW if mode is Mode.OLD else Mode.OLD
    run(test, Both(old=ODD), mode=other, modes={scope: mode})


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_nor_on_a_content_type_that_is_none_of_soap(scope: Scope) -> None:
    async def test(world: World) -> None:
        answer = await world.call(READ, headers={"content-type": "application/xml"})
        assert answer.content == ODD.body

    run(test, Both(old=ODD), modes={scope: Mode.OLD})


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param(ORGANISATION + ORGANISATION.replace("10101", "10102"), id="two that differ"),
        pytest.param(ORGANISATION.replace("10101", ""), id="without its code"),
        pytest.param(ORGANISATION.replace("10101", "1 2"), id="with a code that is none"),
    ],
)
def test_a_call_for_no_organisation_is_nobodys(header: str) -> None:
    async def test(world: World) -> None:
        await world.call(READ.replace(ORGANISATION, header))
        assert world.both.forwarded == []

    run(test, modes={Scope(caller=CALLER): Mode.OLD})


def test_a_mode_that_is_set_at_run_time_holds_from_then_on_and_is_kept() -> None:
    async def test(world: World) -> None:
        assert world.keeping.store.set_mode(StoreScope(SERVICE), Mode.OLD, "Test Testesen", world.keeping._clock())
        world.keeping.look()
        await world.call(READ)
        assert (len(world.both.forwarded), len(world.both.sent)) == (1, 0)
        world.keeping.store.clear_mode(StoreScope(SERVICE), "Test Testesen", world.keeping._clock())
        world.keeping.look()
        await world.call(READ)
        assert (len(world.both.forwarded), len(world.both.sent)) == (1, 1)
        assert [change.new for change in world.keeping.store.mode_changes()] == [None, Mode.OLD]

    run(test)


def test_who_uses_what_is_counted_with_its_faults() -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.call(READ.replace("PersonCivil", "PersonUncivil"))
        await world.settled()
        (use,) = world.keeping.store.uses()
        assert (use.caller, use.face, use.area) == (CALLER, "soap", "tilmelding")
        assert (use.service, use.operation, use.calls, use.faults) == (SERVICE, "GetProfessionCollection", 2, 1)

    run(test)


def test_the_work_beside_does_not_keep_a_caller_waiting_for_its_judgement() -> None:
    async def test(world: World) -> None:
        started = time.perf_counter()
        await asyncio.gather(*(world.call(READ) for _ in range(5)))
        assert time.perf_counter() - started < 20
        await world.settled()
        assert len(world.compared()) + sum(world.drops().values()) <= 5

    run(test, mode=Mode.COMPARE_NEW)


def test_a_write_in_mode_old_is_the_old_sides_alone() -> None:
    async def test(world: World) -> None:
        await world.call(WRITE, ABSENCE)
        assert [service for service, _, _ in world.both.forwarded] == [ABSENCES]
        assert world.both.sent == []

    run(test, mode=Mode.OLD)


def records(world: World, number: str | None = None) -> list[dict[str, Any]]:
    """What the audit tells, of a citizen or of all."""
    world.keeping.auditor.close()
    store = world.keeping.store
    if number is not None:
        return [json.loads(one.entry) for one in store.about(number)]
    return [json.loads(one.entry) for chain in store.chains() for one in store.records(chain.id)]


DECOY = '<x:PersonCivilRegistrationIdentifier xmlns:x="urn:x">0101701234</x:PersonCivilRegistrationIdentifier>'
WRITTEN = {
    "a decoy in the Header": READ.replace("<s:Header>", f"<s:Header>{DECOY}"),
    "with space around": READ.replace(CITIZEN, f"\n {CITIZEN} "),
    "with a hyphen": READ.replace(CITIZEN, f"{CITIZEN[:6]}-{CITIZEN[6:]}"),
    "with a comment in it": READ.replace(CITIZEN, f"{CITIZEN[:6]}<!-- - -->{CITIZEN[6:]}"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_the_audit_finds_whom_the_old_side_was_asked_about_however_the_number_is_written(how: str) -> None:
    async def test(world: World) -> None:
        await world.call(WRITTEN[how])
        (told,) = records(world, CITIZEN)
        assert (told["event"], told["operation"]) == ("outcome", "GetProfessionCollection")
        assert told["user"]
        assert records(world, "0101701234") == []

    run(test, mode=Mode.OLD)


def test_the_audit_finds_each_citizen_of_whom_the_old_side_told() -> None:
    number = "<a:PersonCivilRegistrationIdentifier>{}</a:PersonCivilRegistrationIdentifier>"
    told = "".join(number.format(one) for one in ("0101701234", "0201701234", "0101701234"))

    async def test(world: World) -> None:
        await world.call(READ)
        assert [len(records(world, one)) for one in (CITIZEN, "0101701234", "0201701234")] == [1, 1, 1]

    run(test, Both(old=Raw(200, "text/xml", told.encode())), mode=Mode.OLD)


def test_a_call_whose_action_is_another_operations_is_written_down_as_one_that_nobody_knows() -> None:
    action = '"http://service.bm.dk/pjaktass/8/UnemploymentEnrollmentService#UnemploymentCancellation"'

    async def test(world: World) -> None:
        assert (await world.call(READ, headers={"SOAPAction": action})).content == ODD.body
        told = records(world)
        assert [(one["event"], one.get("operation")) for one in told] == [("intent", None), ("outcome", None)]

    run(test, Both(old=ODD), mode=Mode.OLD)


def test_what_is_read_to_compare_a_write_with_is_written_down() -> None:
    body = (
        '<UnemploymentCancellationRequest xmlns="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/" '
        'xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/">'
        f"<PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier>"
        "<CancellationDate>2026-01-05T00:00:00+01:00</CancellationDate>"
        "<CauseTypeIdentifier><c:CodeListItemIdentifier>1</c:CodeListItemIdentifier></CauseTypeIdentifier>"
        "</UnemploymentCancellationRequest>"
    )

    async def test(world: World) -> None:
        await world.call(wrapped(body))
        await world.settled()
        asked = [[one.method, one.path.template] for one in world.both.sent]
        assert {method for method, _ in asked} == {"GET"}
        (told,) = [one for one in records(world, CITIZEN) if one["purpose"] == "comparison"]
        assert [call[:2] for call in told["calls"]] == asked

    run(test, Both(modern=replied(200, {"tilmeldinger": []})), mode=Mode.COMPARE_OLD)
