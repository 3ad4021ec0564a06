"""npm's soap over real HTTP: a client from another ecosystem that knows nothing but the addresses of the WSDLs."""

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from answer_schema import check_answer
from modern_calls import FRAVAER, REST_CALLER, TILMELDING
from old_calls import ENVELOPE
from overgang.core.values import COPENHAGEN
from running import SECONDS, Process, citizen

HERE = Path(__file__).parent
CITIZEN = citizen("sygedagpenge fra ledighed")


@pytest.fixture(scope="module")
def told(trial: Process) -> dict[str, Any]:
    """What the client reports of its calls."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "soap").is_dir():
        pytest.skip("node or the client's modules are not installed: scripts/setup-npm")
    today = datetime.now(COPENHAGEN).date().isoformat()
    command = [node, str(HERE / "client.mjs"), trial.address("gateway"), today, CITIZEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wsdl(trial: Process, service: str, version: int) -> bytes:
    return httpx.get(f"{trial.address('gateway')}/PjakTassWCF/{version}/{service}.svc?wsdl", trust_env=False).content


def seen(trial: Process, path: str) -> Any:
    headers = {**REST_CALLER, "x-civilRegistrationIdentifier": CITIZEN}
    return httpx.get(f"{trial.address('gateway')}{path}", headers=headers, trust_env=False).json()


def test_npm_soap_registers_an_absence_that_the_rest_face_shows(trial: Process, told: dict[str, Any]) -> None:
    registered = {each["fravaerIdentifier"]: each for each in seen(trial, FRAVAER)["fravaer"]}

    shown = registered[told["absence"]["MessageIdentifier"]]
    assert shown["fravaersKommentar"] == "Ærligt & <kort>"
    check_answer(wsdl(trial, "AbsenceRegistrationService", 7), told["absenceAnswer"].encode())


def test_npm_soap_registers_an_enrolment_with_professions(trial: Process, told: dict[str, Any]) -> None:
    registered = [each["tilmeldingId"] for each in seen(trial, TILMELDING)["tilmeldinger"]]

    assert told["enrollment"]["CreatedItemIdentifier"] in registered
    assert [each["MonthsOfExperience"] for each in told["professions"]] == [0, 12]
    assert [each["HasEducation"] for each in told["professions"]] == [True, False]
    check_answer(wsdl(trial, "UnemploymentEnrollmentService", 8), told["enrollmentAnswer"].encode())


def test_npm_soap_reads_a_typed_fault(told: dict[str, Any]) -> None:
    assert told["fault"]["code"].endswith(":Client")
    assert told["fault"]["details"]["ErrorCode"] in (4404, "4404")
    assert told["fault"]["details"]["Message"].startswith("The person with specified cpr does not exist")


def test_npm_soap_is_answered_in_1_2_when_it_speaks_1_2(trial: Process, told: dict[str, Any]) -> None:
    answer = told["newer"].encode()

    assert etree.fromstring(answer).tag == f"{{{ENVELOPE['1.2']}}}Envelope"
    check_answer(wsdl(trial, "UnemploymentEnrollmentService", 8), answer)
