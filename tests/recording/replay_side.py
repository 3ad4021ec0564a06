"""Recorded calls of one read and one write, and sides that answer them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from planted import EMAIL, KEY, NAME, NUMBER, XML, loaded

from old_calls import HEADER, absence, professions, wrapped
from overgang.core.compare.expected import Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Compared, Reply
from overgang.shell.replaying import Sides
from overgang.wire.comparing import Comparer
from overgang.wire.masking import maskers
from overgang.wire.recorded_calls import Call
from overgang.wire.recording import Header, RecordingWriter
from overgang.wire.results import Results

ENROLMENT, ABSENCES = "UnemploymentEnrollmentService/8", "AbsenceRegistrationService/7"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEW, OLD = "http://new.invalid", "http://old.invalid/prefix"
CONTRACTS = {name: told for name, told in loaded().items() if name in (ENROLMENT, ABSENCES)}
MASKERS = maskers(CONTRACTS, KEY)
COMPARERS = {name: Comparer(contract) for name, contract in CONTRACTS.items()}


def answer(months: int = 7, uri: str = NAME) -> bytes:
    """GetProfessionCollectionResponse with one profession."""
    output = CONTRACTS[ENROLMENT].operations["GetProfessionCollection"].output
    assert output
    assert output.body
    space, _, name = output.body.qname[1:].partition("}")
    return wrapped(f'<x:{name} xmlns:x="{space}"><x:text m="{months}">{uri}</x:text></x:{name}>', "").encode()


def read_call(number: int = 0, citizen: str = NUMBER) -> Call:
    """A recorded read (masked), with the old side's answer."""
    masker = MASKERS[ENROLMENT]
    request = masker.envelope(wrapped(professions(citizen), HEADER).encode(), XML)
    action = CONTRACTS[ENROLMENT].operations["GetProfessionCollection"].soap_action
    old = masker.reply(Reply(200, XML, answer()))
    at = NOW + timedelta(seconds=number)
    return Call(
        at, ENROLMENT, "GetProfessionCollection", f"8/{101 + number % 3}", XML, action, request, old, None, 0.02
    )


def write_call() -> Call:
    request = MASKERS[ABSENCES].envelope(wrapped(absence(NUMBER), HEADER).encode(), XML)
    return Call(NOW, ABSENCES, "CreateAbsence", "8/101", XML, "", request, Reply(200, XML, answer()))


Answers = Callable[[str, bytes], Reply]


@dataclass
class Asked:
    """Posts that a function answers; `sent` has (url, body, headers) of each."""

    answers: Answers
    sent: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.sent.append((url, body, headers))
        return self.answers(url, body)


def always(body: bytes) -> Answers:
    return lambda url, _: Reply(200, XML, body)


def differing_on_each(step: int) -> Answers:
    """The new side differs for each call whose citizen number has a remainder of 0 by `step`."""

    def answers(url: str, body: bytes) -> Reply:
        digits = int(body.partition(b"PersonCivilRegistrationIdentifier>")[2][:10])
        wrong = url.startswith(NEW) and digits % step == 0
        return Reply(200, XML, answer(8 if wrong else 7, EMAIL if wrong else NAME))

    return answers


def sides(posts: Asked, prepared: Callable[[bytes], bytes] = lambda body: body) -> Sides:
    return Sides(
        posts=posts,
        maskers=MASKERS,
        compare=lambda call, old, new: COMPARERS[call.service].compare(call.operation, old, new),
        judge=lambda call, found: judge(
            found, operation=call.operation, day=NOW.date(), register=Register(), noise=Noise()
        ),
        writes=lambda service, operation: not operation.startswith("Get"),
        area=lambda service, operation: "tilmelding",
        prepared=prepared,
    )


def timeless(results: Results) -> Results:
    """Without what the clock decides."""
    summary = replace(results.summary, latencies=())
    return Results(summary, tuple(_timeless(one) for one in results.differing))


def _timeless(compared: Compared) -> Compared:
    return replace(compared, old_seconds=None, new_seconds=None)


def recorded(path: Path, calls: list[Call], key: bytes, now: datetime = NOW) -> Path:
    """A recording of these calls."""
    contracts = dict.fromkeys(CONTRACTS, "0" * 64)
    writer = RecordingWriter(path, key, Header("gateway-1", now, now + timedelta(days=30), contracts))
    for call in calls:
        writer.add(call)
    writer.close()
    return path
