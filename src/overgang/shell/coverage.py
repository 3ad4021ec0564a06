"""The coverage check: what a contract has and no mapping, rule, fault or case knows. Nothing is forgotten in silence.

`static_gaps` looks at contracts, tables and lists only, and runs at every start. `gaps` plays the cases too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from overgang.core.area import Area, Operation, Placed
from overgang.core.callers import ACTIVE_ORGANISATION, USER_METADATA
from overgang.core.codelists import CodeList
from overgang.core.errors import ERRORS
from overgang.core.fields import Field, Table
from overgang.shell.casebook import Casebook
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Bridge, Bridged
from overgang.wire import schema
from overgang.wire.cases import Case, CaseError
from overgang.wire.contract import Complex, Element, Simple
from overgang.wire.openapi import ModernOperation, OpenApi

# What core.callers reads of the two header blocks, element by element.
_READ: Final[Mapping[str, frozenset[str]]] = {
    ACTIVE_ORGANISATION: frozenset({"OrganisationTypeIdentifier", "OrganisationCode"}),
    USER_METADATA: frozenset(
        {
            "RequestUserStructure/UserFullName",
            "RequestUserStructure/RequestUserTypeIdentifier/CodeListItemIdentifier",
            "RequestUserStructure/UserIdentifier",
            "RequestUserStructure/UserEmail",
            "RequestOrganisationStructure/OrganisationTypeIdentifier/CodeListItemIdentifier",
            "RequestOrganisationStructure/OrganisationCode",
            "RegistrationDateTime",
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing forgotten: its kind, where it stands (file:line), and what it is."""

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.what}"


def gaps(loaded: Loaded, cases: Iterable[Case]) -> list[Gap]:
    """All gaps, those that only playing the cases can show included, and the waivers that waive none of them."""
    cases = list(cases)
    found = [*_static(loaded), *_without_case(loaded, cases), *_played(loaded, cases)]
    return [*_kept(loaded.areas, found), *_idle(loaded.areas, found)]


def static_gaps(loaded: Loaded) -> list[Gap]:
    """The gaps that contracts, tables and lists show by themselves."""
    return _kept(loaded.areas, list(_static(loaded)))


def _kept(areas: Iterable[Area], found: list[Gap]) -> list[Gap]:
    """Without what an area waives."""
    waived = {waiver.what for area in areas for waiver in area.waivers}
    return [gap for gap in found if gap.what not in waived]


def _idle(areas: Iterable[Area], found: list[Gap]) -> Iterator[Gap]:
    """Waivers that waive nothing: what they speak of is mended or misspelt."""
    there = {gap.what for gap in found}
    for area in areas:
        for waiver in area.waivers:
            if waiver.what not in there:
                yield Gap("waiver without a gap", _place(area, "area.py", waiver.what), waiver.what)


def _static(loaded: Loaded) -> Iterator[Gap]:
    for area in loaded.areas:
        yield from _modern(area, loaded)
        for service in loaded.services:
            for bridge, operation in _bridges(area, service):
                yield from _inputs(service, bridge, operation)
                yield from _headers(service, bridge)
                yield from _enumerations(service, bridge, operation)
                for placed in operation.requests:
                    yield from _placed(operation, placed, loaded, reply=False)
                for placed in operation.replies:
                    yield from _placed(operation, placed, loaded, reply=True)
    for service in loaded.services:
        yield from _not_bridged(loaded.areas, service)


def _not_bridged(areas: Iterable[Area], service: Bridged) -> Iterator[Gap]:
    """Operations without a flow that no area names as forwarded, and names of forwarded ones that are none."""
    name = service.contract.name
    forwarded = {
        operation: area
        for area in areas
        for own in area.services
        if (own.name, own.version) == (name, service.version)
        for operation in own.forwarded
    }
    without = {bridge.contract.name: bridge.request for bridge in service.bridges.values() if bridge.area is None}
    for operation, element in without.items():
        if operation not in forwarded:
            yield Gap("operation without a flow", f"{element.file}:{element.line}", f"operation {name}.{operation}")
    for operation, area in forwarded.items():
        if operation not in without:
            where = _place(area, "area.py", f'"{operation}"')
            yield Gap("forwarded operation unknown or bridged", where, f"forwarded {name}.{operation}")


def _bridges(area: Area, service: Bridged) -> Iterator[tuple[Bridge, Operation]]:
    own = {operation.name for s in area.services if s.name == service.contract.name for operation in s.operations}
    for bridge in service.bridges.values():
        if bridge.area is not None and bridge.area.name in own:
            yield bridge, bridge.area


