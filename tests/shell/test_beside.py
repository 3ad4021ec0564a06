import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from gateway_side import replied
from together_side import EMPTY, READ, WRITE, Both, World, run

from old_calls import ABSENCE, CITIZEN
from overgang.core.compare.reproduce import NOT_SENT
from overgang.core.compare.values import Kind, Label, Mode, Verdict
from overgang.core.errors import UpstreamFault
from overgang.shell.beside import BUSY, CALLER_GONE, FAILED, SAMPLED_OUT, THEIRS, TOO_LARGE, TOO_SLOW
from overgang.shell.beside import WRITE as IS_WRITE
from overgang.shell.client import Raw
from overgang.wire.comparing import Comparer

COMPARE = [Mode.COMPARE_OLD, Mode.COMPARE_NEW]
CANARY = "Kanariefuglevej"
XML = "text/xml; charset=utf-8"
MADE = replied(200, "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01")
RECEIPT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><CreateAbsenceResponse '
    'xmlns="http://service.bm.dk/AbsenceRegistrationService/2020/09/01/"><ServiceReceipt>'
    "<EventDate>2026-01-05T12:00:00.000+01:00</EventDate>"
    "<MessageIdentifier>0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01</MessageIdentifier>"
    "</ServiceReceipt></CreateAbsenceResponse></s:Body></s:Envelope>"
)


def faulting(number: int) -> Raw:
    """The old side's refusal."""
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client'
        "</faultcode><faultstring>No</faultstring><detail>"
        f'<FaultDetails xmlns="http://service.bm.dk/xml/schemas/2011/01/12/"><ErrorCode>{number}</ErrorCode>'
        "<Message>No</Message></FaultDetails></detail></s:Fault></s:Body></s:Envelope>"
    )
    return Raw(500, XML, body.encode())


def wished(name: str) -> dict[str, Any]:
    """A job wish, as the modern side tells it."""
    return {"joboensker": [{"joboenskeId": "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01", "discoAmsKode": name}]}


@pytest.mark.parametrize("mode", COMPARE)
def test_two_sides_that_agree_are_equal_and_nothing_of_the_call_is_kept(mode: Mode) -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        (row,) = world.keeping.store.parity()
        assert (row.verdicts.equal, row.verdicts.total) == (1, 1)
        assert world.compared() == ()

    run(test, mode=mode)


@pytest.mark.parametrize("mode", COMPARE)
@pytest.mark.parametrize(
    ("old", "kind", "cause"),
    [
        (Raw(200, "text/html", b"<html><body>Down</body></html>"), Kind.UNREADABLE, "html"),
        (Raw(200, XML, EMPTY.encode()[:-30]), Kind.UNREADABLE, "truncated"),
        (Raw(200, XML, b""), Kind.UNREADABLE, "no-answer"),
        (UpstreamFault(1100, "upstream.timeout"), Kind.UNREADABLE, "timeout"),
        (faulting(4511), Kind.FAULT, "fault-only-old"),
    ],
)
def test_an_old_side_that_gives_no_such_answer_is_a_difference_with_its_cause(
    mode: Mode, old: Any, kind: Kind, cause: str
) -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        (found,) = world.compared()
        assert found.verdict is Verdict.DIFFERENT
        assert (kind, cause) in {(one.difference.kind, one.difference.cause) for one in found.judged}

    run(test, Both(old=old), mode=mode)


def test_a_write_that_the_new_side_answered_is_not_sent_to_the_old_one() -> None:
    async def test(world: World) -> None:
        await world.call(WRITE, ABSENCE)
        await world.settled()
        assert (world.both.forwarded, world.compared(), world.drops()) == ([], (), {IS_WRITE: 1})
        assert [request.method for request in world.both.sent] == ["POST"]

    run(test, Both(modern=MADE), mode=Mode.COMPARE_NEW)


