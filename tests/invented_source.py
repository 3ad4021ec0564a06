"""A source of invented comparisons in memory, for the tests of the pages."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from overgang.core.compare.values import (
    Compared,
    Difference,
    Judged,
    Kept,
    Kind,
    Label,
    Mode,
    Reply,
    Use,
    Verdict,
)
from overgang.shell.store.pushes import Push
from overgang.shell.store.values import (
    ACKNOWLEDGED,
    ANY,
    DEAD,
    DISMISSED,
    DROPPED,
    WAITING,
    Cluster,
    DayRow,
    Filter,
    Latency,
    Message,
    MessageDrop,
    ModeChange,
    ModeRow,
    Page,
    ParityRow,
    Queue,
    Scope,
    Verdicts,
    Way,
)

NOW = datetime(2025, 2, 10, 12, 30, tzinfo=UTC)
HISTORY = ("PersonHistoryService/1", "GetPersonHistory")
ABSENCE = ("AbsenceRegistrationService/7", "CreateAbsence")
CANARY = "1212121212"  # a citizen number that no page and no metric may show
CALLERS = ("2/81", "4/5501", "7/101", "8/101", "8/751", "8/851")

_OLD = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<GetPersonHistoryResponse xmlns="urn:old"><PersonCategoryHistory>
{items}<PersonCategory><PersonCategoryTypeIdentifier>{category}</PersonCategoryTypeIdentifier>
<StartDate>{start}</StartDate>
</PersonCategory></PersonCategoryHistory>{more}</GetPersonHistoryResponse></s:Body></s:Envelope>"""
_ITEM = (
    "<Absence><AbsenceIdentifier>{n:08d}-0000-4000-8000-000000000000</AbsenceIdentifier>"
    "<Active>{active}</Active></Absence>"
)


def answer(category: int, start: str, active: str, more: str = "") -> Reply:
    """An answer with some equal items before what differs."""
    items = "".join(_ITEM.format(n=n, active=active) for n in range(1, 9))
    body = _OLD.format(items=items, category=category, start=start, more=more).encode()
    return Reply(200, "text/xml; charset=utf-8", body)


KEPT = Kept(
    request=b"<Envelope/>",
    content_type="text/xml; charset=utf-8",
    action="",
    old=answer(3, "2024-01-01T00:00:00.1234567+01:00", "true"),
    new=answer(2, "2024-01-01T00:00:00+01:00", "1", "<Exemptions><Exemption>Samtale</Exemption></Exemptions>"),
)
JUDGED = (
    Judged(
        Difference(
            Kind.CHANGED,
            "PersonCategoryHistory/PersonCategory/StartDate",
            "PersonCategoryHistory/PersonCategory/StartDate",
            "2024-01-01T00:00:00.1234567+01:00",
            "2024-01-01T00:00:00+01:00",
            "dateTime",
            "fraction",
        )
    ),
    Judged(
        Difference(
            Kind.CHANGED,
            "PersonCategoryHistory/PersonCategory/PersonCategoryTypeIdentifier",
            "PersonCategoryHistory/PersonCategory/PersonCategoryTypeIdentifier",
            "3",
            "2",
            "int",
            "code",
        ),
        Label.EXPECTED,
        "visitation.kategori3-laesning",
    ),
    Judged(
        Difference(Kind.EXTRA, "Exemptions", "Exemptions", None, "Samtale", "", "absent"),
        Label.NOISE,
        "4 of 40 old pairs differ here",
    ),
)