# ---- old contracts


def _inputs(service: Bridged, bridge: Bridge, operation: Operation) -> Iterator[Gap]:
    """Input elements without a place in a table."""
    elements = dict(_walk(bridge.request))
    tables = {placed.old: placed.table for placed in operation.requests}
    for path, element in elements.items():
        if not _has_place(path, tables):
            what = f"input {service.contract.name}.{operation.name} {path}"
            yield Gap("input element not mapped", f"{element.file}:{element.line}", what)
    for placed in operation.requests:
        if placed.old and placed.old not in elements:
            yield Gap("table without its element", _line(operation), f"{operation.name} {placed.old}")


def _has_place(path: str, tables: Mapping[str, Table]) -> bool:
    """Whether an element has a table or leads to one, is named in one, or is a part of what one names."""
    if _leads_to_table(path, tables):
        return True
    parent, _, name = path.rpartition("/")
    if parent in tables:
        return name in tables[parent].elsewhere or any(field.old == name for field in tables[parent].fields)
    above, _, structure = parent.rpartition("/")
    if above in tables:
        coded = {field.old for field in tables[above].fields if field.codec.codelist}
        if structure in coded:
            return name == "CodeListItemIdentifier"
        return structure in tables[above].elsewhere and not _leads_to_table(parent, tables)
    return bool(above) and not _leads_to_table(parent, tables) and _has_place(parent, tables)


def _leads_to_table(path: str, tables: Mapping[str, Table]) -> bool:
    return any(old == path or old.startswith(f"{path}/") for old in tables)


def _headers(service: Bridged, bridge: Bridge) -> Iterator[Gap]:
    """Header blocks, and elements in them, that no code reads."""
    for block in bridge.contract.input.headers:
        said = f"header {service.contract.name}.{bridge.contract.name} {block.name}"
        read = _READ.get(block.name)
        if read is None:
            yield Gap("header not read", f"{block.file}:{block.line}", said)
            continue
        for path, element in _walk(block):
            if path not in read and not any(known.startswith(f"{path}/") for known in read):
                yield Gap("header not read", f"{element.file}:{element.line}", f"{said}/{path}")


def _walk(root: Element) -> Iterator[tuple[str, Element]]:
    """Every element below `root` with its path; a recursive type is entered once per branch."""
    yield from _below(root, "", ())


def _below(element: Element, path: str, within: tuple[int, ...]) -> Iterator[tuple[str, Element]]:
    if not isinstance(element.type, Complex) or id(element.type) in within:
        return
    for child in element.type.elements():
        here = f"{path}/{child.name}" if path else child.name
        yield here, child
        yield from _below(child, here, (*within, id(element.type)))


# ---- modern contracts, code lists, errors


def _modern(area: Area, loaded: Loaded) -> Iterator[Gap]:
    """Modern operations without rules, rules without an operation, errors without a fault.

    An area may rule on what is shown of another area's replies.
    """
    openapi = loaded.openapis[area.name]
    ids = {operation.id for operation in openapi.operations.values()}
    everywhere = {modern.contract.id for modern in loaded.modern.values()}
    for id in sorted((area.rules.keys() | area.afterwards.keys()) - ids | area.reply_rules.keys() - everywhere):
        yield Gap("rules without an operation", _place(area, "rules.py", f'"{id}"'), f"rules {id}")
    for operation in openapi.operations.values():
        line = f"operationId: {operation.id}"
        if operation.id not in area.rules:
            yield Gap("modern operation without rules", _place(area, "openapi.yaml", line), operation.id)
        for number in sorted(operation.error_codes - ERRORS.keys()):
            what = f"error {operation.id} {number}"
            yield Gap("upstream error without a fault", _place(area, "openapi.yaml", line), what)


def _placed(operation: Operation, placed: Placed, loaded: Loaded, *, reply: bool) -> Iterator[Gap]:
    """Properties that the modern contract does not have, and codes and words that both sides don't share.

    The modern operation may be another area's: an old read asks several.
    """
    if not (placed.modern or operation.modern):
        return  # the gateway itself answers
    found = _found(placed.modern, loaded.openapis.values())
    if found is None:
        yield Gap("modern operation unknown", _line(operation), f"{operation.name} {placed.modern}")
        return
    openapi, modern = found
    properties = dict(schema.walk(openapi.document, modern.replies.get(200) if reply else modern.request))
    queries = {parameter.name for parameter in modern.parameters if parameter.place == "query"}
    for field in placed.table.fields:
        path = f"{placed.at}.{field.new}" if placed.at else field.new
        if path in properties:
            yield from _codes(operation, field, properties[path], loaded.codelists)
            yield from _words(operation, field, properties[path], reply=reply)
        elif reply or field.new not in queries:
            yield Gap("property not in the OpenAPI", _line(operation), f"property {placed.modern} {path}")


