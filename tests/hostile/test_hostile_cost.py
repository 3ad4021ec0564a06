"""What a message costs: memory of at most forty times its bytes, read alone and served, and no more work than others.

The peak is VmHWM, set back before each message: ru_maxrss of a new process begins at its parent's peak, and shows
nothing. Times are printed and not asserted.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from random import Random

import pytest
from attack import attack

import running
from figures import FIGURE
from old_calls import ABSENCE, HEADER, MEDIA, absence, refused, said, wrapped
from overgang.core.errors import CallerFault
from overgang.wire import guard
from running import ROOT, Site

AMPLIFIED = 40  # an attacker's byte may not cost more
MIB = 1 << 20
_PROGRAM = """
import sys
from contextlib import suppress
from pathlib import Path
from overgang.core.errors import CallerFault
from overgang.wire import guard, strict_json
def kib(name):
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith(name))
message, what = eval(sys.argv[1]), sys.argv[2]
read = (lambda: guard.parse(message, guard.Limits())) if what == "xml" else (
    lambda: strict_json.loads(message, depth=32, values=100_000))
with suppress(CallerFault, strict_json.JsonError):  # once with little, so that what is loaded late is not counted
    guard.parse(b"<a/>", guard.Limits())
    strict_json.loads(b"[1]")
Path("/proc/self/clear_refs").write_text("5")  # sets VmHWM back
before = kib("VmRSS")
kept = None
with suppress(CallerFault, strict_json.JsonError):
    kept = read()
print(len(message), (kib("VmHWM") - before) * 1024, kept is not None)
"""


def cost(message: str, what: str) -> tuple[int, int, bool]:
    """Bytes of the message, bytes that the peak of the process grew by, and whether it was accepted."""
    command = [sys.executable, "-c", _PROGRAM, message, what]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    size, grown, kept = ran.stdout.split()
    return int(size), int(grown), kept == "True"


MANY = " ".join(f"{letter}='1'" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
LARGEST = {
    "16 elements within each other": ("b'<a>' * 200_000", "xml"),
    "17 attributes": ("b'<a ' + b' '.join(b'b%d=\"\"' % n for n in range(80_000)) + b'/>'", "xml"),
    "17 attributes of many": (f'b"<r>" + b"<a {MANY}/>" * 3_200 + b"</r>"', "xml"),
    "17 attributes, as many as are read": ("b'<r>' + b'<a b=\"1\" c=\"1\"/>' * 9_990 + b'</r>'", "xml"),
    "19 elements, more than are read": ("b'<r>' + b'<a/>' * 250_000 + b'</r>'", "xml"),
    "19 elements, as many as are read": ("b'<r>' + b'<a/>' * 19_990 + b'</r>'", "xml"),
    "19 elements with an attribute": ("b'<r>' + b'<a b=\"1\"/>' * 19_990 + b'</r>'", "xml"),
    "20 names, all different": ("b'<r>' + b''.join(b'<n%d/>' % n for n in range(19_990)) + b'</r>'", "xml"),
    "21 namespaces": ("b'<a ' + b' '.join(b'xmlns:n%d=\"u\"' % n for n in range(60_000)) + b'/>'", "xml"),
    "22 a text": ("b'<a>' + b'x' * 1_000_000 + b'</a>'", "xml"),
    "22 comments": ("b'<a>' + b'<!---->' * 140_000 + b'</a>'", "xml"),
    "23 texts between comments": ("b'<a>' + b'x<!---->' * 125_000 + b'</a>'", "xml"),
    "24 instructions": ("b'<a>' + b'<?a?>' * 200_000 + b'</a>'", "xml"),
    "8 entities": ("b'<!DOCTYPE a [<!ENTITY b \"' + b'c' * 60_000 + b'\">]><a>' + b'&b;' * 300_000 + b'</a>'", "xml"),
    "130 lists": ("b'[' + b'[],' * 340_000 + b'[]]'", "json"),
    "130 lists, as many as are read": ("b'[' + b'[],' * 49_000 + b'[]]'", "json"),
    "130 objects, as many as are read": ("b'[' + b'{},' * 49_000 + b'{}]'", "json"),
    "130 properties": ("b'{' + b','.join(b'\"%d\":0' % n for n in range(90_000)) + b'}'", "json"),
    "130 numbers": ("b'[' + b'1.5,' * 90_000 + b'1]'", "json"),
    "130 nesting": ("b'[' * 1_000_000", "json"),
}


@pytest.mark.parametrize(("message", "what"), LARGEST.values(), ids=LARGEST)
def test_no_message_costs_forty_times_its_bytes(message: str, what: str) -> None:
    size, grown, _ = cost(message, what)
    assert size > 50_000
    assert grown < AMPLIFIED * size + MIB  # what the first large message needs of buffers


def test_what_is_accepted_is_measured_and_the_measure_is_not_blind() -> None:
    size, grown, accepted = cost(*LARGEST["19 elements, as many as are read"])
    assert accepted
    assert grown > 10 * size
    assert cost(*LARGEST["17 attributes, as many as are read"])[2]
    assert cost(*LARGEST["130 properties"])[2]


GOOD = wrapped(absence())


def within(content: str) -> str:
    return GOOD.replace("</Absence>", f"{content}</Absence>")


def work(message: bytes) -> int:
    """How often a function is called while the guard reads a message: our own work, the same each time."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        with suppress(CallerFault):
            guard.stream(message, guard.Limits())
    finally:
        sys.setprofile(None)
    return calls


