"""The trial as `make run` starts it: what it prints works as printed, and it ends well."""

import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from running import SECONDS, Process, citizen, demo, lines, overgang

COMMAND = re.compile(r"^curl .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def printed(process: Process) -> tuple[str, str, str]:
    """The SOAP call, the REST call and that for the messages, as they stand in standard output."""
    soap_call, rest_call, messages_call = COMMAND.findall(process.stdout.replace("\n\nCtrl-C stops.", "\n\n"))
    return soap_call, rest_call, messages_call


def paste(command: str) -> tuple[int, str]:
    """HTTP status and body of a pasted command, which is run word for word."""
    with_status = f"curl() {{ command curl -w '\\n%{{http_code}}' \"$@\"; }}\n{command}\n"
    done = subprocess.run(["bash", "-c", with_status], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def receipt_of(body: str) -> str | None:
    return etree.fromstring(body.encode()).findtext(".//{*}MessageIdentifier")


def counts(process: Process) -> Any:
    answer = httpx.get(f"{process.address('modern side')}/reference/registrations", trust_env=False)
    return answer.json()["counts"]


def test_the_printed_calls_work_word_for_word_and_a_second_paste_changes_nothing(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        soap_call, rest_call, messages_call = printed(process)
        before = counts(process)

        first, second = paste(soap_call), paste(soap_call)
        status, body = paste(rest_call)

        assert (first[0], second[0]) == (200, 200)
        fravaer_id = receipt_of(first[1])
        assert fravaer_id is not None
        assert receipt_of(second[1]) == fravaer_id
        assert counts(process) == {**before, "fravaer": before.get("fravaer", 0) + 1}
        assert status == 200
        assert [each["fravaerIdentifier"] for each in json.loads(body)["fravaer"]] == [fravaer_id]
        assert citizen("dagpengemodtager") in rest_call
        end = time.monotonic() + SECONDS
        while not (told := json.loads(paste(messages_call)[1])["beskeder"]):
            assert time.monotonic() < end
        assert [(one["entitetNavn"], one["eksternIdentifier"]) for one in told] == [("Fravaer", fravaer_id)]

        assert process.stop(signal.SIGINT) == 0
        assert process.stderr == ""
        assert "Traceback" not in process.stdout


def test_a_terminated_trial_ends_well_and_leaves_no_folder_behind(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        (folder,) = re.findall(r"^data +(\S+)$", process.stdout, re.MULTILINE)
        assert Path(folder).is_dir()

        assert process.stop(signal.SIGTERM) == 0
        assert process.stderr == ""
        assert not Path(folder).exists()


@pytest.mark.parametrize("option", ["--port", "--admin-port"])
def test_a_taken_port_is_told_in_one_line(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ["--port", "0", "--admin-port", "0", option, str(port)]
        with overgang(tmp_path, "demo", *arguments) as process:
            assert process.popen.wait(SECONDS) == 2
            (line,) = lines(process.stderr)
            assert line == f"overgang: can't listen on 127.0.0.1:{port}: Address already in use"
            assert process.stdout == ""


def test_a_folder_that_can_not_hold_the_data_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "reference.sqlite").write_text("no database", encoding="utf-8")
    for folder, start in (("file/below", "can't make the folder"), ("foreign", "can't use")):
        arguments = ["demo", "--port", "0", "--admin-port", "0", "--data-dir", str(tmp_path / folder)]
        with overgang(tmp_path / "out", *arguments) as process:
            assert process.popen.wait(SECONDS) == 2
            (line,) = lines(process.stderr)
            assert line.startswith(f"overgang: {start} {tmp_path / folder}")


def test_the_trial_can_stand_on_another_day(tmp_path: Path) -> None:
    with demo(tmp_path, "--on", "2024-12-10") as process:
        soap_call, rest_call, _ = printed(process)

        assert "<n5:StartDate>2024-12-10T" in re.sub(r"<\w+:StartDate>", "<n5:StartDate>", soap_call)
        assert paste(soap_call)[0] == 200
        status, body = paste(rest_call)

        assert status == 200
        (absence,) = json.loads(body)["fravaer"]
        assert absence["startDato"].startswith("2024-12-10T")
        assert absence["dfdgRegistreringstidspunkt"].startswith("2024-12-10T")


def test_a_data_folder_keeps_what_was_registered_and_the_ids_of_repeats(tmp_path: Path) -> None:
    data = tmp_path / "data" / "below"
    with demo(tmp_path / "first", "--data-dir", str(data)) as process:
        soap_call, _, _ = printed(process)
        address = process.address("gateway")
        status, body = paste(soap_call)
        assert status == 200
        assert process.stop() == 0

    with demo(tmp_path / "second", "--data-dir", str(data)) as process:
        _, rest_call, _ = printed(process)
        status, shown = paste(rest_call)
        assert [each["fravaerIdentifier"] for each in json.loads(shown)["fravaer"]] == [receipt_of(body)]

        again = paste(soap_call.replace(address, process.address("gateway")))
        assert (again[0], receipt_of(again[1])) == (200, receipt_of(body))
        assert process.stop() == 0
        assert process.stderr == ""
    assert (data / "identity.key").stat().st_mode & 0o777 == 0o600