def test_a_write_that_the_old_side_answered_is_computed_and_checked_and_not_sent() -> None:
    async def test(world: World) -> None:
        assert (await world.call(WRITE, ABSENCE)).text == RECEIPT
        await world.settled()
        assert [request for request in world.both.sent if request.writes] == []
        assert sum(row.verdicts.undecided for row in world.keeping.store.parity()) == 1

    run(test, Both(old=Raw(200, XML, RECEIPT.encode())), mode=Mode.COMPARE_OLD)


def test_a_write_that_the_old_side_took_and_a_rule_here_refuses_is_different() -> None:
    async def test(world: World) -> None:
        await world.call(WRITE.replace(">3<", ">999<"), ABSENCE)
        await world.settled()
        (found,) = world.compared()
        assert found.verdict is Verdict.DIFFERENT
        assert found.judged[0].difference.kind is Kind.FAULT
        assert world.both.sent == []

    run(test, Both(old=Raw(200, XML, RECEIPT.encode())), mode=Mode.COMPARE_OLD)


@pytest.mark.parametrize(("number", "label", "reason"), [(4591, Label.EXPECTED, THEIRS), (4654, Label.UNEXPLAINED, "")])
def test_of_a_write_that_the_old_side_refused_it_is_not_known_whether_the_new_one_would(
    number: int, label: Label, reason: str
) -> None:
    async def test(world: World) -> None:
        await world.call(WRITE, ABSENCE)
        await world.settled()
        (found,) = world.compared()
        (one,) = found.judged
        assert (found.verdict, one.label, one.reason) == (Verdict.UNDECIDED, label, reason)
        assert (one.difference.cause, one.difference.old) == (NOT_SENT, str(number))

    run(test, Both(old=faulting(number)), mode=Mode.COMPARE_OLD)


@pytest.mark.parametrize("mode", COMPARE)
def test_in_a_test_environment_both_sides_are_written_to(mode: Mode) -> None:
    async def test(world: World) -> None:
        await world.call(WRITE, ABSENCE)
        await world.settled()
        assert [request.method for request in world.both.sent] == ["POST"]
        assert len(world.both.forwarded) == 1

    run(test, Both(modern=MADE, old=Raw(200, XML, RECEIPT.encode())), mode=mode, test_environment=True)


