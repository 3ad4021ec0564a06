"""The process that writes the audit: what it is told first never shows, and nothing but its gateway's end ends it."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from overgang.core.audit import Kind
from overgang.shell.audit_apart import Apart
from overgang.shell.audit_process import Setup
from overgang.shell.scribe import Draft, Item
from overgang.shell.store import Store

KEY = b"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_what_it_is_told_shows_no_secret() -> None:
    assert "k" * 32 not in repr(Setup("postgresql://user:secret@host/db", [KEY], [KEY]))
    assert "secret" not in repr(Setup("postgresql://user:secret@host/db", [], []))


def test_its_command_line_holds_no_secret_and_signals_to_the_gateway_do_not_end_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.sqlite"
    store = Store(url, KEY)
    lines: list[bytes] = []

    async def run() -> None:
        auditor = Apart(Setup(url, [KEY], [KEY]))
        await auditor.put(Item(Draft(Kind.READ, datetime.now(UTC), {"n": 1})))
        lines.append(command_line(auditor.pid))
        for name in (signal.SIGTERM, signal.SIGINT):
            os.kill(auditor.pid, name)
        await auditor.put(Item(Draft(Kind.READ, datetime.now(UTC), {"n": 2})))
        await asyncio.to_thread(auditor.close)

    asyncio.run(run())
    assert KEY not in lines[0]
    assert url.encode() not in lines[0]
    assert sum(1 for chain in store.chains() for _ in store.records(chain.id)) == 2
