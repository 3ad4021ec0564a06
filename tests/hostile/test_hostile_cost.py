"""What a message costs in memory: at most forty times its bytes, measured in a process that reads nothing else."""

import subprocess
import sys

import pytest

from running import ROOT

AMPLIFIED = 40  # an attacker's byte may not cost more
MIB = 1 << 20
_PROGRAM = """
import resource, sys
from contextlib import suppress
from overgang.core.errors import CallerFault
from overgang.wire import guard, strict_json
message, what = eval(sys.argv[1]), sys.argv[2]
read = (lambda: guard.parse(message, guard.Limits())) if what == "xml" else (
    lambda: strict_json.loads(message, depth=32, values=100_000))
with suppress(CallerFault, strict_json.JsonError):  # once with little, so that what is loaded late is not counted
    guard.parse(b"<a/>", guard.Limits())
    strict_json.loads(b"[1]")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
kept = None
with suppress(CallerFault, strict_json.JsonError):
    kept = read()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(message), (after - before) * 1024, kept is not None)
"""


def cost(message: str, what: str) -> tuple[int, int, bool]:
    """Bytes of the message, bytes that the peak of the process grew by, and whether it was accepted."""
    command = [sys.executable, "-c", _PROGRAM, message, what]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    size, grown, kept = ran.stdout.split()
    return int(size), int(grown), kept == "True"


LARGEST = {
    "16 elements within each other": ("b'<a>' * 200_000", "xml"),
    "17 attributes": ("b'<a ' + b' '.join(b'b%d=\"\"' % n for n in range(80_000)) + b'/>'", "xml"),
    "19 elements, more than are read": ("b'<r>' + b'<a/>' * 250_000 + b'</r>'", "xml"),
    "19 elements, as many as are read": ("b'<r>' + b'<a/>' * 19_990 + b'</r>'", "xml"),
    "19 elements with an attribute": ("b'<r>' + b'<a b=\"1\"/>' * 19_990 + b'</r>'", "xml"),
    "20 names, all different": ("b'<r>' + b''.join(b'<n%d/>' % n for n in range(19_990)) + b'</r>'", "xml"),
    "21 namespaces": ("b'<a ' + b' '.join(b'xmlns:n%d=\"u\"' % n for n in range(60_000)) + b'/>'", "xml"),
    "22 a text": ("b'<a>' + b'x' * 1_000_000 + b'</a>'", "xml"),
    "22 comments": ("b'<a>' + b'<!---->' * 140_000 + b'</a>'", "xml"),
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
    assert grown < AMPLIFIED * size + 4 * MIB  # what the first large message needs of buffers


def test_what_is_accepted_is_measured_too() -> None:
    assert cost(*LARGEST["19 elements, as many as are read"])[2]
    assert cost(*LARGEST["130 properties"])[2]
