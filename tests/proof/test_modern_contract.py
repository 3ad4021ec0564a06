"""The modern contract's proof: schemathesis drives the REST face from the OpenAPI documents that the gateway serves.

It runs as a process of its own, with a configuration that mixes demo citizens, their registrations, values of the code
lists and days around today into what it generates, so that more of the calls are accepted. Each read must be, at least
once; a write of generated values seldom meets the rules, and is shown to succeed by the old contract's proof.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from modern_calls import REST_CALLER
from overgang.reference.citizens import Citizen
from overgang.shell.loading import Loaded, load
from overgang.shell.rest_ingress import CITIZEN
from overgang.wire.openapi import ModernOperation
from overgang.wire.schema import walk
from running import CITIZENS, ROOT, Process, demo, midnight

EXAMPLES = 8  # per operation and mode, beside the borders of every parameter and property
DOMAINS = ["beskeder", "borgerkommunikation", "eksternedata", "jobsearch", "komposit", "visiteringogstatus"]
# What the contract can't say (a rule refuses a body of the right form), and paths that two documented templates share:
# there a method that one of them lacks is answered by the other. Methods have their own tests.
LEFT_OUT = "positive_data_acceptance,unsupported_method,allow_header_conformance"

# The path part that names a registration, and its kind in the demo citizens' file.
NAMED = {
    "fravaerIdentifier": "fravaer",
    "jobsoegningslogningIdentifier": "jobsoegningslogning",
    "kontaktgruppeIdentifier": "kontaktgruppe",
    "midlertidigAdresseIdentifier": "midlertidig_adresse",
    "personkategoriIdentifier": "personkategori",
    "tilmeldingId": "tilmelding",
}


@cache
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A trial of its own, since thousands of registrations are made in it."""
    with demo(tmp_path_factory.mktemp("modern")) as process:
        yield process


def document(gateway: Process, domain: str) -> Any:
    return httpx.get(f"{gateway.address('gateway')}/{domain}/openapi.json", trust_env=False).json()


def operations(domain: str) -> Sequence[ModernOperation]:
    return [modern.contract for modern in loaded().modern.values() if modern.contract.domain == domain]


def test_every_domain_is_driven_here() -> None:
    assert sorted({modern.contract.domain for modern in loaded().modern.values()}) == DOMAINS


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_served_document_is_valid_openapi(gateway: Process, domain: str) -> None:
    validator = jsonschema_rs.Draft202012Validator(OPENAPI_31)

    assert [error.message for error in validator.iter_errors(document(gateway, domain))] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_generated_call_gets_a_server_error_or_an_answer_outside_the_contract(
    gateway: Process, domain: str, tmp_path: Path
) -> None:
    output, report = driven(gateway, domain, tmp_path)

    assert report["failures"] == report["errors"] == [], output
    assert report["complete"], output
    assert report["operations"]["tested"] == report["operations"]["total"] == len(operations(domain))
    accepted = {
        label: sum(phase["accepted"] for phase in phases.values()) for label, phases in report["valid_rates"].items()
    }
    reads = {f"GET {each.template}" for each in operations(domain) if each.method == "GET"}
    assert {label for label, count in accepted.items() if count} >= reads, output


def driven(gateway: Process, domain: str, folder: Path) -> tuple[str, Any]:
    """What schemathesis printed, and its report."""
    config = folder / "schemathesis.toml"
    config.write_text(configuration(domain, gateway), encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(config), "run"]
    command += [f"{gateway.address('gateway')}/{domain}/openapi.json", "--max-examples", str(EXAMPLES)]
    command += ["--generation-deterministic", "--continue-on-failure", "--exclude-checks", LEFT_OUT]
    command += ["--report", "json", "--report-json-path", str(folder / "report.json")]
    for name, value in REST_CALLER.items():
        command += ["--header", f"{name}: {value}"]
    env = {**os.environ, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, timeout=300, check=False)
    output = done.stdout + done.stderr
    assert (folder / "report.json").exists(), output
    return output, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def sequences(gateway: Process) -> list[str]:
    """Ids of sequences that are open, for one operation each: what one ends, another needs."""
    url = f"{gateway.address('gateway')}/beskeder/v1/Sekvens"
    made = (httpx.post(url, json={}, headers=REST_CALLER, trust_env=False).json() for _ in range(3))
    return [str(one["sekvensIdentifier"]) for one in made]


def configuration(domain: str, gateway: Process) -> str:
    """Dictionaries, and where values are drawn from them rather than invented."""
    begun = midnight()
    days = [begun + timedelta(days=step) for step in (0, 0, 0, 1, 20)]
    lines = [
        dictionary("moments", [day.isoformat() for day in days]),
        dictionary("days", [day.date().isoformat() for day in days]),
        *(dictionary(name, list(codelist.values)) for name, codelist in loaded().codelists.items()),
    ]
    for number, operation in enumerate(operations(domain)):
        who = citizens(operation)
        lines.append(dictionary(f"citizens{number}", [citizen.number for citizen in who]))
        places = {f"header.{CITIZEN}": f"citizens{number}", f"path.{CITIZEN}": f"citizens{number}"}
        if "{sekvensIdentifier}" in operation.template:
            places["path.sekvensIdentifier"] = f"sequences{number}"
            lines.append(dictionary(f"sequences{number}", sequences(gateway)))
        for part in existing(operation):
            places[f"path.{part}"] = f"{part}{number}"
            lines.append(dictionary(f"{part}{number}", registered(who, NAMED[part])))
        places |= {f"body.{path}": name for path, name in bound(operation).items()}
        label = f"{operation.method} {operation.template}"
        lines += ["[[operations]]", f"include-name = {json.dumps(label)}", "[operations.parameters]"]
        lines += [drawn(place, name) for place, name in places.items()]
    return "\n".join(lines)


def existing(operation: ModernOperation) -> list[str]:
    """The path parts that name something registered before; the last part of a POST is a new id."""
    parts = [part[1:-1] for part in operation.template.split("/") if part[:1] == "{"]
    new = parts[-1:] if operation.method == "POST" and operation.template.endswith("}") else []
    return [part for part in parts if part in NAMED and part not in new]


def citizens(operation: ModernOperation) -> Sequence[Citizen]:
    """Somebody who has what the path names; where it names nothing, everybody who lives."""
    kinds = {NAMED[part] for part in existing(operation)}
    living = [citizen for citizen in CITIZENS if not citizen.dead]
    return [each for each in living if kinds <= {one.kind for one in each.registrations}][: 1 if kinds else None]


def registered(who: Sequence[Citizen], kind: str) -> list[str]:
    return [each.id for citizen in who for each in citizen.registrations if each.kind == kind]


def bound(operation: ModernOperation) -> dict[str, str]:
    """The dictionary of each property of the body that has a code list or is a day or a point in time."""
    formats = {"tidspunkt": "moments", "date": "days"}
    (area,) = [openapi for openapi in loaded().openapis.values() if operation in openapi.operations.values()]
    found = {path: formats.get(node.get("format", "")) for path, node in walk(area.document, operation.request)}
    return {path: name for path, name in {**found, **operation.codelists}.items() if name}


def dictionary(name: str, values: Sequence[str] | Sequence[int]) -> str:
    return f"[dictionaries.{name}]\nvalues = {json.dumps(values)}"


def drawn(place: str, name: str) -> str:
    """Bodies are invented here and there too; who and what a call is about is broken by the negative cases."""
    probability = 0.9 if place.startswith("body.") else 1.0
    return f'"{place}" = {{ dictionary = "{name}", probability = {probability} }}'
