"""The gateway figures: the same call to each subject before the same stub, in alternating order."""

import http.client
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import figures, load, subjects
from bench.load import BenchError, Call
from bench.processes import cpu_seconds, peak_mb
from bench.subjects import Subject

WARM_UP = 2  # seconds; enough for node's compiler and for all pools to be full
NUMBERS_PER_RUN = 1_000_000


def compare(
    names: Sequence[str], folder: Path, *, seconds: int, repeat: int, connections: int, tell: Callable[[str], None]
) -> dict[str, list[figures.Measured]]:
    """Measure each subject once per repetition, each time as a fresh process. Raises BenchError."""
    measured: dict[str, list[figures.Measured]] = {name: [] for name in names}
    for repetition in range(repeat):
        for name in figures.order(names, repetition):
            here = folder / f"{repetition}-{name.replace(' ', '-')}"
            with subjects.stub(here / "stub") as stub, subjects.SUBJECTS[name](stub, here / "subject") as subject:
                found = _measure(subject, repetition, seconds=seconds, connections=connections)
            tell(f"  {repetition + 1}/{repeat} {name}: {found.rate:,.0f} calls/s, {found.cpu_us:,.0f} µs CPU per call")
            measured[name].append(found)
    return measured


def _measure(subject: Subject, repetition: int, *, seconds: int, connections: int) -> figures.Measured:
    first = 2 * repetition * NUMBERS_PER_RUN
    call = subjects.CREATE_ABSENCE
    check(subject.url, call, subject.answer)
    load.run(subject.url, call, seconds=WARM_UP, connections=connections, first=first)
    before = cpu_seconds(subject.pid)
    found = load.run(subject.url, call, seconds=seconds, connections=connections, first=first + NUMBERS_PER_RUN)
    used = cpu_seconds(subject.pid) - before
    check(subject.url, call, subject.answer)
    return figures.Measured(
        rate=found.rate,
        p50_ms=found.p50_us / 1000,
        p99_ms=found.p99_us / 1000,
        cpu_us=used / found.calls * 1e6,
        peak_mb=peak_mb(subject.pid),
    )


def check(url: str, call: Call, holds: bytes) -> None:
    """Send one call and look at the answer: 200 and the element that a good one holds. Raises BenchError."""
    where, _, path = url.removeprefix("http://").partition("/")
    path = call.path.removeprefix("/") or path
    body = load.sample(call)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{call.action}"'}
    connection = http.client.HTTPConnection(where, timeout=10)
    try:
        connection.request("POST", f"/{path}", body, headers)
        reply = connection.getresponse()
        answer = reply.read()
    except OSError as broken:
        raise BenchError(f"no answer from {url}") from broken
    finally:
        connection.close()
    if reply.status != 200 or holds not in answer:
        raise BenchError(f"{url} answered {reply.status}: {answer[:400].decode(errors='replace')}")


def large_answer(folder: Path, *, seconds: int) -> dict[str, float]:
    """One caller at a time, answers with many items through this gateway; milliseconds, the stub's own time beside.

    GetProfessionCollection allows 200 items by contract. The 1,000 items here are the REST face's
    GET /visiteringogstatus/v1/Fravaer, which is validated but not encoded as XML; an old read with 1,000 items is part
    of the mixed load.
    """
    with (
        subjects.stub(folder / "stub") as stub,
        subjects.overgang(stub, folder / "gateway", items="/items-1000") as ours,
    ):
        soap = f"{ours.base}/PjakTassWCF/8/UnemploymentEnrollmentService.svc"
        check(soap, subjects.GET_PROFESSIONS, b"GetProfessionCollectionResponse")
        professions = load.run(soap, subjects.GET_PROFESSIONS, seconds=seconds, connections=1, first=0)
        plain = load.run(f"{stub}/jobsearch/v2/Joboenske", READ, seconds=1, connections=1, first=0)
        absences = load.run(f"{ours.base}/visiteringogstatus/v1/Fravaer", READ, seconds=seconds, connections=1, first=0)
        direct = load.run(f"{stub}/items-1000/visiteringogstatus/v1/Fravaer", READ, seconds=1, connections=1, first=0)
    return {
        "soap 200 items p50 ms": professions.p50_us / 1000,
        "stub 200 items p50 ms": plain.p50_us / 1000,
        "rest 1000 items p50 ms": absences.p50_us / 1000,
        "stub 1000 items p50 ms": direct.p50_us / 1000,
    }


READ = Call(subjects.CALLS / "read.txt", "")
