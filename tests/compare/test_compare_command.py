"""`overgang compare`: two files in, differences out, an exit code that a pipeline can use."""

import argparse
from pathlib import Path

import pytest
from compared_contracts import ROOT, write

from overgang.cli.compare import arguments, compare
from overgang.shell.config import ConfigError
from overgang.wire.comparing.stored import pair, stored

STATUS = "http://service.bm.dk/PersonStatusService/2024/06/01/"
CODES = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"
GUID = "00000001-0000-4000-8000-00000000000a"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def namespace() -> str:
    """That of the answers of PersonStatusService."""
    from overgang.wire.contract import load
    from overgang.wire.contract.names import split

    output = load(ROOT / "wsdl/PersonStatusService/20/PersonStatusService.wsdl").operations["GetVariablePersonStatus"]
    assert output.output is not None
    assert output.output.body is not None
    return split(output.output.body.qname)[0]


def status(category: int, start: str) -> str:
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><GetVariablePersonStatusResponse xmlns="{namespace()}">'
        f"<PersonCategoryInfo><PersonCategory><MessageIdentifier>{GUID}</MessageIdentifier>"
        f'<PersonCategoryTypeIdentifier><CodeListItemIdentifier xmlns="{CODES}">{category}</CodeListItemIdentifier>'
        f"</PersonCategoryTypeIdentifier><StartDate>{start}</StartDate></PersonCategory></PersonCategoryInfo>"
        "</GetVariablePersonStatusResponse></s:Body></s:Envelope>"
    )


def http(body: str, status_line: str = "HTTP/1.1 200 OK", kind: str = "text/xml; charset=utf-8") -> str:
    return f"{status_line}\r\nServer: x\r\ncontent-type:  {kind}\r\n\r\n{body}"


FAULT = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>'
OLD = status(3, "2024-05-01T00:00:00+02:00")
SAME = status(3, "2024-04-30T22:00:00Z")
SHOWN_AS_2 = status(2, "2025-01-01T00:00:00+01:00")


def run(folder: Path, old: str | bytes, new: str | bytes, *more: str) -> int:
    paths = []
    for name, content in (("old", old), ("new", new)):
        path = folder / f"{name}.xml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(str(path))
    parser = argparse.ArgumentParser()
    arguments(parser)
    return compare(parser.parse_args([*paths, *more]))


def test_equal_answers_end_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, OLD, SAME) == 0
    assert capsys.readouterr().out == "PersonStatusService/20/GetVariablePersonStatus: equal\n"


def test_a_difference_is_told_with_place_kind_cause_and_values_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, OLD, status(7, "2024-05-01T00:00:00+02:00"), "--on", "2025-01-01") == 1
    assert capsys.readouterr().out == (
        "PersonStatusService/20/GetVariablePersonStatus: 1 difference, 0 expected, 1 unexplained\n"
        "\n"
        "PersonCategoryInfo/PersonCategory[1]/PersonCategoryTypeIdentifier/CodeListItemIdentifier (xs:int)\n"
        "  changed, code: another value of a code list, an enumeration, or another fault code\n"
        "  old  '3'\n"
        "  new  '7'\n"
    )


def test_what_the_register_expects_is_told_as_expected_and_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, OLD, SHOWN_AS_2, "--on", "2025-01-01") == 0
    out = capsys.readouterr().out
    assert ": 2 differences, 2 expected, 0 unexplained\n" in out
    assert out.count("  expected: visitation.kategori3-laesning\n") == 2
    assert run(tmp_path, OLD, SHOWN_AS_2, "--on", "2024-12-31") == 1


def test_another_register_may_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "expected.toml"
    file.write_text("", encoding="utf-8")
    assert run(tmp_path, OLD, SHOWN_AS_2, "--on", "2025-01-01", "--expected", str(file)) == 1
    file.write_text("[[expected]]", encoding="utf-8")
    with pytest.raises(ConfigError, match="since is missing"):
        run(tmp_path, OLD, SHOWN_AS_2, "--expected", str(file))


