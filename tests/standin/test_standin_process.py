"""python -m overgang.standin as a process of its own, for zeep and for whoever else calls it; and without spyne."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from standin_side import ROOT, citizen, code, sample
from zeep.transports import Transport

from overgang.standin import StandinUnavailable, available, create_app
from overgang.standin.__main__ import main

WHO = citizen("uden ydelse")
ASYLUM = "/PjakTassWCFtService/1/AsylumService.svc"
XML = {"Content-Type": "text/xml; charset=utf-8"}
_CLIENT: Any = zeep.Client  # zeep has no annotations
_TRANSPORT: Any = Transport


@contextmanager
def standin(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address it prints; killed in the end where it still runs."""
    command = (sys.executable, "-m", "overgang.standin", *arguments)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("standin") / "reference.sqlite"
    with standin("--data", str(data), "--on", "2024-12-09") as (_, address):
        yield address


def headers() -> dict[str, object]:
    """Both header blocks, as values."""
    return {
        "ActiveOrganisationHeader": {"OrganisationTypeIdentifier": 8, "OrganisationCode": "10101"},
        "RequestUserMetadataHeader": {
            "RequestUserStructure": {
                "UserFullName": "Åse Testesen",
                "RequestUserTypeIdentifier": code(2),
                "UserIdentifier": "CVR:12345678-FID:1234567890123",
            },
            "RequestOrganisationStructure": {"OrganisationTypeIdentifier": code(8), "OrganisationCode": "10101"},
            "RegistrationDateTime": datetime.now(UTC),
        },
    }


@contextmanager
def client(address: str, service: str, version: int) -> Iterator[Any]:
    """A zeep service; the frozen contract names another address."""
    url = f"{address}/PjakTassWCFtService/{version}/{service}.svc"
    transport = _TRANSPORT(timeout=30, operation_timeout=30)
    transport.session.trust_env = False
    made = _CLIENT(f"{url}?wsdl", settings=zeep.Settings(strict=True), transport=transport)
    (binding,) = made.wsdl.bindings
    yield made.create_service(binding, url)
    transport.session.close()


def test_zeep_registers_and_reads_with_nothing_but_the_served_contract(address: str) -> None:
    day = datetime(2024, 12, 16, tzinfo=UTC)
    absence = {
        "PersonCivilRegistrationIdentifier": WHO,
        "AbsenceTypeIdentifier": code(10),
        "StartDate": day,
        "AbsenceComment": "æøå <&>",
        "NotificationDate": day,
    }
    with client(address, "AbsenceRegistrationService", 7) as service:
        made = service.CreateAbsence(Absence=absence, _soapheaders=headers())
    flags = ("TemporaryAddress", "Unemployment", "ContactGroup", "PersonCategory", "Absence", "Illness")
    asked = {f"{flag}History": flag == "Absence" for flag in flags}
    with client(address, "PersonHistoryService", 1) as service:
        read = service.GetPersonHistory(
            PersonHistoryRequest={"PersonCivilRegistrationIdentifier": WHO, "RequestHistoryType": asked},
            _soapheaders=headers(),
        )

    (shown,) = read.AbsenceHistory.Absence
    assert (shown.AbsenceIdentifier, shown.AbsenceComment) == (made.MessageIdentifier, "æøå <&>")
    assert shown.StartDate == day
    assert made.EventDate.date().isoformat() == "2024-12-09"


def test_zeep_gets_a_refusal_as_a_fault_with_its_number(address: str) -> None:
    with client(address, "AsylumService", 1) as service, pytest.raises(zeep.exceptions.Fault) as fault:
        service.GetAsylumData(PersonCivilRegistrationIdentifier="0000000000", _soapheaders=headers())

    assert fault.value.message == "Unknown cpr"
    assert fault.value.detail.findtext(".//{*}ErrorCode") == "1010"


def test_a_connection_is_closed_without_an_answer_and_the_next_is_answered(address: str) -> None:
    body = sample("AsylumService", "GetAsylumData", citizen("asylsag"))
    with httpx.Client(base_url=address, trust_env=False) as calls:
        calls.put("/deviations", json=["no-answer"])
        with pytest.raises(httpx.RemoteProtocolError):
            calls.post(ASYLUM, content=body, headers=XML)
        calls.put("/deviations", json=[])
        assert calls.post(ASYLUM, content=body, headers=XML).status_code == 200


def test_slow_is_late_without_holding_up_others(address: str) -> None:
    body = sample("AsylumService", "GetAsylumData", citizen("asylsag"))
    with httpx.Client(base_url=address, trust_env=False) as calls:
        calls.put("/deviations", json=["slow:GetAsylumData"])
        start = time.monotonic()
        assert calls.post(ASYLUM, content=body, headers=XML).status_code == 200
        assert time.monotonic() - start >= 0.3
        calls.put("/deviations", json=[])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_listens_on_loopback_only_and_ends_well_on_either_signal(how: signal.Signals, tmp_path: Path) -> None:
    data = tmp_path / "reference.sqlite"
    with standin("--data", str(data)) as (process, address):
        url = httpx.URL(address)
        assert (url.host, httpx.get(f"{address}/deviations", trust_env=False).json()) == ("127.0.0.1", [])
        process.send_signal(how)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (0, "", "")
    with sqlite3.connect(data) as connection:
        assert connection.execute("SELECT count(*) FROM citizen").fetchone()[0] > 10


def test_a_deviation_that_there_is_not_stops_the_start() -> None:
    with standin("--deviate", "slwo") as (process, address):
        _, err = process.communicate(timeout=30)

    assert (process.returncode, address) == (2, "")
    assert err == "overgang.standin: there is no deviation 'slwo'; did you mean 'slow'?\n"


@pytest.fixture
def without_spyne(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Python 3.12, or where the extra is not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "spyne" or "overgang.standin." in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "spyne", None)


@pytest.mark.usefixtures("without_spyne")
def test_without_spyne_it_is_said_what_is_needed() -> None:
    reason = available()

    assert reason is not None
    assert "pip install 'overgang[standin]'" in reason
    assert "Python 3.11 only" in reason
    assert "\n" not in reason
    with pytest.raises(StandinUnavailable, match="needs spyne"):
        create_app(None, ROOT / "wsdl", ROOT / "config" / "codelists")


@pytest.mark.usefixtures("without_spyne")
def test_without_spyne_the_command_says_so_in_one_line_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["overgang.standin"])

    assert main() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("overgang.standin: the embedded old side needs spyne")
    assert said.err.count("\n") == 1
