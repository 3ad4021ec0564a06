"""A gateway that is told to stop answers what comes meanwhile, lets go of its connections, and ends."""

import signal
import threading
import time
from pathlib import Path

import httpx

from old_calls import ENROLLMENT, MEDIA, professions, wrapped
from running import CONFIG, ROOT, SECONDS, modern_side, overgang


def configured(folder: Path, modern: str, drain: float) -> Path:
    (folder / "identity.key").write_bytes(b"k" * 32)
    config = folder / "gateway.toml"
    text = CONFIG.format(root=ROOT, modern=modern) + f"[admission]\ndrain = {drain}\n"
    config.write_text(text, encoding="utf-8")
    return config


def test_calls_that_come_while_it_drains_are_answered_and_the_probe_says_so(tmp_path: Path) -> None:
    statuses: list[int | str] = []
    with (
        modern_side() as modern,
        overgang(tmp_path, "serve", "--config", str(configured(tmp_path, modern.url, 1.5))) as process,
        httpx.Client(trust_env=False, timeout=SECONDS) as client,
    ):
        process.wait_for("admin ")
        address, admin = process.address("gateway"), process.address("admin")
        call = {"content": wrapped(professions()), "headers": {"content-type": MEDIA["1.1"]}}
        stop = threading.Event()

        def keep_calling() -> None:
            with httpx.Client(trust_env=False, timeout=SECONDS) as asks:
                while not stop.is_set():
                    answer = asks.post(f"{address}{ENROLLMENT}", **call)  # type: ignore[arg-type]
                    statuses.append(answer.status_code)

        assert client.get(f"{admin}/readyz").status_code == 200
        caller = threading.Thread(target=keep_calling)
        caller.start()
        end = time.monotonic() + SECONDS
        while not statuses and time.monotonic() < end:
            time.sleep(0.01)
        process.popen.send_signal(signal.SIGTERM)
        while client.get(f"{admin}/readyz").status_code == 200:
            assert time.monotonic() < end
        answer = client.post(f"{address}{ENROLLMENT}", **call)  # type: ignore[arg-type]
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert client.get(f"{admin}/healthz").status_code == 200
        stop.set()
        caller.join()
        assert process.popen.wait(SECONDS) == 0
    assert set(statuses) == {200}


def test_a_second_signal_ends_the_waiting(tmp_path: Path) -> None:
    with (
        modern_side() as modern,
        overgang(tmp_path, "serve", "--config", str(configured(tmp_path, modern.url, 600))) as process,
    ):
        process.wait_for("admin ")
        admin = process.address("admin")
        process.popen.send_signal(signal.SIGTERM)
        end = time.monotonic() + SECONDS
        while httpx.get(f"{admin}/readyz", trust_env=False).status_code == 200:
            assert time.monotonic() < end
        assert process.stop(signal.SIGTERM) == 0