def test_stored_http_answers_are_compared_with_their_status_and_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, http(OLD), http(SAME)) == 0
    assert run(tmp_path, http(OLD), SAME) == 0
    assert run(tmp_path, OLD, http(SAME, "HTTP/1.1 202 Accepted")) == 0
    assert run(tmp_path, http(OLD), http(SAME, "HTTP/2 202")) == 1
    assert "/HTTP/status\n  status, status: another HTTP status\n  old  '200'\n" in capsys.readouterr().out


def test_a_file_without_an_answer_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, OLD, http("<html>", kind="text/html")) == 1
    assert "unreadable, html: an HTML page\n" in capsys.readouterr().out
    assert run(tmp_path, "", OLD) == 1
    assert run(tmp_path, "HTTP/1.1 204 No Content\r\n", OLD) == 1


def test_a_fault_must_be_told_what_was_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="say --service and --operation"):
        run(tmp_path, FAULT, FAULT)
    with pytest.raises(ConfigError, match="say --service and --operation"):
        run(tmp_path, "<a/>", "")
    assert run(tmp_path, FAULT, FAULT, "--operation", "GetVariablePersonStatus") == 0
    assert run(tmp_path, FAULT, FAULT, "--service", "AbsenceRegistrationService/7", "--operation", "CreateAbsence") == 0
    assert run(tmp_path, OLD, FAULT) == 1
    assert "\n/Fault\n  fault, fault-only-new:" in capsys.readouterr().out


def test_a_name_that_two_services_have_must_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"could be any of .*IllnessCompositeService/5/CreateIllness.*: say --service"
    ):
        run(tmp_path, FAULT, FAULT, "--operation", "CreateIllness")


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no operation GetNothing in "):
        run(tmp_path, OLD, OLD, "--operation", "GetNothing")
    with pytest.raises(ConfigError, match="no service Nothing/1; there are AbsenceActiveStatusService/9, "):
        run(tmp_path, OLD, OLD, "--service", "Nothing/1")
    with pytest.raises(ConfigError, match="no file "):
        run(tmp_path, OLD, OLD, "--wsdl", str(tmp_path / "no.wsdl"))
    parser = argparse.ArgumentParser()
    arguments(parser)
    with pytest.raises(ConfigError, match="No such file"):
        compare(parser.parse_args([str(tmp_path / "no"), str(tmp_path / "no")]))


def test_any_wsdl_will_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wsdl = write(tmp_path)
    texts = [
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><Answer xmlns="urn:t"><Flags>{flags}</Flags></Answer></s:Body>'
        "</s:Envelope>"
        for flags in ("1 2", "2 1")
    ]
    assert run(tmp_path, *texts, "--wsdl", str(wsdl)) == 1
    assert capsys.readouterr().out.splitlines()[2:4] == [
        "Flags",
        "  changed, order: the same elements or items in another order",
    ]


def test_the_usual_register_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wsdl").symlink_to(ROOT / "wsdl")
    (tmp_path / "config" / "codelists").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, OLD, SHOWN_AS_2, "--on", "2025-01-01") == 1


def test_a_value_that_is_not_there_is_a_dash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = OLD.replace("<StartDate>2024-05-01T00:00:00+02:00</StartDate>", "")
    assert run(tmp_path, OLD, gone) == 1
    assert "  new  -\n" in capsys.readouterr().out


def test_a_stored_answer_keeps_its_body_byte_for_byte() -> None:
    body = b"\r\n\r\n<a/>\xff"
    found = stored(b"HTTP/1.1 500 Internal Server Error\nContent-Type: text/xml\n\n" + body)
    assert (found.reply.status, found.reply.content_type, found.reply.body) == (500, "text/xml", body)
    assert stored(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n").reply.content_type == ""
    assert stored(body).reply.body == body


def test_a_file_without_status_takes_the_others() -> None:
    old, new = pair(b"<a/>", b"HTTP/1.1 500 x\r\nContent-Type: text/html\r\n\r\n<b/>")
    assert (old.status, old.content_type, old.body) == (500, "text/html", b"<a/>")
    assert new.body == b"<b/>"