def test_what_is_kept_of_a_difference_has_no_personal_value(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.call(READ.replace("Test Testesen", CANARY))
        await world.settled()
        (found,) = world.compared()
        whole = world.keeping.store.one(found.id)
        assert whole is not None
        assert whole.kept is not None
        said = repr((found, whole.kept.request, whole.kept.old.body, whole.kept.new.body))
        assert "GetProfessionCollectionRequest" in said
        for value in (CITIZEN, CANARY, "1234567890123"):
            assert value not in said

    more = f"><x:Name>{CANARY} {CITIZEN}</x:Name></x:GetProfessionCollectionResponse></s"
    run(test, Both(old=Raw(200, XML, EMPTY.replace("/></s", more).encode())), mode=Mode.COMPARE_OLD)


@pytest.mark.parametrize("mode", COMPARE)
def test_no_number_in_the_name_of_an_unknown_element_gets_into_the_store(mode: Mode, tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        assert world.keeping.store.noise_rows()[1]

    odd = EMPTY.replace("/></s", f"><x:Cpr{CITIZEN}/></x:GetProfessionCollectionResponse></s")
    file = tmp_path / "overgang.sqlite"
    run(test, Both(old=Raw(200, XML, odd.encode())), mode=mode, noise=1.0, store=f"sqlite:///{file}")
    found = [each.name for each in tmp_path.iterdir() if CITIZEN.encode() in each.read_bytes()]
    assert (file.exists(), found) == (True, [])


def test_a_share_of_the_calls_is_compared_and_the_same_ones_each_time() -> None:
    calls = [READ.replace("Testesen", f"Testesen {number}") for number in range(40)]
    chosen: list[set[str]] = []

    async def test(world: World) -> None:
        for call in calls:
            await world.call(call)
        await world.settled()
        assert world.drops()[SAMPLED_OUT] + len(world.both.forwarded) == len(calls)
        assert 3 < len(world.both.forwarded) < 37
        chosen.append({body.decode() for _, body, _ in world.both.forwarded})

    run(test, mode=Mode.COMPARE_NEW, sample=0.5)
    run(test, mode=Mode.COMPARE_NEW, sample=0.5)
    assert chosen[0] == chosen[1]


def test_none_and_all_of_the_calls_can_be_asked_for() -> None:
    async def none(world: World) -> None:
        await world.call(READ)
        await world.settled()
        assert world.drops() == {SAMPLED_OUT: 1}

    run(none, mode=Mode.COMPARE_NEW, sample=0.0)


def test_more_than_may_wait_is_dropped_and_counted_and_no_caller_notices() -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def wait() -> Raw:
        asked.set()
        await go.wait()
        return Raw(200, XML, EMPTY.encode())

    async def test(world: World) -> None:
        for _ in range(5):
            assert (await world.call(READ)).status_code == 200
        await asked.wait()
        assert len(world.both.forwarded) == 1
        go.set()
        await world.settled()
        assert world.drops() == {BUSY: 2}
        assert len(world.both.forwarded) == 3

    run(test, Both(old=wait), mode=Mode.COMPARE_NEW, at_once=1, waiting=3)


def test_an_other_side_that_does_not_answer_in_time_is_given_up_and_counted() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        assert world.drops() == {TOO_SLOW: 1}

    run(test, Both(old=never), mode=Mode.COMPARE_NEW, seconds=0.1)


def test_what_is_too_large_is_counted_and_not_compared() -> None:
    async def test(world: World) -> None:
        await world.call(READ)
        await world.settled()
        assert (world.drops(), world.compared()) == ({TOO_LARGE: 1}, ())

    run(test, mode=Mode.COMPARE_NEW, bytes=1000)
    run(test, Both(old=Raw(200, XML, b" " * 10_000)), mode=Mode.COMPARE_NEW, bytes=8_000)


def test_when_the_caller_goes_away_so_does_the_comparison() -> None:
    asked = asyncio.Event()

    async def never() -> None:
        asked.set()
        await asyncio.Event().wait()

    async def test(world: World) -> None:
        call = asyncio.create_task(world.call(READ))
        await asked.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await world.settled()
        assert world.drops() == {CALLER_GONE: 1}

    run(test, Both(old=never), mode=Mode.COMPARE_OLD)


def test_a_comparison_that_fails_is_counted_and_told_without_any_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CITIZEN)

    async def test(world: World) -> None:
        assert (await world.call(READ)).status_code == 200
        await world.settled()
        assert world.drops() == {FAILED: 1}

    monkeypatch.setattr(Comparer, "compare", broken)
    with caplog.at_level(logging.DEBUG):
        run(test, mode=Mode.COMPARE_NEW)
    assert "RuntimeError at " in caplog.text
    assert CITIZEN not in caplog.text


def test_what_differs_between_two_old_answers_becomes_noise() -> None:
    def old(number: int) -> Raw:
        text = EMPTY.replace("/></s", "><x:Odd/></x:GetProfessionCollectionResponse></s") if number % 2 else EMPTY
        return Raw(200, XML, text.encode())

    async def test(world: World) -> None:
        for number in range(60):
            await world.call(READ.replace("Testesen", f"Testesen {number}"))
            await world.settled()
        totals, rows = world.keeping.store.noise_rows()
        assert [(total.pairs, total.beside_pairs) for total in totals] == [(60, 60)]
        assert rows
        (row,) = world.keeping.store.parity()
        assert (row.verdicts.different, row.verdicts.equal) == (20, 40)

    run(test, Both(old=[old(number) for number in range(1, 121)]), mode=Mode.COMPARE_NEW, noise=1.0)
