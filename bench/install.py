"""What the measurements need from outside: wrk and nginx from the system, the peers' libraries under build/bench/."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.load import BenchError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PEERS = Path(__file__).with_name("peers")
APT_PACKAGE = {"wrk": "wrk", "nginx": "nginx-light"}


def tool(name: str) -> str:
    """The path of a system program; installed by apt-get when it is missing and this is root. Raises BenchError."""
    if found := shutil.which(name):
        return found
    advice = f"{name} is missing: install it with `apt-get install {APT_PACKAGE.get(name, name)}`"
    if name not in APT_PACKAGE or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BenchError(advice)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "install", "-y", "--no-install-recommends", APT_PACKAGE[name]], 300, advice, env=env)
    if found := shutil.which(name):
        return found
    raise BenchError(advice)


def python311() -> str:
    """A Python 3.11, the newest that spyne 2.14 can be imported on. Raises BenchError."""
    for candidate in (sys.executable, shutil.which("python3.11")):
        if candidate and _version(candidate) == "3.11":
            return candidate
    raise BenchError(
        "spyne 2.14.0 can only be imported on Python <= 3.11 and no python3.11 was found; leave it out by --only"
    )


def _version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        found = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return found.stdout.strip()


def spyne_python() -> str:
    """The interpreter of spyne's own virtual environment, made when it is missing or older than its requirements."""
    home, wanted = BUILD / "spyne", PEERS / "spyne_httpx" / "requirements.txt"
    python, done = home / "bin" / "python", home / "installed.txt"
    if not (done.exists() and done.read_bytes() == wanted.read_bytes()):
        run([python311(), "-m", "venv", "--clear", str(home)], 120, "no virtual environment for spyne")
        run([str(python), "-m", "pip", "install", "-q", "-r", str(wanted)], 300, "pip could not install spyne")
        done.write_bytes(wanted.read_bytes())
    return str(python)


def npm_folder() -> Path:
    """The folder with the npm peer and its node_modules, made by `npm ci` when its lock file has changed."""
    source, home = PEERS / "npm_soap", BUILD / "npm_soap"
    done = home / "installed.json"
    for program in ("node", "npm"):
        tool(program)
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copyfile(source / name, home / name)
    if not (done.exists() and done.read_bytes() == (source / "package-lock.json").read_bytes()):
        options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        run(["npm", "ci", *options], 300, "npm could not install the npm peer", cwd=home)
        shutil.copyfile(source / "package-lock.json", done)
    return home


def run(
    argv: Sequence[str], seconds: int, complaint: str, *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> None:
    """Run a set-up step to its end. Raises BenchError with the complaint and the step's last line."""
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=env,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as late:
        raise BenchError(f"{complaint}: not done within {seconds} s") from late
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it printed nothing").splitlines()[-1]
        raise BenchError(f"{complaint}: {last}")
