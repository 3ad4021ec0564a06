"""The audit's writer, as a thread and as a process of its own: durable when told so, an error for all who wait else."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overgang.core.audit import Kind, check
from overgang.shell.audit_apart import Apart
from overgang.shell.audit_process import Setup
from overgang.shell.auditing import Auditor, InThread
from overgang.shell.scribe import Draft, Item, Scribe
from overgang.shell.signing import Signer
from overgang.shell.store import Store, StoreError
from overgang.shell.store.ledger import Claim, Done

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY, SECRET = b"k" * 32, b"s" * 32
Make = Callable[[], Auditor]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/audit.sqlite"


@pytest.fixture
def store(url: str) -> Store:
    return Store(url, KEY)


@pytest.fixture(params=["thread", "process"])
def make(request: pytest.FixtureRequest, url: str, store: Store) -> Make:
    if request.param == "thread":
        return lambda: InThread(Scribe(store, Signer([SECRET])))
    return lambda: Apart(Setup(url, [KEY], [SECRET]))


def draft(n: int = 0) -> Draft:
    return Draft(Kind.WRITE, NOW, {"n": n}, "1203852326", "user")


def good(store: Store) -> int:
    """How many records there are, all of them checked."""
    total = 0
    for chain in store.chains():
        n, bad = check(chain, store.records(chain.id), (), Signer([SECRET]))
        assert bad is None
        assert chain.head.number == n
        total += n
    return total


def test_what_is_put_is_durable_and_its_claims_are_told(make: Make, store: Store) -> None:
    async def run() -> None:
        auditor = make()
        first = await auditor.put(Item(draft(), [Claim(b"1" * 32, b"b" * 32, "m/1")]))
        assert first[b"1" * 32].owner == "m/1"
        await auditor.put(Item(draft(), done=[Done(b"1" * 32, b"b" * 32, "m/1", b"answer")]))
        again = await auditor.put(Item(draft(), [Claim(b"1" * 32, b"b" * 32, "m/2")]))
        assert again[b"1" * 32].answer == b"answer"
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
    assert good(store) == 3


def test_many_that_put_at_once_are_all_told(make: Make, store: Store) -> None:
    async def run() -> None:
        auditor = make()
        claims = [Claim(n.to_bytes(32), b"b" * 32, f"m/{n}") for n in range(700)]
        told = await asyncio.gather(*(auditor.put(Item(draft(n), [claim])) for n, claim in enumerate(claims)))
        assert [next(iter(one.values())).owner for one in told] == [claim.owner for claim in claims]
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
    assert good(store) == 700


def test_after_the_end_nothing_is_taken(make: Make) -> None:
    async def run() -> None:
        auditor = make()
        await asyncio.to_thread(auditor.close)
        with pytest.raises(StoreError, match="takes nothing more"):
            await auditor.put(Item(draft()))

    asyncio.run(run())


def test_a_waiter_that_gives_up_harms_nobody(make: Make, store: Store) -> None:
    async def run() -> None:
        auditor = make()
        given_up = asyncio.ensure_future(auditor.put(Item(draft(1))))
        await asyncio.sleep(0)
        given_up.cancel()
        await auditor.put(Item(draft(2)))
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
    assert good(store) == 2


def test_a_store_that_fails_is_an_error_for_all_who_wait(tmp_path: Path) -> None:
    class Broken(Store):
        def write(self, batch):  # type: ignore[no-untyped-def]
            raise RuntimeError("0101701234")

    async def run() -> None:
        auditor = InThread(Scribe(Broken(f"sqlite:///{tmp_path}/b.sqlite", KEY), Signer([SECRET])))
        told = await asyncio.gather(*(auditor.put(Item(draft(n))) for n in range(3)), return_exceptions=True)
        assert {str(one) for one in told} == {"the audit failed: RuntimeError"}
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
