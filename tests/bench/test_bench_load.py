"""What wrk prints is read right, and a failed call is never a figure."""

import re
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from lxml import etree

from bench import install, load, subjects
from overgang.wire import contract

PRINTED = """\
Running 5s test @ http://127.0.0.1:1/
  1 threads and 16 connections
Requests/sec:   2000.00
MEASURED {"calls": 10000, "seconds": 5.0, "p50_us": 6125, "p99_us": 13099, "status": 0, "connect": 0, "read": 0, "write": 0, "timeout": 0}
"""  # noqa: E501


def test_the_figures_are_those_of_the_marked_line() -> None:
    found = load.parse(PRINTED)
    assert found == load.Load(calls=10000, seconds=5.0, p50_us=6125, p99_us=13099)
    assert found.rate == 2000


@pytest.mark.parametrize("kind", load.FAILURES)
def test_one_failed_call_fails_the_measurement(kind: str) -> None:
    with pytest.raises(load.BenchError, match=f"1 by {kind}"):
        load.parse(PRINTED.replace(f'"{kind}": 0', f'"{kind}": 1'))


def test_no_answered_call_fails_the_measurement() -> None:
    with pytest.raises(load.BenchError, match="no call"):
        load.parse(PRINTED.replace('"calls": 10000', '"calls": 0'))


def test_output_without_figures_fails_the_measurement() -> None:
    with pytest.raises(load.BenchError, match="no figures"):
        load.parse("unable to connect to 127.0.0.1:1 Connection refused\n")


@pytest.mark.parametrize(
    ("call", "wsdl"),
    [
        (subjects.CREATE_ABSENCE, "AbsenceRegistrationService/7/AbsenceRegistrationService.wsdl"),
        (subjects.GET_PROFESSIONS, "UnemploymentEnrollmentService/8/UnemploymentEnrollmentService.wsdl"),
    ],
    ids=["CreateAbsence", "GetProfessionCollection"],
)
def test_the_call_that_is_measured_is_valid_under_its_contract(call: load.Call, wsdl: str) -> None:
    loaded = contract.load(install.ROOT / "wsdl" / wsdl)
    header, body = etree.fromstring(load.sample(call))
    assert [loaded.problems(part) for part in (*header, *body)] == [[], [], []]
    operation = loaded.operation_of(str(body[0].tag))
    assert operation is not None
    assert operation.soap_action == call.action


def test_all_marks_of_a_template_are_known() -> None:
    for template in subjects.CALLS.glob("*.xml"):
        assert set(re.findall(r"{\w*}", template.read_text(encoding="utf-8"))) <= {"{clock}", "{number}", "{day}"}


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_an_unreachable_address_is_an_error_and_not_a_figure() -> None:
    with socket.socket() as bound:  # bound, never listening: connections to it are refused
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        with pytest.raises(load.BenchError):
            load.run(url, subjects.CREATE_ABSENCE, seconds=1, connections=1, first=0)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_each_call_differs_from_all_others() -> None:
    seen: list[bytes] = []

    class Keep(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keep) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        counted = load.run(url, subjects.CREATE_ABSENCE, seconds=1, connections=1, first=41).calls
        server.shutdown()
    assert len(seen) >= counted > 1
    assert len(set(seen)) == len(seen)
    assert all(b"{" not in body for body in seen)
