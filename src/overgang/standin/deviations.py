"""How the old side can be made to answer otherwise on purpose, so that a comparison can be seen to find it.

A deviation is switched on as NAME, NAME:OPERATION or NAME:OPERATION:SHARE; OPERATION * is every one. Which calls belong
to a share, and which element of an answer is touched, is decided by a hash of the seed and the call: the same call
deviates the same way each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import blake2b
from typing import Final

from overgang.core.compare.values import Kind

ALL: Final = "*"
SECONDS: Final = 0.3  # of the deviation "slow"


class DeviationError(ValueError):
    """There is no such deviation, operation or share; the text says what there is."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a comparison must find with a side that does not deviate, the deviating one as old.

    Each of `kinds` is found, and no cause that is not in `causes`. `touches` says which answers can deviate.
    """

    name: str
    text: str
    touches: str
    kinds: tuple[Kind, ...]
    causes: tuple[str, ...]


_READS = "answers with"
KNOWN: Final[Mapping[str, Deviation]] = {
    each.name: each
    for each in (
        Deviation(
            "wrong-code",
            "One code-list value is one more than it should be",
            f"{_READS} a CodeListItemIdentifier",
            (Kind.CHANGED,),
            ("code",),
        ),
        Deviation(
            "lost-fraction",
            "The fractions of seconds are cut off",
            f"{_READS} a time that has a fraction: receipts, and what shows RegistrationDateTime",
            (Kind.CHANGED,),
            ("fraction",),
        ),
        Deviation(
            "missing-optional",
            "One optional element that has a value is left out",
            f"{_READS} an optional element: those of all reads",
            (Kind.EXTRA,),
            ("absent", "empty"),
        ),
        Deviation(
            "other-order",
            "The items of the longest list come in the opposite order",
            f"{_READS} a list of two items or more: of the demo citizens as they begin, only GetCodeList",
            (Kind.ORDER,),
            ("order",),
        ),
        Deviation("slow", f"Each answer comes after {SECONDS:g} seconds more", "every answer", (), ()),
        Deviation(
            "fault-text",
            "The fault's text and its FaultDetails/Message are another text; the number stays",
            "every fault",
            (Kind.FAULT_TEXT, Kind.FAULT_DETAIL),
            ("value",),
        ),
        Deviation(
            "zone-lost",
            "Times lose their zone",
            f"{_READS} a time that has a zone: receipts, and what shows RegistrationDateTime",
            (Kind.CHANGED,),
            ("zone",),
        ),
        Deviation(
            "nil-for-absent",
            "An optional element that is absent is there with xsi:nil",
            f"{_READS} an optional element that has no value",
            (Kind.NIL,),
            ("absent",),
        ),
        Deviation("html-page", "A page in HTML, with status 200", "every answer", (Kind.UNREADABLE,), ("html",)),
        Deviation(
            "truncated", "The last third of the answer is missing", "every answer", (Kind.UNREADABLE,), ("truncated",)
        ),
        Deviation(
            "other-charset",
            "ISO-8859-1, in the Content-Type, in the XML declaration and in the bytes",
            "every answer",
            (Kind.MEDIA_TYPE,),
            ("charset",),
        ),
        Deviation(
            "soap12-answer",
            "A SOAP 1.2 envelope answers a SOAP 1.1 call",
            "every answer to a SOAP 1.1 call",
            (Kind.VERSION,),
            ("soap-version",),
        ),
        Deviation(
            "no-answer",
            "The connection is closed without an answer",
            "every answer",
            (Kind.UNREADABLE,),
            ("no-answer", "unavailable"),
        ),
        Deviation(
            "extra-item",
            "A list has one of its items once more, with an id of its own",
            f"{_READS} a list of one item or more",
            (Kind.MISSING, Kind.LENGTH),
            ("item", "length"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A deviation that is switched on, for an operation (ALL: every one) and a share of its calls from 0 to 1."""

    name: str
    operation: str = ALL
    share: float = 1.0

    def __str__(self) -> str:
        """As it was switched on, in short."""
        whole = self.share == 1.0
        return ":".join((self.name, *((self.operation,) if self.operation != ALL or not whole else ()), *self._share()))

    def _share(self) -> tuple[str, ...]:
        return () if self.share == 1.0 else (f"{self.share:g}",)

    def touches(self, operation: str, seed: int, request: bytes) -> bool:
        """Whether it is for this call."""
        return self.operation in (ALL, operation) and (self.share == 1.0 or self.luck(seed, request) < self.share)

    def luck(self, seed: int, request: bytes) -> float:
        """A number from 0 up to 1 that the call always has for this deviation."""
        key = str(seed).encode()[-64:]
        digest = blake2b(self.name.encode() + b"\0" + request, digest_size=8, key=key).digest()
        return int.from_bytes(digest, "big") / 2**64


def parse(text: str, operations: frozenset[str] = frozenset()) -> Chosen:
    """A deviation as it is switched on. Raises DeviationError; `operations`, where given, are those that there are."""
    name, _, rest = text.partition(":")
    operation, _, share = rest.partition(":")
    if name not in KNOWN:
        raise DeviationError(f"there is no deviation {name!r}{_near(name, KNOWN)}")
    if operation not in ("", ALL) and operations and operation not in operations:
        raise DeviationError(f"there is no operation {operation!r}{_near(operation, operations)}")
    return Chosen(name, operation or ALL, _share(share))


def _share(text: str) -> float:
    try:
        share = float(text) if text else 1.0
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise DeviationError(f"a share is a number from 0 to 1, not {text!r}")
    return share


def _near(word: str, known: "Mapping[str, object] | frozenset[str]") -> str:
    near = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}"
