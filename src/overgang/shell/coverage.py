"""The coverage check: what a contract has and no mapping, rule, fault or case knows. Nothing is forgotten in silence.

`static_gaps` looks at contracts, tables and lists only, and runs at every start. `gaps` plays the cases too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from overgang.core.area import Area, Operation, Placed
from overgang.core.callers import ACTIVE_ORGANISATION, USER_METADATA
from overgang.core.codelists import CodeList
from overgang.core.errors import ERRORS
from overgang.core.fields import Field
from overgang.shell.casebook import Casebook
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Bridge, Bridged
from overgang.wire.cases import Case
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
    """All gaps, those that only playing the cases can show included."""
    cases = list(cases)
    return _kept(loaded.areas, [*_static(loaded), *_without_case(loaded, cases), *_played(loaded, cases)])


def static_gaps(loaded: Loaded) -> list[Gap]:
    """The gaps that contracts, tables and lists show by themselves."""
    return _kept(loaded.areas, _static(loaded))


def _kept(areas: Iterable[Area], found: Iterable[Gap]) -> list[Gap]:
    """Without what an area waives, and with the waivers that waive nothing."""
    waivers = {waiver.what: area.name for area in areas for waiver in area.waivers}
    found = list(found)
    used = {gap.what for gap in found} & waivers.keys()
    idle = [
        Gap("waiver without a gap", f"areas/{area}/area.py:1", what)
        for what, area in waivers.items()
        if what not in used
    ]
    return [gap for gap in found if gap.what not in used] + idle


def _static(loaded: Loaded) -> Iterator[Gap]:
    for area in loaded.areas:
        openapi = loaded.openapis[area.name]
        yield from _modern(area, openapi)
        for service in loaded.services:
            for bridge, operation in _bridges(area, service):
                yield from _inputs(service, bridge, operation)
                yield from _headers(service, bridge)
                yield from _enumerations(service, bridge, operation)
                for placed in operation.requests:
                    yield from _placed(operation, placed, openapi, loaded.codelists, reply=False)
                for placed in operation.replies:
                    yield from _placed(operation, placed, openapi, loaded.codelists, reply=True)
    for service in loaded.services:
        for bridge in service.bridges.values():
            if bridge.area is None:
                element = bridge.request
                what = f"operation {service.contract.name}.{bridge.contract.name}"
                yield Gap("operation without a flow", f"{element.file}:{element.line}", what)


def _bridges(area: Area, service: Bridged) -> Iterator[tuple[Bridge, Operation]]:
    own = {operation.name for s in area.services if s.name == service.contract.name for operation in s.operations}
    for bridge in service.bridges.values():
        if bridge.area is not None and bridge.area.name in own:
            yield bridge, bridge.area


# ---- old contracts


def _inputs(service: Bridged, bridge: Bridge, operation: Operation) -> Iterator[Gap]:
    """Input elements without a place in a table."""
    elements = dict(_walk(bridge.request))
    tables = {placed.old: placed for placed in operation.requests}
    for path, element in elements.items():
        parent, _, name = path.rpartition("/")
        placed = tables.get(parent)
        if placed is None or path in tables or any(other.startswith(f"{path}/") for other in tables):
            continue
        known = {field.old for field in placed.table.fields} | placed.table.elsewhere.keys()
        if name not in known:
            what = f"input {service.contract.name}.{operation.name} {path}"
            yield Gap("input element not mapped", f"{element.file}:{element.line}", what)
    for placed in operation.requests:
        if placed.old and placed.old not in elements:
            yield Gap("table without its element", _line(operation), f"{operation.name} {placed.old}")


def _headers(service: Bridged, bridge: Bridge) -> Iterator[Gap]:
    """Header blocks, and elements in them, that no code reads."""
    for block in bridge.contract.input.headers:
        read = _READ.get(block.name, frozenset())
        for path, element in _walk(block):
            if path not in read and not any(known.startswith(f"{path}/") for known in read):
                what = f"header {service.contract.name}.{bridge.contract.name} {block.name}/{path}"
                yield Gap("header element not read", f"{element.file}:{element.line}", what)


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


def _modern(area: Area, openapi: OpenApi) -> Iterator[Gap]:
    """Modern operations without rules, rules without an operation, errors without a fault."""
    ids = {operation.id for operation in openapi.operations.values()}
    for id in sorted(area.rules.keys() | area.reply_rules.keys() - ids):
        if id not in ids:
            yield Gap("rules without an operation", f"areas/{area.name}/rules.py:1", id)
    for operation in openapi.operations.values():
        if operation.id not in area.rules:
            yield Gap("modern operation without rules", f"{openapi.file}:1", operation.id)
        for number in sorted(operation.error_codes - ERRORS.keys()):
            yield Gap("upstream error without a fault", f"{openapi.file}:1", f"error {operation.id} {number}")


def _placed(
    operation: Operation, placed: Placed, openapi: OpenApi, codelists: Mapping[str, CodeList], *, reply: bool
) -> Iterator[Gap]:
    """Properties that the modern contract does not have, and codes that are not on the same list on both sides."""
    try:
        modern = openapi.operation(placed.modern)
    except KeyError:
        yield Gap("modern operation unknown", _line(operation), f"{operation.name} {placed.modern}")
        return
    schema = modern.replies.get(200) if reply else modern.request
    properties = openapi.properties(schema)
    queries = {parameter.name for parameter in modern.parameters if parameter.place == "query"}
    for field in placed.table.fields:
        path = f"{placed.at}.{field.new}" if placed.at else field.new
        if path not in properties and not (not reply and field.new in queries):
            yield Gap("property not in the OpenAPI", _line(operation), f"property {placed.modern} {path}")
        elif field.codec.codelist and not reply:
            yield from _codes(operation, placed, field, modern, codelists)


def _codes(
    operation: Operation, placed: Placed, field: Field, modern: ModernOperation, codelists: Mapping[str, CodeList]
) -> Iterator[Gap]:
    name = field.codec.codelist or ""
    said = modern.codelists.get(f"{placed.at}.{field.new}" if placed.at else field.new)
    what = f"code {operation.name} {field.old}"
    if name not in codelists:
        yield Gap("code list missing", _line(operation), f"{what}: {name}")
    elif said != name:
        yield Gap("code not translated", _line(operation), f"{what}: {name} is not {said}, the list of {field.new}")


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
        played = book.play(case)
        if not played.holds:
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
