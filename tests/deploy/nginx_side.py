"""deploy/nginx.conf as it is, with its paths and port put into a folder, before two gateways on one store."""

import json
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from certificates import UNIT, Authority, Issued, authority, subject
from old_calls import ENROLLMENT, MEDIA, professions, wrapped
from overgang.shell.config import Limits
from overgang.shell.keys import derived
from overgang.shell.store import Store
from postgresql import empty_postgresql
from running import CONFIG, ROOT, SECONDS, App, ModernSide, Process, modern_side, overgang

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
ACTORS = f"""
[[actor]]
name = "Fagsystem"
cvr = "12345678"
units = ["{UNIT}"]
organisations = ["*"]

[[actor]]
name = "Another"
cvr = "87654321"
units = ["11111111-2222-4333-8444-555555555555"]
organisations = ["2/16"]
"""
BODY, KIND = wrapped(professions()), {"content-type": MEDIA["1.1"]}
SHIPPED = ROOT / "deploy" / "nginx.conf"
MAIN = """
worker_processes 1; daemon off; pid /tmp/nginx.pid; error_log stderr;
events { worker_connections 2048; }
http {
    client_body_temp_path /tmp/client_body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
    include /etc/nginx/conf.d/*.conf;
}
"""
CLIENTS = '\n[clients]\nactors = "actors.toml"\nauthorities = "oces.pem"\n'


@dataclass
class Deployed:
    """nginx with TLS on 127.0.0.1:port, the gateways behind it, and what they write to."""

    folder: Path
    port: int
    root: Authority
    issuer: Authority
    modern: ModernSide
    gateways: list[Process]
    proxy: subprocess.Popen[bytes]
    store: str
    metrics: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def issued(self, name: str = "ours", cvr: str = "12345678", unit: str = UNIT) -> Path:
        """A file with a client certificate and its key."""
        made = self.issuer.issue(subject(f"NTRDK-{cvr}", f"UI:DK-O:G:{unit}"))
        return written(self.folder / f"{name}.pem", made)

    def revoke(self, *these: Issued) -> None:
        """Put the issuer's list in place of the one before; nginx is not told."""
        revoked(self.folder, self.root.revoked(), self.issuer.revoked(*these))

    def reload(self) -> None:
        """Have nginx read its files again; its workers of before are gone after it."""
        before, end = workers(self.proxy), time.monotonic() + SECONDS
        assert before
        self.proxy.send_signal(signal.SIGHUP)
        while not (now := workers(self.proxy)) or now & before:
            assert time.monotonic() < end, (self.folder / "nginx.out").read_text()
            time.sleep(0.02)

    def context(self, certificate: Path | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / "server.pem"))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT if hasattr(ssl, "VERIFY_X509_STRICT") else context.verify_flags
        if certificate is not None:
            context.load_cert_chain(certificate)
        return context

    def client(self, certificate: Path | None) -> httpx.Client:
        return httpx.Client(verify=self.context(certificate), base_url=self.url, trust_env=False, timeout=SECONDS)

    def raw(self, certificate: Path, *parts: bytes) -> bytes:
        """What comes back until the server closes, or is silent for two seconds after an answer."""
        answer = b""
        with self.connection(certificate) as connection, suppress(TimeoutError, ConnectionError, ssl.SSLError):
            for part in parts:
                connection.sendall(part)
            while part := connection.recv(65_536):
                answer += part
                connection.settimeout(2)
        return answer

    @contextmanager
    def connection(self, certificate: Path) -> Iterator[ssl.SSLSocket]:
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as plain,
            self.context(certificate).wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            yield connection


def written(file: Path, made: Issued) -> Path:
    file.write_bytes(made.pem + made.key_pem)
    return file


def revoked(folder: Path, *lists: bytes) -> None:
    """The lists in the file that nginx reads, which is replaced as a whole."""
    fresh = folder / "tls" / "fresh.crl"
    fresh.write_bytes(b"".join(lists))
    fresh.replace(folder / "tls" / "oces.crl")


def workers(proxy: subprocess.Popen[bytes]) -> set[str]:
    """The numbers of its processes."""
    return set(Path(f"/proc/{proxy.pid}/task/{proxy.pid}/children").read_text().split())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def objects() -> list[dict[str, Any]]:
    """What the manifest makes."""
    return list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")))


def the_pod() -> dict[str, Any]:
    return next(one["spec"]["template"]["spec"] for one in objects() if one["kind"] == "Deployment")


def waits() -> tuple[int, int]:
    """The seconds after which a pod that is stopped ends nginx with the calls under way, and tells the gateway."""
    nginx, gateway = (
        " ".join(one["lifecycle"]["preStop"]["exec"]["command"])
        for name in ("nginx", "gateway")
        for one in the_pod()["containers"]
        if one["name"] == name
    )
    first, then = (
        re.fullmatch(r"sh -c sleep (\d+); kill -QUIT 1; sleep 600", nginx),
        re.fullmatch(r"sleep (\d+)", gateway),
    )
    assert first
    assert then
    return int(first[1]), int(then[1])


