"""The comparison of two replies. Places outside of the answer's own element begin with a slash:

/HTTP/status, /HTTP/Content-Type, /Envelope, /Header/<block>…, /Body (the answer's element itself), /Fault/Code,
/Fault/Code/Subcode, /Fault/Reason, /Fault/Role, /Fault/Detail/…; everything else is a path within the answer's element,
as the areas' mappings name it: UnemploymentInfo/Unemployment/EnrollmentDate.
"""

import codecs
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from overgang.core.compare import causes
from overgang.core.compare.nodes import elements, local
from overgang.core.compare.shapes import Attribute, Content, Shape, atomic, unknown
from overgang.core.compare.values import Difference, Kind, Reply
from overgang.core.compare.walk import Step, children_differences, differences
from overgang.wire.comparing.answers import Answer, Unreadable, read
from overgang.wire.comparing.faults import Fault, fault_of, shared
from overgang.wire.comparing.shapes import Shapes
from overgang.wire.contract import Contract, Operation
from overgang.wire.envelope import Version

_HEADER: Final[Step] = (None, "/Header", 0)
_DETAIL: Final[Step] = (None, "/Fault/Detail", 0)
_MUST: Final = {
    f"{{{version.namespace}}}{name}": Attribute(name, atomic("boolean"), "0")
    for version in Version
    for name in ("mustUnderstand", "relay")
}


class _Empty(list[Any]):
    """Stands for a Header or detail that is not there."""

    text, tail = None, None


class Comparer:
    """Compares answers of one contract's operations."""

    def __init__(self, contract: Contract) -> None:
        self._operations = contract.operations
        self._shapes = Shapes()
        self._headers: dict[str, Content] = {}

    def compare(self, operation_name: str, old: Reply, new: Reply) -> tuple[Difference, ...]:
        """What differs between the old side's reply and the new side's, () when nothing does; never an exception.

        An operation that the contract does not have is compared by its texts alone.
        """
        try:
            return tuple(self._compare(self._operations.get(operation_name), old, new))
        except RecursionError:
            return (_unreadable("too-deep", None, None),)

    def _compare(self, operation: Operation | None, old: Reply, new: Reply) -> list[Difference]:
        if operation is not None and operation.output is None and _nothing(old) and _nothing(new):
            return _status(old.status, new.status)
        before, after = read(old), read(new)
        if isinstance(before, Unreadable) or isinstance(after, Unreadable):
            return [_one_unreadable(before, after)]
        return [*_transport(before, after), *self._content(operation, before, after)]

    def _content(self, operation: Operation | None, old: Answer, new: Answer) -> list[Difference]:
        header = self._header(operation, old, new)
        found = children_differences(_part(old.header), _part(new.header), header, _HEADER)
        if not old.content or not new.content:
            return [*found, *_status(old.status, new.status), *_no_content(old, new)]
        before, after = fault_of(old.content[0], old.version), fault_of(new.content[0], new.version)
        if before is None and after is None:
            return [*found, *_status(old.status, new.status), *self._bodies(operation, old, new)]
        if before is None or after is None:
            return [*found, _one_fault(before, after)]  # whose status follows from it
        if old.version is new.version:  # a fault's status belongs to its version
            found += _status(old.status, new.status)
        return [*found, *self._faults(operation, before, after)]

    def _header(self, operation: Operation | None, old: Answer, new: Answer) -> Content:
        """The shape of the Header: blocks in any order, those of the contract typed."""
        known: dict[str, Shape] = {}
        if operation is not None and operation.output is not None:
            known = {element.qname: self._shapes.of(element) for element in operation.output.headers}
        for answer in (old, new):
            for block in elements(_part(answer.header)):
                known.setdefault(block.tag, replace(unknown(local(block.tag)), many=False))
        return Content(children={tag: _addressed(shape) for tag, shape in known.items()}, unordered=True)

    def _bodies(self, operation: Operation | None, old: Answer, new: Answer) -> list[Difference]:
        before, after = old.content[0], new.content[0]
        if before.tag != after.tag:
            renamed = local(before.tag) == local(after.tag)
            one, other = (before.tag, after.tag) if renamed else (local(before.tag), local(after.tag))
            return [_outer(Kind.CHANGED, "/Body", one, other, "namespace" if renamed else "element")]
        output = None if operation is None or operation.output is None else operation.output.body
        shape = unknown(local(before.tag)) if output is None or output.qname != before.tag else self._shapes.of(output)
        return [*differences(before, after, shape), *_repeated(old, new)]

    def _faults(self, operation: Operation | None, old: Fault, new: Fault) -> list[Difference]:
        found: list[Difference] = []
        if old.code != new.code:
            named = shared(local(old.code)) == shared(local(new.code))
            found.append(_fault(Kind.FAULT_CODE, "Code", old.code, new.code, "namespace" if named else "code"))
        if old.subcodes != new.subcodes:
            one, other = " ".join(old.subcodes), " ".join(new.subcodes)
            found.append(_fault(Kind.FAULT_CODE, "Code/Subcode", one or None, other or None, "subcode"))
        found += _reasons(old.texts, new.texts)
        if old.role != new.role:
            cause = causes.of_texts(old.role, new.role) if old.role and new.role else "absent"
            found.append(_fault(Kind.FAULT_TEXT, "Role", old.role or None, new.role or None, cause))
        details = {} if operation is None else {one.qname: self._shapes.of(one) for one in operation.faults.values()}
        inside = children_differences(_part(old.detail), _part(new.detail), Content(children=details), _DETAIL)
        return [*found, *(replace(one, kind=Kind.FAULT_DETAIL) for one in inside)]


