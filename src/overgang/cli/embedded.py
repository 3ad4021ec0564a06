"""The embedded sides as processes of their own, on one set of data: for replays that need nothing outside."""

import contextlib
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overgang.cli.home import home
from overgang.shell.config import ConfigError

DOMAINS: Final = ("visiteringogstatus", "jobsearch", "borgerkommunikation", "eksternedata", "komposit")
_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Addresses:
    """`new` is the gateway's, `old` the old side's up to the version, `modern` that of the modern side."""

    new: str
    old: str
    modern: str


@contextlib.contextmanager
def sides(*, on: str | None = None) -> Iterator[Addresses]:
    """Both sides, fresh, until the block ends. Raises ConfigError where one does not start."""
    from overgang.standin import available

    if reason := available():
        raise ConfigError([reason])
    with tempfile.TemporaryDirectory(prefix="overgang-") as scratch, contextlib.ExitStack() as running:
        folder = Path(scratch)
        data = ["--data", str(folder / "reference.sqlite")]
        modern = running.enter_context(_started("-m", "overgang.reference", *data))
        # One after the other: the first one fills the data.
        old = running.enter_context(_started("-m", "overgang.standin", *data, *(["--on", on] if on else [])))
        config = _config(folder, modern)
        new = running.enter_context(_started("-m", "overgang.cli", "serve", "--config", str(config)))
        yield Addresses(new, f"{old}/PjakTassWCFtService", modern)


def _config(folder: Path, modern: str) -> Path:
    (folder / "identity.key").write_text(secrets.token_hex(32))
    parts = [
        f'[listen]\nport = 0\nadmin_port = 0\n[wsdl]\nfolder = "{home() / "wsdl"}"',
        f'[codelists]\nfolder = "{home() / "config" / "codelists"}"\n[identity]\nkey_file = "identity.key"',
        '[clients]\nproof = "trial"',
        *(f'[upstream.{domain}]\nurl = "{modern}/{domain}"' for domain in DOMAINS),
    ]
    file = folder / "gateway.toml"
    file.write_text("\n".join(parts), encoding="utf-8")
    return file


@contextlib.contextmanager
def _started(*command: str) -> Iterator[str]:
    """A process of this Python whose first line of output ends with its address; ended with the block."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, cwd=home(), text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            address = line.split()[-1] if line.split() else ""
            if not address.startswith("http://"):
                raise ConfigError([f"{command[1]} did not start"])
            yield address
        finally:
            process.terminate()
            try:
                process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