def pod_nginx() -> tuple[str, str]:
    """The main file of the pod's nginx, and the shipped one changed as the manifest says."""
    main = next(one["data"]["nginx.conf"] for one in objects() if one["kind"] == "ConfigMap")
    text = SHIPPED.read_text(encoding="utf-8").replace("listen 443 ssl", "listen 8443 ssl")
    return main, "".join(line for line in text.splitlines(keepends=True) if "gateway-2.sock" not in line)


def configured(folder: Path, port: int, *changes: tuple[str, str], pod: bool = False) -> Path:
    """The whole configuration, of a machine or of the pod; each change must be of something that it says."""
    main, text = pod_nginx() if pod else (MAIN, SHIPPED.read_text(encoding="utf-8"))
    (folder / "conf.d").mkdir()
    for file, whole in (("nginx.conf", f"user root;\n{main}"), ("conf.d/overgang.conf", text)):
        for old, new in (
            ("/tmp/", f"{folder}/"),
            ("/run/overgang", str(folder)),
            ("/etc/overgang/tls", str(folder / "tls")),
            ("/etc/nginx", str(folder)),
            ("listen 8443 ssl" if pod else "listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            *changes,
        ):
            assert old in main + text, old
            whole = whole.replace(old, new)
        (folder / file).write_text(whole, encoding="utf-8")
    return folder / "nginx.conf"


@contextmanager
def nginx(folder: Path, port: int, *changes: tuple[str, str], pod: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    file = configured(folder, port, *changes, pod=pod)
    with (folder / "nginx.out").open("wb") as out:
        process = subprocess.Popen([NGINX, "-c", str(file)], stdout=out, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + SECONDS
        while True:
            assert process.poll() is None, (folder / "nginx.out").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


@contextmanager
def gateway(folder: Path, number: int, modern: str, store: str, more: str = "") -> Iterator[Process]:
    """A gateway on its Unix socket, with the shared store and key."""
    listen = f'[listen]\nsocket = "gateway-{number}.sock"\n'
    text = CONFIG.format(root=ROOT, modern=modern).replace("[listen]\n", listen, 1)
    text = text.replace('\n[clients]\nproof = "trial"\n', CLIENTS)
    config = folder / f"gateway-{number}.toml"
    config.write_text(f'{text}\n[store]\nurl = "{store}"\n{more}', encoding="utf-8")
    with overgang(folder / str(number), "serve", "--config", str(config)) as process:
        process.wait_for("admin ")
        yield process


@contextmanager
def deployed(
    folder: Path,
    *changes: tuple[str, str],
    count: int = 2,
    more: str = "",
    around: Callable[[App], App] = lambda app: app,
    under: str = "",
    pod: bool = False,
) -> Iterator[Deployed]:
    """The whole: nginx, so many gateways, one PostgreSQL store, one modern side and what is `around` it.

    Each gateway asks below the path `under`, its number put in for {}. In a `pod` nginx is as the manifest has it.
    """
    if NGINX is None:
        pytest.skip("nginx is not installed")
    assert Limits().bytes == 1 << 20  # client_max_body_size
    root = authority(common="Den Danske Stat OCES rod-CA", below=1)
    issuer = authority(under=root)
    (folder / "tls").mkdir()
    for place in (folder, folder / "tls"):
        (place / "oces.pem").write_bytes(issuer.pem + root.pem)
    revoked(folder, root.revoked(), issuer.revoked())
    (folder / "actors.toml").write_text(ACTORS, encoding="utf-8")
    (folder / "identity.key").write_bytes(b"k" * 32)
    server = authority(common="localhost")
    made = server.issue()
    (folder / "tls" / "server.pem").write_bytes(made.pem + server.pem)
    (folder / "tls" / "server.key").write_bytes(made.key_pem)
    url, port, metrics = empty_postgresql(), free_port(), free_port()
    with ExitStack() as running:
        modern = running.enter_context(modern_side(around))
        gateways = [
            running.enter_context(gateway(folder, number, modern.url + under.format(number), url, more))
            for number in range(1, count + 1)
        ]
        if pod:
            admin = gateways[0].address("admin").removeprefix("http://")
            changes = (*changes, ("127.0.0.1:8081", admin), ("listen 8444", f"listen 127.0.0.1:{metrics}"))
        proxy = running.enter_context(nginx(folder, port, *changes, pod=pod))
        yield Deployed(folder, port, root, issuer, modern, gateways, proxy, url, metrics)


@contextmanager
def standin(file: Path, answer: bytes | None) -> Iterator[list[bytes]]:
    """Something in a gateway's place on its socket: it always says the same, or closes where it should answer.

    What it yields are the requests that it is through with.
    """
    done: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b"".join(iter(self.rfile.readline, b"\r\n"))
            length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
            request = head + self.rfile.read(int(length[1]) if length else 0)
            if answer is not None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
            done.append(request)

    with socketserver.ThreadingUnixStreamServer(str(file), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield done
        finally:
            server.shutdown()
            thread.join(SECONDS)


def read(client: httpx.Client) -> httpx.Response:
    return client.post(ENROLLMENT, content=BODY, headers=KIND)


def records(site: Deployed) -> list[dict[str, object]]:
    """Everything in the audit, by both gateways."""
    store = Store(site.store, derived(b"k" * 32, "store"))
    try:
        return [json.loads(one.entry) for chain in store.chains() for one in store.records(chain.id)]
    finally:
        store.close()