def _nothing(reply: Reply) -> bool:
    return not reply.trouble and not reply.body.strip()


def _part(node: Any) -> Any:
    return _Empty() if node is None else node


def _addressed(shape: Shape) -> Shape:
    """A header block's shape with the attributes that SOAP gives every block."""
    own = shape.content
    content = Content(own.text, {**_MUST, **own.attributes}, own.children, own.unordered)
    return replace(shape, content=content, many=False)


def _one_unreadable(old: Answer | Unreadable, new: Answer | Unreadable) -> Difference:
    one, other = (side.told if isinstance(side, Unreadable) else "an answer" for side in (old, new))
    found = [side.cause for side in (old, new) if isinstance(side, Unreadable)]
    return _unreadable(found[0] if len(found) == 1 else "both-unreadable", one, other)


def _unreadable(cause: str, old: str | None, new: str | None) -> Difference:
    return _outer(Kind.UNREADABLE, "/Envelope", old, new, cause)


def _outer(kind: Kind, place: str, old: str | None, new: str | None, cause: str) -> Difference:
    """A difference outside of the answer's own element."""
    return Difference(kind, place, place, old, new, cause=cause)


def _transport(old: Answer, new: Answer) -> list[Difference]:
    """The version of SOAP, and media type and charset where they don't follow from it."""
    found = []
    if old.version is not new.version:
        found.append(_outer(Kind.VERSION, "/Envelope", old.version.value, new.version.value, "soap-version"))
    regular = all(answer.media_type == answer.version.media_type for answer in (old, new))
    place = "/HTTP/Content-Type"
    if old.media_type != new.media_type and not (regular and found):
        found.append(_outer(Kind.MEDIA_TYPE, place, old.media_type, new.media_type, "media-type"))
    if _charset(old.charset) != _charset(new.charset):
        found.append(_outer(Kind.MEDIA_TYPE, place, old.charset, new.charset, "charset"))
    return found


def _charset(name: str) -> str:
    """One name per charset that can be read; without one it is UTF-8, which SOAP stacks write and XML takes it for."""
    return codecs.lookup(name or "utf-8").name


def _status(old: int, new: int) -> list[Difference]:
    if old == new:
        return []
    return [_outer(Kind.STATUS, "/HTTP/status", str(old), str(new), "status")]


def _no_content(old: Answer, new: Answer) -> list[Difference]:
    one, other = (local(answer.content[0].tag) if answer.content else None for answer in (old, new))
    if one is None and other is None:
        return []
    return [_outer(Kind.MISSING if other is None else Kind.EXTRA, "/Body", one, other, "absent")]


def _repeated(old: Answer, new: Answer) -> list[Difference]:
    """Elements beside the one that the Body should have."""
    before, after = len(old.content), len(new.content)
    if before == after:
        return []
    return [_outer(Kind.MISSING if before > after else Kind.EXTRA, "/Body", str(before), str(after), "repeated")]


def _one_fault(old: Fault | None, new: Fault | None) -> Difference:
    one, other = ("an answer" if fault is None else fault.told for fault in (old, new))
    return _outer(Kind.FAULT, "/Fault", one, other, "fault-only-new" if old is None else "fault-only-old")


def _fault(kind: Kind, place: str, old: str | None, new: str | None, cause: str) -> Difference:
    return Difference(kind, f"/Fault/{place}", f"/Fault/{place}", old, new, "string", cause)


def _reason(old: str | None, new: str | None, cause: str) -> Difference:
    return _fault(Kind.FAULT_TEXT, "Reason", old, new, cause)


def _reasons(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    """Texts of one language are compared; where each side has one only, they are, whatever their languages."""
    if len(old) == len(new) == 1:
        (before, one), (after, other) = *old.items(), *new.items()
        found = [] if one == other else [_reason(one, other, causes.of_texts(one, other))]
        if before and after and before.lower() != after.lower():  # SOAP 1.1 need not say it
            found.append(_fault(Kind.FAULT_TEXT, "Reason/@lang", before, after, "language"))
        return found
    found = [
        _reason(old[lang], new[lang], causes.of_texts(old[lang], new[lang]))
        for lang in old
        if lang in new and old[lang] != new[lang]
    ]
    alone = [lang for lang in (*old, *new) if (lang in old) != (lang in new)]
    return found + [_reason(old.get(lang), new.get(lang), "absent") for lang in alone]
