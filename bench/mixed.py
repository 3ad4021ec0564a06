"""The mixed load: what callers send in a day, in turn, through this gateway; what an upstream call costs by kind.

The calls and the modern side's answers are those of the areas' own cases, their dates moved to today, so that they are
valid under both contracts and the rules of today hold.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench import gateways, install, load, subjects
from bench.load import BenchError, Call
from bench.nginx import REGISTERED
from bench.processes import cpu_seconds, peak_mb, settled
from bench.subjects import Subject
from overgang.wire import cases
from overgang.wire.cases import Case

AREAS = install.ROOT / "src" / "overgang" / "areas"
WARM_UP = 2  # seconds
_DATE = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9])")
_IDS = re.compile(r"\{id-[0-9]+\}")
ANY_ID = "[0-9a-f-]+"


@dataclass(frozen=True, slots=True)
class Kind:
    """An old operation by one of its cases; `share` of a hundred calls; `items` that its one reply is repeated to."""

    operation: str
    case: str
    share: int
    items: int = 0


SINGLE = Kind("CreateAbsence", "fravaer/fravaer", 20)
KINDS = (
    SINGLE,
    Kind("GetProfessionCollection", "tilmelding/joboensker", 20),
    Kind("GetJobSearchEntry", "joblog/joblog_opslag", 15),
    Kind("GetAsylumData", "asyldata/asyldata", 14),
    Kind("UnemploymentEnrollment", "tilmelding/tilmelding_joboensker", 10),
    Kind("SavePersonTemporaryAddress", "midlertidig_adresse/adresse_mindst", 10),
    Kind("GetVariablePersonStatus", "laesning/status_tilsammen", 10),
    Kind("GetPersonHistory", "laesning/historik_fravaer", 1, items=1000),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A kind made ready: what is sent, what the answer holds, how many upstream calls it takes."""

    kind: Kind
    call: Call
    holds: bytes
    upstream: int


@dataclass(frozen=True, slots=True)
class Cost:
    """µs of the gateway's CPU for one upstream call, upstream calls per old call, and old calls per second."""

    cpu_us: float
    upstream: float
    rate: float


def measure(
    folder: Path, *, seconds: int, repeat: int, connections: int, tell: Callable[[str], None]
) -> dict[str, Cost]:
    """The cost of each kind alone and of "the mix", medians over the repetitions. Raises BenchError."""
    folder.mkdir(parents=True, exist_ok=True)
    parts, answers = prepared(folder, date.today())  # noqa: DTZ011 - of this machine, as the gateway's
    loads = {part.kind.operation: [part] for part in parts} | {"the mix": in_turn(parts)}
    found: dict[str, list[Cost]] = {name: [] for name in loads}
    with subjects.stub(folder / "stub", answers) as stub, subjects.overgang(f"{stub}/mixed", folder / "ours") as ours:
        for part in parts:
            gateways.check(ours.base, part.call, part.holds)
        load.run(ours.base, *_calls(loads["the mix"]), seconds=WARM_UP, connections=connections, first=0)
        for repetition in range(repeat):
            for number, (name, given) in enumerate(loads.items()):
                first = (repetition * len(loads) + number + 1) * 100_000
                # Calls that wrk leaves unanswered at its end are work without a count; with long ones they would tell.
                callers = 1 if given[0].kind.items else connections
                found[name].append(_cost(ours, given, seconds=seconds, connections=callers, first=first))
            tell(f"  {repetition + 1}/{repeat}")
        tell(f"  peak memory of the gateway: {peak_mb(ours.pid):.0f} MB")
    return {name: _middle(costs) for name, costs in found.items()}


def _cost(ours: Subject, parts: Sequence[Part], *, seconds: int, connections: int, first: int) -> Cost:
    before = settled(ours.pid)
    counted = load.run(ours.base, *_calls(parts), seconds=seconds, connections=connections, first=first)
    used = cpu_seconds(ours.pid) - before
    upstream = sum(part.upstream for part in parts) / len(parts)
    return Cost(used / counted.calls / upstream * 1e6, upstream, counted.rate)


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.cpu_us for cost in costs), costs[0].upstream, median(cost.rate for cost in costs))


