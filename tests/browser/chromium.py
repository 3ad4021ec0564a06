"""A headless Chromium spoken to over its DevTools pipe: no port, no driver, no further library."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SECONDS: Final = 30.0
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS: Final = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-sandbox",  # the tests run as any user, root among them; only our own pages are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "about:blank",
)


def found() -> str | None:
    """Where a Chromium is, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


class Refused(AssertionError):
    """The browser could not do what it was asked, or the page's expression failed."""


@dataclass(slots=True)
class Browser:
    """One tab. `troubles` are the console's errors, uncaught exceptions and violations of the policy so far."""

    requests: int
    replies: int
    session: str = ""
    troubles: list[str] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""
    _loaded: set[str] = field(default_factory=set)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for what it answers."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.requests, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while True:
            told = self._next(end)
            if told.get("id") == self._number:
                if "error" in told:
                    raise Refused(told["error"])
                return dict(told["result"])
            self._hear(told)

    def start(self) -> None:
        """Attach to a tab of its own and listen."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def screen(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        """A screen this many CSS pixels wide, with a preference for colours."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, address: str) -> None:
        """Load a page and wait until it and its script have run."""
        told = self.ask("Page.navigate", url=address)
        assert not told.get("errorText"), told
        end = time.monotonic() + SECONDS
        while told["loaderId"] not in self._loaded:
            self._hear(self._next(end))
        self._loaded.clear()

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        told = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise Refused(told["exceptionDetails"])
        return told["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression in the page is true; between two pages it is not."""
        end = time.monotonic() + SECONDS
        while not self._holds(script):
            assert time.monotonic() < end, script
            time.sleep(0.02)

    def _holds(self, script: str) -> bool:
        try:
            return bool(self.run(script))
        except Refused:
            return False

    def press(self, key: str, code: int) -> None:
        """A key by its DOM name and its virtual code."""
        text = {"text": "\r"} if key == "Enter" else {}  # without it Enter presses nothing
        for kind, more in (("keyDown" if text else "rawKeyDown", text), ("keyUp", {})):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def picture(self, file: Path) -> None:
        """The whole page as a PNG."""
        told = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(told["data"]))

    def _hear(self, told: dict[str, Any]) -> None:
        method, said = told.get("method"), told.get("params", {})
        if method == "Page.lifecycleEvent" and said["name"] == "load":
            self._loaded.add(said["loaderId"])
        elif method == "Runtime.exceptionThrown":
            self.troubles.append(str(said["exceptionDetails"].get("text")))
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.troubles.append(" ".join(str(part.get("value")) for part in said["args"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.troubles.append(said["entry"]["text"])

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.replies], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            read = os.read(self.replies, 1 << 16)
            assert read, "the browser has ended"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Browser]:
    """A Chromium with its profile and its log in `folder`; it is gone afterwards."""
    read_requests, requests = os.pipe()
    replies, write_replies = os.pipe()
    flags = " ".join(f'"{flag}"' for flag in (f"--user-data-dir={folder / 'profile'}", *_FLAGS))
    command = f'exec "{program}" {flags} 3<&{read_requests} 4>&{write_replies}'
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", command],
            pass_fds=(read_requests, write_replies),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    os.close(read_requests)
    os.close(write_replies)
    try:
        tab = Browser(requests, replies)
        tab.start()
        yield tab
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its own session: itself and its helpers, nothing else
        process.wait(SECONDS)
        os.close(requests)
        os.close(replies)