@dataclass(slots=True)
class Invented:
    """Keeps what it is given; modes are switched in place."""

    rows: Sequence[ParityRow] = ()
    days: Sequence[DayRow] = ()
    groups: Sequence[Cluster] = ()
    comparisons: Sequence[Compared] = ()
    used: Sequence[Use] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    set_modes: dict[Scope, Mode] = field(default_factory=dict)
    audit: list[ModeChange] = field(default_factory=list)
    queued: Sequence[Queue] = ()
    ways: dict[str, Way] = field(default_factory=dict)
    gone: Sequence[MessageDrop] = ()

    def parity(self) -> tuple[ParityRow, ...]:
        return tuple(self.rows)

    def trend(self, days: int, service: str | None = None, operation: str | None = None) -> tuple[DayRow, ...]:
        return tuple(self.days)[-days:]

    def clusters(
        self,
        service: str | None = None,
        operation: str | None = None,
        label: Label | None = None,
        *,
        id: str | None = None,
    ) -> tuple[Cluster, ...]:
        return tuple(
            one
            for one in self.groups
            if service in (None, one.service)
            and operation in (None, one.operation)
            and label in (None, one.label)
            and id in (None, one.id)
        )

    def compared(self, wanted: Filter, page: int, size: int) -> Page[Compared]:
        found = [
            one
            for one in self.comparisons
            if wanted.service in (None, one.service)
            and wanted.operation in (None, one.operation)
            and wanted.caller in (None, one.caller)
            and wanted.verdict in (None, one.verdict)
            and (wanted.cause is None or wanted.cause in {judged.difference.cause for judged in one.judged})
        ]
        return Page(tuple(found[(page - 1) * size : page * size]), len(found), page, size)

    def one(self, id: str) -> Compared | None:
        return next((one for one in self.comparisons if one.id == id), None)

    def latency(self, service: str, operation: str) -> tuple[Latency, ...]:
        if (service, operation) not in {(row.service, row.operation) for row in self.rows}:
            return ()
        return (Latency("old", 812, 0.0123, 0.041, 0.31), Latency("new", 812, 0.0061, 0.0155, 1.104))

    def uses(self, since: date | None = None, caller: str | None = None) -> tuple[Use, ...]:
        first = since.isoformat() if since is not None else ""
        return tuple(use for use in self.used if caller in (None, use.caller) and use.day >= first)

    def drops(self) -> Mapping[str, int]:
        return self.dropped

    def mode(self, service: str, operation: str, caller: str) -> Mode:
        for scope in (Scope(service, operation, caller), Scope(service, operation)):
            if scope in self.set_modes:
                return self.set_modes[scope]
        return Mode.NEW

    def modes(self) -> tuple[ModeRow, ...]:
        return tuple(ModeRow(scope, mode, "Test", NOW) for scope, mode in self.set_modes.items())

    def mode_changes(self, limit: int) -> tuple[ModeChange, ...]:
        return tuple(reversed(self.audit))[:limit]

    def set_mode(self, scope: Scope, mode: Mode | None, by: str, at: datetime) -> bool:
        before = self.set_modes.pop(scope, None)
        if mode is not None:
            self.set_modes[scope] = mode
        self.audit.append(ModeChange(len(self.audit) + 1, scope, before, mode, by, at))
        return before != mode

    def queues(self) -> tuple[Queue, ...]:
        return tuple(self.queued)

    def ended_messages(self, state: str) -> tuple[Message, ...]:
        return tuple(way.message for way in self.ways.values() if way.message.state == state)

    def dead_pushes(self) -> tuple[Push, ...]:
        pushes = ((way.message, push) for way in self.ways.values() for push in way.pushes)
        return tuple(Push(push[0], message, push[2]) for message, push in pushes if push[1] == DEAD)

    def message_drops(self) -> tuple[MessageDrop, ...]:
        return tuple(self.gone)

    def way_of(self, id: str) -> Way | None:
        return self.ways.get(id)

    def release(self, id: str, kind: str, at: datetime) -> bool:
        way = self.ways[id]
        pushes = tuple((push[0], WAITING, 0, push[3], at) if push[1] == DEAD else push for push in way.pushes)
        dead = way.message.state == DEAD
        message = replace(way.message, state=WAITING, kind=kind) if dead else way.message
        self.ways[id] = Way(message, way.places, pushes)
        return dead or pushes != way.pushes

    def dismiss(self, id: str, at: datetime) -> bool:
        way = self.ways[id]
        pushes = tuple((push[0], DISMISSED, *push[2:]) if push[1] == DEAD else push for push in way.pushes)
        dead = way.message.state == DEAD
        message = replace(way.message, state=DROPPED, ended=at, content=None) if dead else way.message
        self.ways[id] = Way(message, way.places, pushes)
        return dead or pushes != way.pushes


