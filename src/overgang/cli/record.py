"""`overgang record`: have a running gateway record a sample of its calls, masked and encrypted."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress

from overgang.cli.urls import http_url
from overgang.shell import settings
from overgang.shell.client import Posts
from overgang.shell.config import ConfigError

_LOOK: Final = 0.5  # seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--admin", type=http_url, default="http://127.0.0.1:8081", metavar="URL", help="the gateway's admin port"
    )
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="[admin] token_file of the gateway")
    parser.add_argument("--share", type=float, default=1.0, help="of the calls, above 0 to 1 (1)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long (60); Ctrl-C ends it earlier")


def record(given: argparse.Namespace) -> int:
    """Begin, wait, end, and print the file; 2 when the gateway refuses or can't be reached."""
    headers = {"x-overgang": "1"}
    if given.token_file is not None:
        headers["Authorization"] = f"Bearer {_token(given.token_file)}"
    return asyncio.run(_record(Port(given.admin.rstrip("/"), headers), given.share, given.seconds))


def _token(file: Path) -> str:
    try:
        return settings.secret(Path(), str(file)).decode()
    except ValueError as mistake:
        raise ConfigError([f"--token-file: {mistake}"]) from mistake


@dataclass(frozen=True, slots=True)
class Port:
    """The admin port's URL, and the headers that it is asked with."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


async def _record(admin: Port, share: float, seconds: float) -> int:
    posts = Posts(deadline=10.0)
    try:
        code, told = await _ask(posts, "POST", admin, {"share": share, "seconds": seconds})
        if code != 200:
            print(f"overgang: {told.get('title', told)}", file=sys.stderr)
            return 2
        try:
            await _wait(posts, admin, seconds)
        except asyncio.CancelledError:  # Ctrl-C: it ends earlier
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
        code, told = await _ask(posts, "DELETE", admin)
    finally:
        await posts.close()
    if code != 200:
        print(f"overgang: {told.get('title', told)}", file=sys.stderr)
        return 2
    print(f"{told['calls']} calls recorded, {told['dropped']} dropped for lack of room\n{told['file']}")
    return 0


async def _wait(posts: Posts, admin: Port, seconds: float) -> None:
    """Until the time is up, the recording ended by itself, or the user has had enough."""
    until = time.monotonic() + seconds
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("recording", total=seconds)
        while (left := until - time.monotonic()) > 0:
            code, told = await _ask(posts, "GET", admin)
            if code != 200:
                return
            progress.update(task, completed=seconds - left, description=f"recording, {told.get('calls', '?')} calls")
            if told.get("until") is None:
                return
            await asyncio.sleep(min(_LOOK, left))


async def _ask(posts: Posts, method: str, admin: Port, json_body: Any = None) -> tuple[int, dict[str, Any]]:
    body = None if json_body is None else json.dumps(json_body).encode()
    reply = await posts.ask(method, f"{admin.url}/recording", body, admin.headers)
    if reply.trouble:
        return 0, {"title": f"the gateway's admin port can't be asked: {reply.trouble}"}
    try:
        told: dict[str, Any] = json.loads(reply.body)
    except ValueError:
        return reply.status, {"title": f"the admin port answered with status {reply.status}"}
    return reply.status, told
