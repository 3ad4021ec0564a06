"""Everything that is read and compiled before the first call: contracts old and modern, code lists, areas."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from overgang.areas import AREAS
from overgang.core.area import Area, Service
from overgang.core.codelists import CodeList
from overgang.core.retirement import Retirement
from overgang.core.rules import Governed
from overgang.shell.driver import Modern
from overgang.shell.soap_ingress import Bridged, bridged
from overgang.wire import codelists, contract, openapi, releases
from overgang.wire.contract import ContractError
from overgang.wire.openapi import OpenApi


@dataclass(frozen=True, slots=True)
class Loaded:
    """`services` are the old contracts with their bridges, `modern` the modern operations by (method, template)."""

    areas: tuple[Area, ...]
    services: tuple[Bridged, ...]
    openapis: Mapping[str, OpenApi]
    modern: Mapping[tuple[str, str], Modern]
    codelists: Mapping[str, CodeList]

    @property
    def area_names(self) -> dict[tuple[str, str], str]:
        """The area of each bridged operation, by ("Name/version", operation)."""
        return {
            (f"{service.name}/{service.version}", operation.name): area.name
            for area in self.areas
            for service in area.services
            for operation in service.operations
        }


def load(wsdl: Path, codelist_folder: Path, areas: Sequence[Area] = AREAS, *, calendar: Path | None = None) -> Loaded:
    """Load all that `areas` name; `calendar` is the file of the releases.

    Raises ContractError, OpenApiError, CodeListError or CalendarError, each with file and place.
    """
    openapis = {area.name: load_openapi(area) for area in areas}
    operations = [operation for openapi in openapis.values() for operation in openapi.operations.values()]
    paths = {operation.id: f"{operation.method} {operation.template}" for operation in operations}
    retiring = releases.load(calendar) if calendar is not None else {}
    return Loaded(
        areas=tuple(areas),
        services=tuple(
            load_service(wsdl, service, paths, retiring.get((service.name, service.version)))
            for service in _joined(areas)
        ),
        openapis=openapis,
        modern={
            key: Modern(operation, _governed(area, operation, areas))
            for area in areas
            for key, operation in openapis[area.name].operations.items()
        },
        codelists=codelists.load(codelist_folder),
    )


def load_openapi(area: Area) -> OpenApi:
    """The modern contract in the area's own folder."""
    folder = files(f"overgang.areas.{area.name}")
    return openapi.load(folder.joinpath("openapi.yaml").read_bytes(), f"areas/{area.name}/openapi.yaml")


def load_service(
    wsdl: Path, service: Service, modern: Mapping[str, str] = MappingProxyType({}), retirement: Retirement | None = None
) -> Bridged:
    """The frozen contract wsdl/<name>/<version>/*.wsdl with the operations that `service` names."""
    folder = wsdl / service.name / str(service.version)
    found = sorted(folder.glob("*.wsdl"))
    if not found:
        raise ContractError("wsdl", f"{service.name}/{service.version}", 0, "there is no *.wsdl in the folder")
    file = next((path for path in found if path.stem == service.name), found[0])
    told = contract.load(file, service=service.name)
    return bridged(told, service.version, service.operations, modern, retirement)


def _joined(areas: Sequence[Area]) -> list[Service]:
    """Each contract once, with the operations of every area that shares it, in the order in which areas name them.

    Raises ContractError for an operation that two areas bridge.
    """
    sharing: dict[tuple[str, int], list[Service]] = {}
    for service in (service for area in areas for service in area.services):
        sharing.setdefault((service.name, service.version), []).append(service)
    return [_one(services) for services in sharing.values()]


def _one(services: Sequence[Service]) -> Service:
    name, version = services[0].name, services[0].version
    operations = tuple(operation for service in services for operation in service.operations)
    counts = Counter(operation.name for operation in operations)
    if twice := sorted(operation for operation, count in counts.items() if count > 1):
        raise ContractError("wsdl:operation", f"{name}/{version}", 0, f"{twice[0]} is bridged by two areas")
    return Service(name, version, operations, tuple(one for service in services for one in service.forwarded))


def _governed(area: Area, operation: openapi.ModernOperation, areas: Sequence[Area]) -> Governed:
    """What governs an operation of `area`; what is shown of its replies may be ruled by other areas too, after it."""
    showing = [area, *(other for other in areas if other is not area)]
    return Governed(
        operation.id,
        operation.error_codes,
        area.rules.get(operation.id, ()),
        tuple(rule for one in showing for rule in one.reply_rules.get(operation.id, ())),
        area.afterwards.get(operation.id, ()),
    )
