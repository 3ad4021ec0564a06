"""A line per event, whole and escaped, and nothing in it of what a library filled in or an exception holds."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from overgang.shell import logs
from overgang.shell.logs import Json, Text, logging_to_stderr

CANARY = "0506912617"


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    yield
    logging.getLogger("overgang.calls").setLevel(logging.NOTSET)
    logging.getLogger().setLevel(logging.WARNING)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_when_how_bad_where_from_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr():
        logging.getLogger("overgang.shell.upstream").warning("%s: %s", "jobsearch", "upstream.timeout")
        logging.getLogger("overgang.shell.upstream").info("not told")
    (line,) = told(capsys)
    assert str(line.pop("time")).endswith("Z")
    assert line == {"level": "warning", "logger": "overgang.shell.upstream", "event": "jobsearch: upstream.timeout"}


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_is_one_line_whatever_is_in_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr(form):
        logging.getLogger("overgang").warning("a\r\nb\x1b[31m\u2028c %s", "d\ne")
    (line,) = capsys.readouterr().err.splitlines()
    assert not any(sign in line for sign in "\r\n\x1b\u2028")


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_a_library_filled_in_and_what_an_exception_holds_stay_out(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to_stderr(form):
        logging.getLogger("httpx").warning("HTTP Request: %s", f"http://x/{CANARY}")
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("some.server").exception("Exception in the application\n")
            logging.getLogger("overgang").exception("ours")
    err = capsys.readouterr().err
    assert CANARY not in err
    assert "HTTP Request: %s" in err
    assert "ValueError" in err
    assert "test_logs.py:" in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 3


def test_a_line_that_comes_again_and_again_is_written_once_in_a_while(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("overgang.shell.logs.time.monotonic", lambda: now[0])
    with logging_to_stderr():
        for _ in range(1000):
            logging.getLogger("overgang").warning("the same")
        logging.getLogger("overgang").warning("another")
        now[0] += logs.QUIET
        logging.getLogger("overgang").warning("the same")
    lines = told(capsys)
    assert [line["event"] for line in lines] == ["the same", "another", "the same"]
    assert lines[2]["left out"] == 999


def test_each_call_is_a_line_where_that_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    fields = {"face": "soap", "operation": "CreateAbsence", "ms": 1.5}
    for calls in (False, True):
        with logging_to_stderr(calls=calls):
            for _ in range(3):
                logging.getLogger("overgang.calls").info("call", extra={"fields": fields})
    lines = told(capsys)
    assert len(lines) == 3
    assert (lines[0]["event"], lines[0]["operation"], lines[0]["ms"]) == ("call", "CreateAbsence", 1.5)


def test_the_two_forms_are_formatters() -> None:
    record = logging.LogRecord("overgang", logging.WARNING, "f", 1, "event", (), None)
    assert json.loads(Json().format(record))["event"] == "event"
    assert Text().format(record).endswith("WARNING overgang event")


def test_what_asyncio_says_of_a_failed_task_holds_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr():
        logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: ValueError('{CANARY}')")
        logging.getLogger("asyncio").error(f"at {CANARY}")
    assert CANARY not in capsys.readouterr().err


def test_what_nothing_catches_and_what_can_not_be_formatted_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(CANARY)

    with logging_to_stderr():
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        try:
            fail()
        except ValueError as mistake:
            sys.excepthook(ValueError, mistake, mistake.__traceback__)
        logging.getLogger("overgang").warning("%d", CANARY)
    told = capsys.readouterr().err
    assert CANARY not in told
    assert "an exception that nothing caught" in told
    assert "Traceback" not in told
