"""The audit's writer as a process of its own: when it ends, all who wait hear of it; what both writers do alike is in
test_auditing.
"""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overgang.core.audit import Kind, check
from overgang.shell.audit_apart import Apart
from overgang.shell.audit_process import Setup
from overgang.shell.scribe import Draft, Item
from overgang.shell.signing import Signer
from overgang.shell.store import Store, StoreError

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY, SECRET = b"k" * 32, b"s" * 32


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/audit.sqlite"


@pytest.fixture
def store(url: str) -> Store:
    return Store(url, KEY)


def draft(n: int) -> Draft:
    return Draft(Kind.WRITE, NOW, {"n": n}, "1203852326", "user")


def test_a_process_that_is_killed_is_told_of_and_started_anew(url: str, store: Store) -> None:
    async def run() -> None:
        auditor = Apart(Setup(url, [KEY], [SECRET]))
        await auditor.put(Item(draft(1)))
        first = auditor.pid
        os.kill(first, signal.SIGSTOP)  # so that what is put next waits for it
        waiting = [asyncio.ensure_future(auditor.put(Item(draft(n)))) for n in range(3)]
        await asyncio.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert {str(one) for one in told} == {"the audit's writer ended"}
        while auditor.pid == first:  # not started over and over
            with suppress(StoreError):
                await auditor.put(Item(draft(9)))
            await asyncio.sleep(0.05)
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
    entries = [record.entry for chain in store.chains() for record in store.records(chain.id)]
    assert sum('{"n":1,' in entry for entry in entries) == 1
    assert sum('{"n":9,' in entry for entry in entries) == 1


def test_a_process_whose_store_can_not_be_opened_is_an_error_not_a_wait(tmp_path: Path) -> None:
    async def run() -> None:
        auditor = Apart(Setup(f"sqlite:///{tmp_path}/none/a.sqlite", [KEY], [SECRET]))
        with pytest.raises(StoreError, match="ended"):
            await auditor.put(Item(draft(1)))
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())


def test_what_was_put_before_the_gateway_is_gone_is_written_all_the_same(url: str, store: Store) -> None:
    async def run() -> None:
        auditor = Apart(Setup(url, [KEY], [SECRET]))
        waiting = asyncio.ensure_future(auditor.put(Item(draft(1))))
        await asyncio.sleep(0)
        await asyncio.to_thread(auditor.close)
        waiting.cancel()

    asyncio.run(run())
    (chain,) = store.chains()
    assert check(chain, store.records(chain.id), (), Signer([SECRET])) == (1, None)
