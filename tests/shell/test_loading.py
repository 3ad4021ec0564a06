"""Loading areas: one contract may be shared by several of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from overgang.areas.fravaer.area import AREA as FRAVAER
from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.core.area import Area
from overgang.shell.coverage import static_gaps
from overgang.shell.loading import Loaded, load
from overgang.wire.contract import ContractError

ROOT = Path(__file__).parents[2]
(SERVICE,) = TILMELDING.services


def loaded(*areas: Area) -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config/codelists", areas)


def part(name: str, *operations: int, forwarded: tuple[str, ...] = ()) -> Area:
    """The area tilmelding with some of its operations; its name is a folder with a modern contract."""
    own = replace(SERVICE, operations=tuple(SERVICE.operations[n] for n in operations), forwarded=forwarded)
    return replace(TILMELDING, name=name, services=(own,))


def test_a_contract_that_two_areas_share_is_loaded_once_with_the_operations_of_both() -> None:
    (service,) = loaded(part("tilmelding", 0), part("asyldata", 1, 2)).services
    assert [bridge.area and bridge.area.name for bridge in service.bridges.values()] == [
        operation.name for operation in SERVICE.operations
    ]


def test_contracts_stand_in_the_order_in_which_areas_name_them() -> None:
    services = loaded(part("tilmelding", 0), FRAVAER, part("asyldata", 1)).services
    assert [service.contract.name for service in services] == [
        "UnemploymentEnrollmentService",
        "AbsenceRegistrationService",
        "AbsenceActiveStatusService",
    ]


def test_forwarded_operations_of_every_area_are_known_to_the_coverage_check() -> None:
    read = SERVICE.operations[2].name
    everything = loaded(part("tilmelding", 0), part("fravaer", 1, forwarded=(read,)))
    assert [gap for gap in static_gaps(everything) if gap.kind == "operation without a flow"] == []


def test_an_operation_that_two_areas_bridge_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="UnemploymentCancellation is bridged by two areas"):
        loaded(part("tilmelding", 0, 1), part("fravaer", 1))


def test_a_contract_that_is_not_there_is_refused_by_name_and_version() -> None:
    with pytest.raises(ContractError, match=r"UnemploymentEnrollmentService/999.*no \*\.wsdl"):
        loaded(replace(TILMELDING, services=(replace(SERVICE, version=999),)))
