"""A citizen's number is driven through each path of a running gateway, and looked for in all that it leaves.

It is found with those whom the calls are for (the modern side, the old one, receivers of webhooks), and in the audit
by its keyed hash only.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from canary_calls import SWITCHED, crawl, drive, fetch, operate, register, samples, switch
from canary_side import FAILING, GONE, GOOD, NAME, NUMBER, Neighbours, config, neighbours, seen

from old_calls import wrapped
from overgang.cli.main import main
from running import SECONDS, ModernSide, Process, modern_side, overgang

PAGES = (
    "/",
    "/operations",
    "/differences",
    "/callers",
    "/rules",
    "/contracts",
    "/cases",
    "/changes",
    "/beskeder",
    "/recording",
    "/metrics",
    "/readyz",
    *SWITCHED,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway keeps all it keeps, and its neighbours."""

    folder: Path
    modern: ModernSide
    by: Neighbours

    @property
    def config(self) -> Path:
        return self.folder / "gateway.toml"

    @contextmanager
    def served(self, *, failing: bool) -> Iterator[tuple[Process, httpx.Client, httpx.Client]]:
        """A gateway, and clients of it and of its admin port; it is told to stop in the end."""
        self.config.write_text(config(self.modern.url, self.by, failing=failing), encoding="utf-8")
        output = self.folder / ("failing" if failing else "good")
        with overgang(output, "serve", "--config", str(self.config)) as process:
            process.wait_for("admin ")
            with (
                httpx.Client(base_url=process.address("gateway"), trust_env=False, timeout=SECONDS) as client,
                httpx.Client(base_url=process.address("admin"), trust_env=False, timeout=SECONDS) as admin,
            ):
                yield process, client, admin
            assert process.stop() == 0

    def left(self) -> dict[str, bytes]:
        """All that was written, by where."""
        files = {f"file {file.relative_to(self.folder)}": file for file in self.folder.rglob("*") if file.is_file()}
        return {name: file.read_bytes() for name, file in files.items()} | {"spans": b"".join(self.by.spans)}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    folder = tmp_path / "gateway"
    for name in ("recordings", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "identity.key").write_bytes(b"k" * 32)
    (folder / "webhook.secret").write_bytes(b"w" * 32)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    with neighbours() as by, modern_side() as modern:
        yield Place(folder, modern, by)


def test_a_citizen_is_nowhere_but_hashed_in_the_audit(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.served(failing=False) as (_, client, admin):
        recorded = in_each_mode(client, admin)
        fetched(client, place.by)
        operate(admin)
        commands(place, tmp_path, client, recorded)
        shown = everything(admin, place)
    with place.served(failing=True) as (_, client, admin):
        drive(client)
        samples(client)
        shown |= {f"{name}, failing": content for name, content in everything(admin, place).items()}
    left = place.left()
    assert [name for name, content in {**shown, **left}.items() if seen(content)] == []
    assert_driven(place, shown, left)

    monkeypatch.setattr("sys.stdin", _Typed(NUMBER))
    assert main(["audit", "find", "--config", str(place.config)]) == 0
    assert int(capsys.readouterr().out.splitlines()[-1].split()[0]) > 5
    assert main(["audit", "verify", "--config", str(place.config)]) == 0
    assert [name for name, content in place.left().items() if seen(content)] == []


def in_each_mode(client: httpx.Client, admin: httpx.Client) -> Path:
    """The calls, once in each mode that has an old side; the recording of the first ones."""
    own = {"x-overgang": "1"}
    assert admin.post("/recording", json={"share": 1, "seconds": 60}, headers=own).status_code == 200
    samples(client)
    drive(client)
    ended = admin.delete("/recording", headers=own).json()
    assert ended["calls"] > 5
    for mode in ("compare-old", "old"):
        switch(admin, mode)
        drive(client)
    return Path(ended["file"])


def fetched(client: httpx.Client, by: Neighbours) -> None:
    """A message comes, is pushed to each webhook, and its content is fetched by its receiver out of the old queue."""
    id_ = register(client)
    assert id_ in fetch(client)
    end, wanted = time.monotonic() + SECONDS, {(path, NUMBER) for path in (GOOD, FAILING, GONE)}
    while not wanted <= by.pushed:
        assert time.monotonic() < end, by.pushed
        time.sleep(0.1)


def commands(place: Place, elsewhere: Path, client: httpx.Client, recorded: Path) -> None:
    """The recording is replayed and reported on, as is the store; two answers about the citizen are compared."""
    answers = [elsewhere / name for name in ("old.xml", "new.xml")]
    for answer, months in zip(answers, "78", strict=True):
        answer.write_text(wrapped(f"<a n='{NUMBER}'>{NAME}<m>{months}</m></a>", ""), encoding="utf-8")
    results, key = place.folder / "results.json", place.folder / "identity.key"
    gateway, old = str(client.base_url), f"{place.by.url}/old"
    replay = ("replay", str(recorded), "--key", str(key), "--against", gateway, "--old", old, "--results", str(results))
    wanted = (
        replay,
        ("report", str(results), "--reproduce", str(place.folder / "reproduced")),
        ("report", str(results), "--format", "html", "--out", str(place.folder / "report.html")),
        ("report", "--config", str(place.config), "--format", "json"),
        ("compare", *map(str, answers), "--operation", "GetProfessionCollection"),
    )
    for number, arguments in enumerate(wanted):
        with overgang(place.folder / f"command {number}", *arguments) as process:
            assert process.popen.wait(SECONDS) in (0, 1), process.stdout + process.stderr


def everything(admin: httpx.Client, place: Place) -> dict[str, bytes]:
    """All that the gateway shows and has written while it runs, by where."""
    return {f"page {path}": content for path, content in crawl(admin, PAGES).items()} | place.left()


def assert_driven(place: Place, shown: dict[str, bytes], left: dict[str, bytes]) -> None:
    """What was looked through is there."""
    assert NUMBER.encode() in b"".join(repr(one).encode() for one in place.modern.asked)
    for part in ("/beskeder/", "/callers/8/", "/operations/", "/differences/", "reproduce.sh", "reproduce.case"):
        assert [name for name in shown if name.startswith("page ") and part in name], part
    assert len(left["spans"]) > 1000
    assert len(left["file heads.jsonl"]) > 100
    assert [name for name in left if name.startswith("file reproduced/")]
    good, failing = left["file good/stderr"], left["file failing/stderr"]
    assert b'"event": "call"' in good
    assert b"was not delivered: status 500" in good
    for key in ("unavailable", "redirect", "broken", "invalid"):
        assert f"upstream.{key}".encode() in failing, key


class _Typed:
    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return f"{self._text}\n"
