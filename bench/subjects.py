"""What is measured: each subject is one process with one worker, started on a free port before the same stub."""

import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from bench import install, nginx
from bench.load import Call
from bench.processes import free_port, started

CALLS = Path(__file__).with_name("calls")
ABSENCE_WSDL = install.ROOT / "wsdl" / "AbsenceRegistrationService" / "7" / "AbsenceRegistrationService.wsdl"
CREATE_ABSENCE = Call(
    CALLS / "CreateAbsence.xml", "http://service.bm.dk/pjaktass/7/AbsenceRegistrationService#CreateAbsence"
)
GET_PROFESSIONS = Call(
    CALLS / "GetProfessionCollection.xml",
    "http://service.bm.dk/pjaktass/8/UnemploymentEnrollmentService#GetProfessionCollection",
)

_GATEWAY = """\
[listen]
host = "127.0.0.1"
port = {port}
admin_port = {admin}
public = "http://127.0.0.1:{port}"

[wsdl]
folder = "{root}/wsdl"

[codelists]
folder = "{root}/config/codelists"

[identity]
key_file = "identity.key"

[clients]
proof = "trial"

[upstream.visiteringogstatus]
url = "{stub}{items}/visiteringogstatus"

[upstream.jobsearch]
url = "{stub}/jobsearch"

[upstream.borgerkommunikation]
url = "{stub}/borgerkommunikation"

[upstream.eksternedata]
url = "{stub}/eksternedata"

[upstream.komposit]
url = "{stub}/komposit"
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A running subject: where CreateAbsence is sent, its root process, and what a good answer holds."""

    url: str
    pid: int
    answer: bytes = b"CreateAbsenceResponse"

    @property
    def base(self) -> str:
        """Scheme, host and port of the address."""
        return "/".join(self.url.split("/")[:3])


_NO_ANSWERS: Mapping[str, bytes] = MappingProxyType({})

Start: TypeAlias = Callable[[str, Path], AbstractContextManager[Subject]]
"""Start a subject: (the stub's base URL, a folder for its files) -> the running subject."""


@contextlib.contextmanager
def stub(folder: Path, answers: Mapping[str, bytes] = _NO_ANSWERS) -> Iterator[str]:
    """The upstream stub, a process of its own; yields its base URL. `answers` are those of nginx.stub."""
    install.tool("nginx")
    port = free_port()
    with started(nginx.stub(_made(folder), port, answers), port, folder / "log.txt"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def overgang(
    stub_url: str, folder: Path, *, items: str = "", audited: bool = True, more: str = ""
) -> Iterator[Subject]:
    """This gateway with everything on, or all but the audit. `items` is the stub's path prefix for reads.

    E.g. /items-1000. `more` is added to its configuration.
    """
    port, admin = free_port(), free_port()
    config = _made(folder) / "gateway.toml"
    places = {"port": port, "admin": admin, "stub": stub_url, "items": items, "root": install.ROOT}
    config.write_text(_GATEWAY.format_map(places) + more, encoding="utf-8")
    (folder / "identity.key").write_bytes(secrets.token_hex(32).encode())
    argv = [sys.executable, "-c", "import sys; from overgang.cli.main import main; sys.exit(main())"]
    if not audited:
        argv = [sys.executable, "-m", "bench.unaudited"]
    env = {"PYTHONPATH": f"{install.ROOT / 'src'}:{install.ROOT}"}
    with started([*argv, "serve", "--config", str(config)], port, folder / "log.txt", env=env) as pid:
        yield Subject(f"http://127.0.0.1:{port}/PjakTassWCF/7/AbsenceRegistrationService.svc", pid)


@contextlib.contextmanager
def spyne_httpx(stub_url: str, folder: Path) -> Iterator[Subject]:
    """spyne 2.14.0 with its lxml validator, one pooled httpx client, gunicorn with one sync worker.

    Of the servers tried with this app (waitress 1, 4, 16 threads; gunicorn sync and gthread; cheroot; uvicorn with
    a2wsgi) the sync worker was the fastest: threads contend for the interpreter lock.
    """
    port, app = free_port(), install.PEERS / "spyne_httpx"
    server = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "warning"]
    argv = [install.spyne_python(), *server, "app:application"]
    env = {"PYTHONPATH": str(app), "STUB_URL": stub_url}
    with started(argv, port, _made(folder) / "log.txt", env=env) as pid:
        yield Subject(f"http://127.0.0.1:{port}/AbsenceRegistrationService", pid)


@contextlib.contextmanager
def npm_soap(stub_url: str, folder: Path) -> Iterator[Subject]:
    """npm `soap` with the real WSDL on node's own server, one undici pool."""
    port, home = free_port(), install.npm_folder()
    argv = [install.tool("node"), str(home / "server.js"), str(port), stub_url, str(ABSENCE_WSDL)]
    with started(argv, port, _made(folder) / "log.txt", env={"NODE_ENV": "production"}) as pid:
        yield Subject(f"http://127.0.0.1:{port}/AbsenceRegistrationService", pid)


@contextlib.contextmanager
def nginx_through(stub_url: str, folder: Path) -> Iterator[Subject]:
    """nginx that reads nothing and passes the bytes on: the floor, not a gateway."""
    port = free_port()
    argv = nginx.through(_made(folder), port, int(stub_url.rpartition(":")[2]))
    with started(argv, port, folder / "log.txt") as pid:
        yield Subject(f"http://127.0.0.1:{port}/", pid, nginx.REGISTERED.encode())


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


OURS = "overgang"
SUBJECTS: dict[str, Start] = {
    OURS: overgang,
    "overgang unaudited": partial(overgang, audited=False),
    "spyne+httpx": spyne_httpx,
    "npm soap+undici": npm_soap,
    "nginx through": nginx_through,
}
