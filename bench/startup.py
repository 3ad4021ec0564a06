"""Start-up time and memory, each in a fresh process: this gateway with all its contracts, and a generated 4 MB WSDL."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import figures, install, subjects
from bench.generate_wsdl import large
from bench.load import BenchError
from bench.processes import peak_mb

LARGE_TYPES = 4280  # about 4.0 MB of WSDL

# VmHWM and not ru_maxrss, which starts at the size of the process that started this one.
_CHILD = """\
import json, pathlib, sys, time
{imports}
def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
before, begin = peak(), time.perf_counter()
kept = [{load} for file in sys.argv[1:]]
seconds = time.perf_counter() - begin
print(json.dumps({{"seconds": seconds, "peak_mb": peak(), "more_mb": peak() - before}}))
"""
_OURS = _CHILD.format(imports="from overgang.wire.contract import load", load="load(pathlib.Path(file))")
_ZEEP = _CHILD.format(
    imports="from zeep import Settings, Transport\nfrom zeep.wsdl import Document",
    load="Document(file, Transport(), settings=Settings(strict=True))",
)


def measure(folder: Path, repeat: int) -> dict[str, dict[str, figures.Spread]]:
    """Seconds and MB by what is started."""
    folder.mkdir(parents=True, exist_ok=True)
    wsdl = folder / "large" / "Large.wsdl"
    wsdl.parent.mkdir(parents=True, exist_ok=True)
    wsdl.write_text(large(LARGE_TYPES), encoding="utf-8")
    contracts = sorted(str(file) for file in (install.ROOT / "wsdl").glob("*/*/*.wsdl"))
    found: dict[str, list[dict[str, float]]] = {}
    for number in range(repeat):
        for when in ("first start", "start"):
            ready = _ready(folder / f"ready-{number}")  # the first one makes the store
            found.setdefault(f"overgang serve, {when}, until it is ready", []).append(ready)
        found.setdefault(f"ours: load {len(contracts)} contracts", []).append(child(_OURS, contracts))
        found.setdefault("ours: load a 4 MB WSDL", []).append(child(_OURS, [str(wsdl)]))
        found.setdefault("zeep: load a 4 MB WSDL", []).append(child(_ZEEP, [str(wsdl)]))
    return {name: _sums(rounds) for name, rounds in found.items()}


def _sums(rounds: Sequence[dict[str, float]]) -> dict[str, figures.Spread]:
    return {key: figures.spread([one[key] for one in rounds]) for key in rounds[0]}


def child(code: str, files: Sequence[str]) -> dict[str, float]:
    """Run the code in a process of its own; it prints one JSON object. Raises BenchError."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *files],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"PYTHONPATH": str(install.ROOT / "src"), "PATH": "/usr/bin:/bin"},
        )
    except subprocess.TimeoutExpired as late:
        raise BenchError("loading a contract took more than 120 s") from late
    if done.returncode:
        raise BenchError(f"loading a contract failed: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _ready(folder: Path) -> dict[str, float]:
    """From the start of the process until a WSDL is served: imports, contracts, the coverage check, servers."""
    begin = time.perf_counter()
    with subjects.overgang("http://127.0.0.1:9", folder) as subject:
        connection = http.client.HTTPConnection(subject.base.removeprefix("http://"), timeout=10)
        connection.request("GET", "/PjakTassWCF/7/AbsenceRegistrationService.svc?wsdl")
        status = connection.getresponse().status
        seconds = time.perf_counter() - begin
        connection.close()
        if status != 200:
            raise BenchError(f"the started gateway answered {status} to ?wsdl")
        return {"seconds": seconds, "peak_mb": peak_mb(subject.pid)}
