"""The pod of the manifest: its nginx with one gateway behind it, while it runs and when it is stopped."""

import asyncio
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from nginx_side import deployed, read, waits

from running import SECONDS, App

TOKEN = "t" * 32
FASTER = 5  # than the manifest's seconds


def test_a_pod_that_is_stopped_fails_no_call(tmp_path: Path) -> None:
    nginx_waits, gateway_waits = (seconds / FASTER for seconds in waits())
    slow, named = threading.Event(), threading.Event()
    told: list[int] = []

    def around(app: App) -> App:
        async def delayed(scope: Any, receive: Any, send: Any) -> None:
            await asyncio.sleep(1.5 if slow.is_set() else 0)
            await app(scope, receive, send)

        return delayed

    faster = ("keepalive_time 5s", f"keepalive_time {5000 // FASTER}ms")
    with deployed(tmp_path, faster, count=1, more="[admission]\ndrain = 1.0\n", around=around, pod=True) as site:
        certificate = site.issued()

        def keep_calling(_: int) -> None:
            while named.is_set():  # a Service brings new connections
                with site.client(certificate) as client:
                    answer = read(client)
                    told.append(answer.status_code)
                    while answer.headers["connection"] != "close":
                        answer = read(client)
                        told.append(answer.status_code)

        def call_late() -> None:
            with site.client(certificate) as client:
                told.append(read(client).status_code)
                time.sleep(nginx_waits - 0.2)
                slow.set()
                told.append(read(client).status_code)

        named.set()
        with ThreadPoolExecutor(5) as callers:
            calling = [callers.submit(keep_calling, n) for n in range(4)]
            time.sleep(0.5)
            asked = time.monotonic()
            calling.append(callers.submit(call_late))
            time.sleep(0.4)
            named.clear()
            time.sleep(asked + nginx_waits - time.monotonic())
            site.proxy.send_signal(signal.SIGQUIT)
            time.sleep(asked + gateway_waits - time.monotonic())
            site.gateways[0].popen.send_signal(signal.SIGTERM)
            for one in calling:
                one.result()
        assert site.proxy.wait(SECONDS) == site.gateways[0].popen.wait(SECONDS) == 0
        assert len(told) > 50
        assert set(told) == {200}


def test_prometheus_gets_the_metrics_with_the_token_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "admin.token").write_text(TOKEN, encoding="utf-8")
    with deployed(tmp_path, count=1, more='[admin]\ntoken_file = "admin.token"\n', pod=True) as site:
        url, bearer = f"https://localhost:{site.metrics}", {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(verify=site.context(None), base_url=url, trust_env=False) as prometheus:
            found = prometheus.get("/metrics", headers=bearer)
            assert found.status_code == 200
            assert "overgang_store_reachable 1" in found.text
            assert prometheus.get("/metrics").status_code == 401
            assert prometheus.get("/", headers=bearer).status_code == 404