def filled(operations: Sequence[tuple[str, str, str]]) -> Invented:
    """A source in which much has happened; `operations` are (area, service, operation). The same at each call."""
    chance = random.Random(7)
    rows, used = [], []
    for number, (area, service, operation) in enumerate(operations):
        for caller in CALLERS[number % 3 :]:
            total = chance.choice((0, 12, 140, 600, 2400))
            bad = int(total * chance.choice((0, 0, 0.002, 0.06, 0.2)))
            expected = int(total * chance.choice((0, 0.1)))
            if total:
                counts = Verdicts(total - bad - expected, expected, total // 20, bad)
                rows.append(ParityRow(counts, area, service, operation, caller))
            soap, rest = chance.randrange(0, 900), chance.choice((0, 0, 300, 2500))
            last = NOW - timedelta(minutes=chance.randrange(5, 20_000))
            day = last.date().isoformat()
            used.append(Use(day, caller, "soap", area, service, operation, soap + 1, soap // 40, last))
            if rest:
                used.append(Use(day, caller, "rest", area, "visiteringogstatus", operation, rest, rest // 90, last))
    return Invented(
        rows=rows,
        days=[_day(back, chance) for back in range(29, -1, -1)],
        groups=_groups(),
        comparisons=[_comparison(number) for number in range(60)],
        used=used,
        dropped={"sampled-out": 8123, "queue-full": 14},
        set_modes={
            Scope(*HISTORY): Mode.COMPARE_OLD,
            Scope(*ABSENCE): Mode.OLD,
            Scope(*ABSENCE, "8/101"): Mode.COMPARE_NEW,
        },
        audit=[
            ModeChange(1, Scope(*HISTORY), None, Mode.COMPARE_OLD, "Test Testesen", NOW - timedelta(days=9)),
            ModeChange(2, Scope(*ABSENCE, "8/101"), Mode.OLD, Mode.COMPARE_NEW, "Prøve Prøvesen", NOW),
            ModeChange(3, Scope(ANY, ANY, "8/751"), Mode.NEW, None, "Prøve Prøvesen", NOW),
        ],
        queued=[
            Queue("2/81", 3, 1, 1, 20, NOW - timedelta(minutes=50), 0, None, 0, 0),
            Queue("8/101", 84_210, 1200, 2, 311, NOW - timedelta(days=25), 17, NOW - timedelta(hours=5), 2, 1),
            Queue(f"8/{CANARY}", 0, 0, 0, 4, None, 0, None, 0, 0),
        ],
        ways={way.message.id: way for way in ways()},
        gone=[MessageDrop("2025-02-09", "8/101", "age", 12), MessageDrop("2025-02-09", f"8/{CANARY}", "size", 5)],
    )


def message_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


MESSAGE, RULED, UNKNOWN, KNOWN_BY_NOW, UNENTITLED, GIVEN_UP, ACKED, GONE = map(message_id, range(8))
HOOK = f"https://hook.example.invalid:8443/{CANARY}?who={CANARY}"


def ways() -> list[Way]:
    """Messages in each state, with what must not be shown in each of their parts that may hold it."""
    plain = Message(
        id=MESSAGE,
        receiver="8/101",
        kind="ContactGroup",
        entity_id="0e8d3c1a-0000-4000-8000-0123456789ab",
        citizen=CANARY,
        rule="",
        made=NOW - timedelta(hours=30),
        number=1,
        entity_type=100008,
        entity_name="Kontaktgruppe",
        change=2,
        content=f'{{"said":"{CANARY}"}}'.encode(),
        times=2,
        handed=NOW - timedelta(hours=20),
        fetched=NOW - timedelta(hours=19),
    )
    new = replace(plain, times=0, handed=None, fetched=None)
    ended = NOW - timedelta(hours=3)
    sequences = (
        ("5c0c9b9e-0000-4000-8000-000000000001", 7, "terminated", NOW - timedelta(hours=20)),
        ("5c0c9b9e-0000-4000-8000-000000000002", 1, "open", NOW - timedelta(hours=19)),
    )
    hook = f"8/101 {HOOK}"
    soon = NOW + timedelta(minutes=10)
    ruled = replace(
        new, id=RULED, kind="PersonCategory", entity_type=0, entity_name="", rule="visitation.kategori3", change=1
    )
    unknown = replace(new, id=UNKNOWN, kind="", entity_type=90001, entity_name=f"Frist.{CANARY}", state=DEAD)
    known = replace(new, id=KNOWN_BY_NOW, kind="", entity_type=100013, entity_name="CprSkift", state=DEAD)
    unentitled = replace(known, id=UNENTITLED, receiver="2/81", entity_type=100012, entity_name="YderligeInfoOmFravaer")
    return [
        Way(plain, sequences, ((hook, "delivered", 1, "", NOW),)),
        Way(ruled, (), ((hook, WAITING, 2, "status 503", soon),)),
        Way(unknown, (), ()),
        Way(known, (), ()),
        Way(unentitled, (), ()),
        Way(replace(new, id=GIVEN_UP), (), ((hook, DEAD, 9, "timeout", NOW - timedelta(days=1)),)),
        Way(replace(plain, id=ACKED, state=ACKNOWLEDGED, ended=ended, change=3), sequences[:1], ()),
        Way(replace(new, id=GONE, state=DROPPED, ended=ended, content=None, made=NOW - timedelta(days=31)), (), ()),
    ]


def _day(back: int, chance: random.Random) -> DayRow:
    total = chance.randrange(150, 700)
    bad = int(total * (0.02 + back * 0.004) * chance.uniform(0.6, 1.4))
    return DayRow((NOW - timedelta(days=back)).date().isoformat(), Verdicts(total - bad - 40, 40, 12, bad))


def _groups() -> list[Cluster]:
    counts = {Label.UNEXPLAINED: 212, Label.EXPECTED: 640, Label.NOISE: 31}
    own = [
        Cluster(
            id=f"c{number}",
            area="laesning",
            service=HISTORY[0],
            operation=HISTORY[1],
            place=judged.difference.place,
            kind=judged.difference.kind,
            cause=judged.difference.cause,
            label=judged.label,
            reason=judged.reason,
            count=counts[judged.label],
            differences=counts[judged.label] * 2,
            callers=3,
            first=NOW - timedelta(days=4 + number),
            last=NOW - timedelta(hours=number),
        )
        for number, judged in enumerate(JUDGED)
    ]
    more = replace(own[0], id="c9", area="fravaer", service=ABSENCE[0], operation=ABSENCE[1])
    return [own[1], own[0], own[2], replace(more, place="/Fault/Reason", kind=Kind.FAULT_TEXT, count=9, callers=1)]


def _comparison(number: int) -> Compared:
    return Compared(
        id=f"cmp-{number}",
        at=NOW - timedelta(minutes=17 * number),
        area="laesning",
        service=HISTORY[0],
        operation=HISTORY[1],
        caller=CALLERS[number % len(CALLERS)],
        mode=Mode.COMPARE_OLD,
        verdict=(Verdict.DIFFERENT, Verdict.EXPECTED, Verdict.UNDECIDED)[number % 3],
        judged=JUDGED if number % 3 == 0 else JUDGED[1:2] if number % 3 == 1 else (),
        old_seconds=0.031,
        new_seconds=0.0124 if number % 3 != 2 else None,
        rules=("visitation.kategori3-laesning",),
        kept=KEPT if number % 3 == 0 else None,
    )