def milliseconds(message: bytes) -> float:
    """Of the processor, the least of several readings."""
    taken = []
    for _ in range(15):
        start = time.process_time()
        with suppress(CallerFault):
            guard.stream(message, guard.Limits())
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def named(names: Sequence[str]) -> bytes:
    attributes = " ".join(f"{name}='1'" for name in names)
    return f"<r><a {attributes}/></r>".encode()


COLLIDING = ["".join(word) for word in product(("Ez", "FY"), repeat=13)]  # one hash under DJBX33A
RANDOM = ["".join(Random(n).choices("abcdefgh", k=26)) for n in range(len(COLLIDING))]
WELL_FORMED = within("<b c='1'>x</b>" * 15_000).encode()
MALFORMED = {
    "at the end": WELL_FORMED[:-1] + b"<",
    "in the middle": WELL_FORMED.replace(b"x</b>", b"x</d>", 7_500),
    "a bare ampersand": WELL_FORMED.replace(b">x<", b">&<"),
}


@pytest.mark.parametrize("count", [64, len(COLLIDING)])
def test_row_18_names_that_collide_make_no_more_work_than_others(
    count: int, record_property: Callable[[str, object], None]
) -> None:
    colliding, random = named(COLLIDING[:count]), named(RANDOM[:count])
    assert work(colliding) == work(random)
    times = f"{milliseconds(colliding):.2f} ms, others {milliseconds(random):.2f} ms"
    record_property(FIGURE, f"row 18: {count} colliding names {times}")


@pytest.mark.parametrize("name", MALFORMED)
def test_row_44_a_malformed_message_makes_no_more_work_than_a_good_one(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    assert work(MALFORMED[name]) <= work(WELL_FORMED) + 10
    times = f"{milliseconds(MALFORMED[name]):.1f} ms, well-formed {milliseconds(WELL_FORMED):.1f} ms"
    record_property(FIGURE, f"row 44: malformed {name} {times}")


SERVED = {
    "17 attributes of many": (within(f"<b {MANY}/>" * 3_200), "xml.limit.attributes"),
    "19 elements": (within("<b/>" * 19_900), "element.unexpected"),
    "19 elements with an attribute": (within("<b c='1'/>" * 19_900), "element.unexpected"),
    "20 names, all different": (within("".join(f"<n{n}/>" for n in range(19_900))), "element.unexpected"),
    "23 blanks between comments": (GOOD.replace("<s:Body>", "<s:Body>x" + " <!---->" * 120_000), "soap.envelope"),
    "51 children of the Body": (wrapped("<b/>" * 19_900), "soap.envelope"),
    "53 header blocks": (
        wrapped(absence(end="<b/>"), HEADER + "".join(f"<x{n}/>" for n in range(19_000))), "element.unexpected"),
}  # fmt: skip


@pytest.mark.parametrize(("message", "key"), SERVED.values(), ids=SERVED)
def test_no_call_that_is_served_costs_forty_times_its_bytes(tmp_path: Path, message: str, key: str) -> None:
    """In a gateway of its own, whose heap no earlier message has widened."""
    with running.site(tmp_path) as site:
        small = attack(site, ABSENCE, within("<b/>").encode(), {"content-type": MEDIA["1.1"]})
        assert said(small) == refused("1.1", "1014", "element.unexpected")
        Path(f"/proc/{site.process.popen.pid}/clear_refs").write_text("5", encoding="ascii")
        before = _kib(site, "VmRSS")
        answer = site.client.post(ABSENCE, content=message, headers={"content-type": MEDIA["1.1"]})
        grown = (_kib(site, "VmHWM") - before) * 1024

    assert said(answer) == refused("1.1", "1014", key)
    assert grown < AMPLIFIED * len(message) + MIB, f"{grown / len(message):.0f} times"


def _kib(site: Site, name: str) -> int:
    status = Path(f"/proc/{site.process.popen.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))
