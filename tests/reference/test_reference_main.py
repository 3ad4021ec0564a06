"""The modern side as a program of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from reference_side import CALLER, CITIZENS_FILE, FRAVAER, NUMBERS, fravaer

HEADERS = {**CALLER, "x-civilRegistrationIdentifier": NUMBERS["dagpengemodtager"], "x-requestId": "one"}


@contextmanager
def served(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "overgang.reference", "--data", str(data), "--citizens", str(CITIZENS_FILE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.stderr.read() == ""
            assert process.wait() == 0


def test_it_prints_its_address_stops_on_an_interrupt_and_keeps_its_data(tmp_path: Path) -> None:
    with served(tmp_path / "data.db") as address:
        assert address.startswith("http://127.0.0.1:")
        reply = httpx.post(address + FRAVAER, headers=HEADERS, json=fravaer(), trust_env=False)
        assert reply.status_code == 200
    with served(tmp_path / "data.db") as address:
        shown = httpx.get(address + f"{FRAVAER}/historik", headers=HEADERS, trust_env=False).json()["fravaer"]
        assert [each["fravaerIdentifier"] for each in shown] == [reply.json()]
        assert httpx.post(address + FRAVAER, headers=HEADERS, json=fravaer(), trust_env=False).status_code == 412