def _calls(parts: Iterable[Part]) -> list[Call]:
    return [part.call for part in parts]


def in_turn(parts: Sequence[Part]) -> list[Part]:
    """A hundred calls in which each kind has its share, evenly spread."""
    places = [((n + 0.5) / part.kind.share, part) for part in parts for n in range(part.kind.share)]
    return [part for _, part in sorted(places, key=lambda place: place[0])]


def prepared(folder: Path, today: date) -> tuple[list[Part], dict[str, bytes]]:
    """The parts, with their envelopes written to `folder`, and the stub's answers (see nginx.stub)."""
    parts, answers = [], dict[str, bytes]()
    for kind in KINDS:
        case = _case(kind.case)
        days = (today - case.day).days
        template = folder / f"{kind.operation}.xml"
        template.write_text(envelope(moved(case.soap_in, days)), encoding="utf-8")
        path = f"/PjakTassWCF/{case.version}/{case.service}.svc"
        holds = f"{case.soap_out.partition('Response')[0].rpartition('<')[2]}Response".encode()
        parts.append(Part(kind, Call(template, _action(case, kind.operation), path), holds, len(case.rest_out)))
        for asked, reply in zip(case.rest_out, case.rest_in, strict=True):
            name, content = _asked(asked), _answer(moved(reply, days), kind.items)
            if answers.setdefault(name, content) != content:
                raise BenchError(f"two cases of the mixed load are answered differently: {name}")
    return parts, answers


def _case(name: str) -> Case:
    area, _, file = name.partition("/")
    return cases.parse((AREAS / area / "cases" / f"{file}.case").read_text(encoding="utf-8"), name)


def _action(case: Case, operation: str) -> str:
    return f"http://service.bm.dk/pjaktass/{case.version}/{case.service}#{operation}"


def envelope(body: str) -> str:
    """`body` in place of CreateAbsence in the envelope of the single call, with its header blocks and their marks."""
    text = subjects.CREATE_ABSENCE.template.read_text(encoding="utf-8")
    head, _, rest = text.partition("<soap:Body>")
    return f"{head}<soap:Body>{body}</soap:Body>{rest.partition('</soap:Body>')[2]}"


def moved(text: str, days: int) -> str:
    """`text` with every date moved by so many days."""
    return _DATE.sub(lambda found: str(date.fromisoformat(found[0]) + timedelta(days)), text)


def _asked(block: str) -> str:
    """A `rest out` block as the key of nginx.stub; the ids that the gateway makes may be any."""
    line, citizen, *_ = block.splitlines()
    known = [re.escape(part).replace("\\ ", " ") for part in _IDS.split(line)]
    return f"{ANY_ID.join(known)} {citizen.partition(': ')[2]}"


def _answer(block: str, items: int) -> bytes:
    """The JSON of a `rest in` block; the items of its one list are repeated, under new ids, until they are so many."""
    content = _IDS.sub(REGISTERED, block.partition(" ")[2])
    value = json.loads(content)
    if items:
        [(name, listed)] = value.items()
        identifier = next(iter(listed[0]))
        value[name] = [{**listed[n % len(listed)], identifier: str(uuid.UUID(int=n))} for n in range(items)]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def table(costs: Mapping[str, Cost]) -> list[list[str]]:
    """The rows for people; the last column is the multiple of the single call's cost."""
    shares = {kind.operation: str(kind.share) for kind in KINDS}
    single = costs[SINGLE.operation].cpu_us
    head = ["", "of 100 calls", "upstream calls", "calls/s", "CPU µs/upstream call", "× CreateAbsence"]
    return [
        head,
        *(
            [
                name,
                shares.get(name, "100"),
                f"{cost.upstream:.2f}",
                f"{cost.rate:,.0f}",
                f"{cost.cpu_us:,.0f}",
                f"{cost.cpu_us / single:.2f}",
            ]
            for name, cost in costs.items()
        ),
    ]
