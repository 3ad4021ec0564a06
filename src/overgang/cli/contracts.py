"""`overgang check` and `overgang contract`."""

import argparse

from overgang.cli.home import loaded
from overgang.shell import coverage
from overgang.shell.casebook import load_cases
from overgang.shell.config import ConfigError
from overgang.wire.contract import Complex, Contract, Element, Operation, load


def check(_: argparse.Namespace) -> int:
    """Print every gap with its file and line; 1 when there is one."""
    everything = loaded()
    cases = load_cases(everything.areas)
    gaps = coverage.gaps(everything, cases)
    for gap in gaps:
        print(gap)
    operations = sum(bridge.area is not None for service in everything.services for bridge in service.bridges.values())
    waived = sum(len(area.waivers) for area in everything.areas)
    print(f"{operations} operations, {len(cases)} cases, {waived} waivers, {len(gaps)} gaps")
    return 1 if gaps else 0


def contract(given: argparse.Namespace) -> int:
    """Load any WSDL and say what it has and what the gateway would do with it. A WSDL it can't use is an error."""
    if not given.wsdl.is_file():
        raise ConfigError([f"no file {given.wsdl}"])
    told = load(given.wsdl)
    print(f"{told.name}  {told.namespace}")
    for port in told.ports:
        print(f"  port {port.name}: SOAP {port.version}, {port.address}")
    for name, content in told.documents.items():
        print(f"  document {name}: {len(content)} bytes, served as they are")
    for note in told.notes:
        print(f"  note: {note}")
    bridged = _bridged(told)
    for operation in told.operations.values():
        fate = bridged.get(operation.name, "not bridged: answered by a fault")
        print(f"\n{operation.name}  ({operation.style}/literal, {fate})")
        _print_message(operation)
    return 0


def _bridged(told: Contract) -> dict[str, str]:
    """What becomes of each operation, where the contract is one that an area bridges."""
    return {
        bridge.contract.name: f"bridged to {', '.join(bridge.area.modern)}" if bridge.area.modern else "answered here"
        for service in loaded().services
        if service.contract.name == told.name
        for bridge in service.bridges.values()
        if bridge.area is not None
    }


def _print_message(operation: Operation) -> None:
    for block in operation.input.headers:
        print(f"  header {block.name}")
    if operation.input.body is not None:
        _print_tree("in ", operation.input.body, 1, ())
    if operation.output is None:
        print("  one-way: no answer")
    elif operation.output.body is not None:
        _print_tree("out", operation.output.body, 1, ())
    if operation.faults:
        print(f"  faults {', '.join(operation.faults)}")


def _print_tree(side: str, element: Element, depth: int, within: tuple[int, ...]) -> None:
    most = "*" if element.upper is None else element.upper
    kind = "" if isinstance(element.type, Complex) else f"  {element.type.builtin}"
    nil = "  nillable" if element.nillable else ""
    print(f"  {side} {'  ' * depth}{element.name}  {element.lower}..{most}{kind}{nil}")
    if isinstance(element.type, Complex) and id(element.type) not in within:
        for child in element.type.elements():
            _print_tree(side, child, depth + 1, (*within, id(element.type)))