def _found(id: str, openapis: Iterable[OpenApi]) -> tuple[OpenApi, ModernOperation] | None:
    """The modern operation with this operationId, and the contract that has it."""
    for openapi in openapis:
        with suppress(KeyError):
            return openapi, openapi.operation(id)
    return None


def _codes(
    operation: Operation, field: Field, modern: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> Iterator[Gap]:
    """A code list that a field and its modern property don't share, or that is not there."""
    name, said = field.codec.codelist, modern.get("x-codelist")
    what = f"code {operation.name} {field.old}"
    if name != said:
        sides = f"{name or 'no list'} is not {said or 'no list'}, the list of {field.new}"
        yield Gap("code not translated", _line(operation), f"{what}: {sides}")
    elif name is not None and name not in codelists:
        yield Gap("code list missing", _line(operation), f"{what}: {name}")


def _words(operation: Operation, field: Field, modern: Mapping[str, Any], *, reply: bool) -> Iterator[Gap]:
    """Words that one side may send and the other does not know."""
    theirs = set(modern.get("enum", ()))
    if field.codec.values is None or not theirs:
        return
    ours = set(field.codec.values.values())
    for word in sorted(theirs - ours if reply else ours - theirs):
        yield Gap("enum value not translated", _line(operation), f"value {operation.name} {field.new} {word}")


def _enumerations(service: Bridged, bridge: Bridge, operation: Operation) -> Iterator[Gap]:
    """Values that the old contract itself lists and a field's codec does not translate."""
    fields = {
        f"{placed.old}/{field.old}" if placed.old else field.old: field
        for placed in operation.requests
        for field in placed.table.fields
    }
    for path, element in _walk(bridge.request):
        if path in fields and isinstance(element.type, Simple):
            for value in element.type.facets.enumeration or ():
                if value not in (fields[path].codec.values or ()):
                    what = f"value {service.contract.name}.{operation.name} {path} {value}"
                    yield Gap("enum value not translated", f"{element.file}:{element.line}", what)


def _line(operation: Operation) -> str:
    code = operation.flow.__code__
    file = code.co_filename
    return f"{file[file.find('areas/') :]}:{code.co_firstlineno}"


def _place(area: Area, file: str, text: str) -> str:
    """The first line of a file of the area's folder that has `text` as whole words, else its first."""
    lines = files(f"overgang.areas.{area.name}").joinpath(file).read_text(encoding="utf-8").splitlines()
    words = re.compile(rf"{re.escape(text)}(?!\w)")
    number = next((number for number, line in enumerate(lines, 1) if words.search(line)), 1)
    return f"areas/{area.name}/{file}:{number}"


# ---- cases


def _without_case(loaded: Loaded, cases: list[Case]) -> Iterator[Gap]:
    """Operations that no case shows."""
    shown = {(case.service, case.element) for case in cases}
    for service in loaded.services:
        for bridge in service.bridges.values():
            if bridge.area is not None and (service.contract.name, bridge.request.qname) not in shown:
                yield Gap("operation without a case", _line(bridge.area), f"case {bridge.contract.name}")


def _played(loaded: Loaded, cases: list[Case]) -> Iterator[Gap]:
    """Cases that don't hold, and output elements that no case's answer has."""
    book = Casebook(loaded)
    for case in cases:
        try:
            holds = book.play(case).holds
        except CaseError:
            holds = False
        if not holds:
            yield Gap("case does not hold", f"areas/{case.file}:1", f"case {case.name}")
    for service in loaded.services:
        for bridge in service.bridges.values():
            if bridge.area is not None and bridge.answer is not None:
                yield from _outputs(service, bridge.area.name, bridge.answer, book)


def _outputs(service: Bridged, name: str, answer: Element, book: Casebook) -> Iterator[Gap]:
    seen = book.answered(service.contract.name, name)
    for path, element in _walk(answer):
        if path not in seen:
            what = f"output {service.contract.name}.{name} {path}"
            yield Gap("output element not produced", f"{element.file}:{element.line}", what)
