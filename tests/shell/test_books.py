"""A write that is sent again has one effect and one answer; what can't be written down is not answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from overgang.core.errors import CallerFault, Fault, GatewayFault, UpstreamFault
from overgang.core.messages import Caller, Face, Organisation, Sent
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt
from overgang.shell import books
from overgang.shell.accounts import Account
from overgang.shell.auditing import InThread
from overgang.shell.books import Kept, NoBooks, Ran, Wish
from overgang.shell.client import Raw
from overgang.shell.scribe import Scribe
from overgang.shell.signing import Signer
from overgang.shell.store import Store, StoreError

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CITIZEN, USER = "1203852326", "CVR:12345678-RID:87654321"
WISH = Wish(b"k" * 32, b"b" * 32)
Result = Callable[[], Awaitable[Ran]]


class Books(Kept):
    """Books on a store of their own, with what is asked of them in tests."""

    def __init__(self, store: Store) -> None:
        self.store = store
        super().__init__(InThread(Scribe(store, Signer([b"s" * 32]))), store, lambda: NOW)
        self.tend()

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(one.entry) for chain in self.store.chains() for one in self.store.records(chain.id)]

    def events(self) -> list[str]:
        return [one["event"] for one in self.told()]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/books.sqlite"


@pytest.fixture
def kept(url: str) -> Books:
    return Books(Store(url, b"k" * 32))


def account(**changed: Any) -> Account:
    organisation = Organisation(8, "10111")
    caller = Caller(organisation, USER, "Test Testesen", 2, organisation, Tidspunkt("2026-11-25T12:00:00+01:00"))
    made = Account(Face.SOAP, "AbsenceRegistrationService/7", NOW, operation="CreateAbsence", caller=caller)
    made.organisation, made.citizen, made.asked = "8/10111", CITIZEN, ("Absence/StartDate",)
    made.context = Context(Face.SOAP, caller, NOW.date(), {})
    for name, value in changed.items():
        setattr(made, name, value)
    return made


class Effect:
    """What a write does: counts, and answers with how often it was done."""

    def __init__(self, *, fault: Fault | None = None, final: bool = True) -> None:
        self.done, self.fault, self.final = 0, fault, final
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self) -> Ran:
        await self.go.wait()
        self.done += 1
        if self.fault is not None:
            raise self.fault
        return Ran(b"answer %d" % self.done, final=self.final)


def run(work: Awaitable[Any]) -> Any:
    async def run_it() -> Any:
        return await work

    return asyncio.run(run_it())


def test_a_write_is_written_down_before_and_after(kept: Books) -> None:
    at_work: list[list[str]] = []

    async def effect() -> Ran:
        at_work.append(kept.events())
        return Ran(b"done")

    assert run(kept.once(account(), WISH, effect, 5)) == b"done"
    assert at_work == [["intent"]]
    assert kept.events() == ["intent", "outcome"]
    intent, outcome = kept.told()
    assert intent["id"] == outcome["id"]
    assert (outcome["operation"], outcome["organisation"], outcome["status"]) == ("CreateAbsence", "8/10111", 200)
    assert intent["asked"] == ["Absence/StartDate"]


def test_a_repeat_gets_the_first_answer_and_has_no_effect(kept: Books) -> None:
    effect = Effect()

    async def both() -> tuple[bytes, bytes]:
        return await kept.once(account(), WISH, effect, 5), await kept.once(account(), WISH, effect, 5)

    assert run(both()) == (b"answer 1", b"answer 1")
    assert effect.done == 1
    assert kept.events() == ["intent", "outcome", "intent", "repeat"]


def test_a_repeat_after_a_restart_gets_the_first_answer(kept: Books, url: str) -> None:
    effect = Effect()
    assert run(kept.once(account(), WISH, effect, 5)) == b"answer 1"
    kept.close()
    again = Books(Store(url, b"k" * 32))
    assert run(again.once(account(), WISH, effect, 5)) == b"answer 1"
    assert effect.done == 1


def test_twins_wait_for_one_result(kept: Books) -> None:
    async def twins() -> list[bytes]:
        effect = Effect()
        effect.go.clear()
        waiting = [asyncio.ensure_future(kept.once(account(), WISH, effect, 5)) for _ in range(8)]
        await asyncio.sleep(0.1)
        effect.go.set()
        return await asyncio.gather(*waiting)

    assert set(run(twins())) == {b"answer 1"}


def test_a_twin_in_another_gateway_waits_for_the_result_too(kept: Books, url: str) -> None:
    other = Books(Store(url, b"k" * 32))

    async def twins() -> tuple[bytes, bytes, int]:
        effect = Effect()
        effect.go.clear()
        first = asyncio.ensure_future(kept.once(account(), WISH, effect, 5))
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(other.once(account(), WISH, effect, 5))
        await asyncio.sleep(0.2)
        effect.go.set()
        return await first, await second, effect.done

    assert run(twins()) == (b"answer 1", b"answer 1", 1)


def test_a_call_whose_gateway_is_gone_is_taken_over(kept: Books, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "GONE_AFTER", 0.2)
    other = Books(Store(url, b"k" * 32))

    async def gone() -> bytes:
        stuck = Effect()
        stuck.go.clear()
        asyncio.ensure_future(kept.once(account(), WISH, stuck, 5)).add_done_callback(lambda _: None)
        await asyncio.sleep(0.1)  # and from here on that gateway gives no beat
        effect = Effect()
        return await other.once(account(), WISH, effect, 5)

    assert run(gone()) == b"answer 1"


def test_a_call_that_takes_too_long_elsewhere_is_told_to_come_again(kept: Books) -> None:
    async def late() -> None:
        stuck = Effect()
        stuck.go.clear()
        first = asyncio.ensure_future(kept.once(account(), WISH, stuck, 5))
        await asyncio.sleep(0.1)
        with pytest.raises(GatewayFault) as refused:
            await kept.once(account(), WISH, stuck, 0.2)
        assert (refused.value.key, refused.value.retry_after) == ("call.under-way", 5)
        stuck.go.set()
        assert await first == b"answer 1"

    run(late())


def test_another_body_under_the_same_name_is_refused(kept: Books) -> None:
    effect = Effect()
    assert run(kept.once(account(), Wish(b"1" * 32, b"b" * 32, (b"id" * 16,)), effect, 5)) == b"answer 1"
    with pytest.raises(CallerFault, match=r"id\.reused"):
        run(kept.once(account(), Wish(b"2" * 32, b"c" * 32, (b"id" * 16,)), effect, 5))
    assert run(kept.once(account(), Wish(b"1" * 32, b"b" * 32, (b"id" * 16,)), effect, 5)) == b"answer 1"
    assert run(kept.once(account(), Wish(b"2" * 32, b"c" * 32), effect, 5)) == b"answer 2"  # its own name is free


@pytest.mark.parametrize("fault", [CallerFault(4316, "upstream.4316"), UpstreamFault(1100, "upstream.timeout")])
def test_a_refused_or_broken_write_may_be_sent_again(kept: Books, fault: Fault) -> None:
    effect = Effect(fault=fault)
    with pytest.raises(type(fault)):
        run(kept.once(account(), WISH, effect, 5))
    assert kept.events() == ["intent", "outcome"]
    assert kept.told()[-1]["key"] == fault.key
    effect.fault = None
    assert run(kept.once(account(), WISH, effect, 5)) == b"answer 2"


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ((("POST", 0),), False),
        ((("POST", 502),), False),
        ((("POST", 200), ("PUT", 404)), False),
        ((("POST", 409),), True),
        ((("GET", 0),), True),
        ((), True),
    ],
)
def test_a_name_stays_with_its_body_where_something_may_have_been_registered(
    kept: Books, sent: tuple[tuple[str, int], ...], *, taken: bool
) -> None:
    effect, name = Effect(fault=UpstreamFault(1100, "upstream.timeout")), b"id" * 16
    first = account()
    assert first.context is not None
    first.context.sent += [Sent(method, "/visiteringogstatus/v1/Fravaer", status, 3.5) for method, status in sent]
    with pytest.raises(UpstreamFault):
        run(kept.once(first, Wish(b"1" * 32, b"b" * 32, (name,)), effect, 5))
    effect.fault = None
    another = kept.once(account(), Wish(b"2" * 32, b"c" * 32, (name,)), effect, 5)
    if taken:
        assert run(another) == b"answer 2"
        return
    with pytest.raises(CallerFault, match=r"id\.reused"):
        run(another)
    assert run(kept.once(account(), Wish(b"1" * 32, b"b" * 32, (name,)), effect, 5)) == b"answer 2"


def test_an_answer_that_is_not_final_is_given_and_not_kept(kept: Books) -> None:
    effect = Effect(final=False)
    assert run(kept.once(account(), WISH, effect, 5)) == b"answer 1"
    assert run(kept.once(account(), WISH, effect, 5)) == b"answer 2"


class Full(Store):
    """A store that takes so many batches and no more."""

    left = 0

    def write(self, batch):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left < 0:
            raise StoreError("full", passing=True)
        return super().write(batch)


@pytest.fixture
def full(url: str) -> Books:
    return Books(Full(url, b"k" * 32))


def test_without_its_intent_no_write_is_carried_out(full: Books) -> None:
    effect = Effect()
    with pytest.raises(GatewayFault) as refused:
        run(full.once(account(), WISH, effect, 5))
    assert (refused.value.key, refused.value.status, effect.done) == ("audit.unavailable", 503, 0)


def test_without_its_outcome_a_write_is_not_answered_and_a_repeat_tries_again(full: Books) -> None:
    assert isinstance(full.store, Full)
    full.store.left = 1
    effect = Effect()
    with pytest.raises(GatewayFault, match=r"audit\.unavailable"):
        run(full.once(account(), WISH, effect, 5))
    full.store.left = 9
    assert run(full.once(account(), WISH, effect, 5)) == b"answer 2"  # the flow itself finds what the first one did


def test_a_read_is_written_down_before_it_is_answered_or_it_is_not(kept: Books, full: Books) -> None:
    read = account()
    assert read.context is not None
    read.context.sent.append(Sent("GET", "/visiteringogstatus/v1/Fravaer", 200, 3.5))
    read.context.cited.append("visitation.kategori3-laesning")
    run(kept.read(read))
    (told,) = kept.told()
    assert told["calls"] == [["GET", "/visiteringogstatus/v1/Fravaer", 200, 3.5]]
    assert told["rules"] == ["visitation.kategori3-laesning"]
    with pytest.raises(GatewayFault, match=r"audit\.unavailable"):
        run(full.read(account()))


def test_a_refusal_that_tells_what_the_modern_side_knows_is_written_down_or_not_told(full: Books) -> None:
    knowing, refused = account(), account(context=None)
    assert knowing.context is not None
    knowing.context.sent.append(Sent("GET", "/visiteringogstatus/v1/Fravaer", 404, 3.5))
    fault = CallerFault(1010, "upstream.1010")
    with pytest.raises(GatewayFault, match=r"audit\.unavailable"):
        run(full.refused(knowing, fault))
    run(full.refused(refused, fault))  # it tells nothing but what the call itself said


def test_a_refusal_is_written_down_once_with_its_key_and_no_element(kept: Books) -> None:
    refused = account(context=None)
    fault = CallerFault(1014, "value.invalid", element="Hansen-Jensen")
    run(kept.refused(refused, fault))
    run(kept.refused(refused, fault))
    (told,) = kept.told()
    assert (told["event"], told["key"], told["error"]) == ("refused", "value.invalid", 1014)
    assert "Hansen" not in json.dumps(told)


@pytest.mark.parametrize(("writes", "events"), [(True, ["intent", "outcome"]), (False, ["outcome"])])
def test_a_call_that_is_handed_on_is_written_down_too(kept: Books, writes: bool, events: list[str]) -> None:
    async def forward() -> Raw:
        return Raw(200, "text/xml", b"<old/>")

    assert run(kept.forwarded(account(context=None), writes, forward)).body == b"<old/>"
    assert kept.events() == events


def test_no_personal_value_is_in_the_store(kept: Books, tmp_path: Path) -> None:
    run(kept.once(account(), WISH, Effect(), 5))
    kept.close()
    found = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not any(canary.encode() in found for canary in (CITIZEN, USER, "Testesen", "answer 1"))


def test_without_books_a_write_is_carried_out_each_time() -> None:
    effect = Effect()
    none = NoBooks()
    assert [run(none.once(account(), WISH, effect, 5)) for _ in range(2)] == [b"answer 1", b"answer 2"]
    run(none.read(account()))
    run(none.refused(account(), CallerFault(1014, "value.invalid")))
