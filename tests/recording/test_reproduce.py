"""core/compare/reproduce: the command sends the very bytes, the case can be read, nothing breaks out of its quotes."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from planted import KEY, ROOT, XML, loaded

from overgang.core.compare import reproduce
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Mode, Reply, Verdict
from overgang.core.errors import CallerFault
from overgang.shell.casebook import Casebook
from overgang.shell.loading import load
from overgang.wire import cases
from overgang.wire.envelope import Version, wrap
from overgang.wire.masking import Masker
from overgang.wire.soap_fault import fault_bytes

SERVICE = "AbsenceRegistrationService/7"
MASKER = Masker(loaded()[SERVICE], KEY)
SAMPLE = (ROOT / "tests/contract/samples/AbsenceRegistrationService.CreateAbsence.xml").read_bytes()
RECEIPT = (
    '<CreateAbsenceResponse xmlns="http://service.bm.dk/AbsenceRegistrationService/2020/09/01/"><ServiceReceipt>'
    "<EventDate>2024-12-09T10:15:30+01:00</EventDate>"
    "<MessageIdentifier>1ee9761b-742e-4a3e-98f1-df5b8538b4b5</MessageIdentifier></ServiceReceipt></CreateAbsenceResponse>"
)
FOUND = Difference(
    Kind.CHANGED, "ServiceReceipt/EventDate", "ServiceReceipt/EventDate", "1", "2", "dateTime", "instant"
)


def compared(old: bytes = b"", request: bytes = SAMPLE, action: str = '"urn:a"') -> Compared:
    replies = MASKER.reply(Reply(200, XML, old)), Reply(0, "", b"", "timeout")
    kept = Kept(MASKER.envelope(request, XML), XML, action, *replies)
    at = datetime(2024, 12, 9, 23, 30, tzinfo=UTC)  # the tenth in Denmark
    return Compared(
        "42",
        at,
        "fravaer",
        SERVICE,
        "CreateAbsence",
        "8/10101",
        Mode.COMPARE_OLD,
        Verdict.DIFFERENT,
        (Judged(FOUND),),
        kept=kept,
    )


def run(command: str, folder: Path) -> tuple[list[str], bytes]:
    """The arguments and the input that curl gets."""
    fake = folder / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$FOLDER/args"\ncat > "$FOLDER/input"\n')
    fake.chmod(0o700)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "FOLDER": str(folder)}
    subprocess.run(["/bin/sh", "-c", command], env=environment, check=True, timeout=20, cwd=folder)
    return (folder / "args").read_text().splitlines(), (folder / "input").read_bytes()


def test_the_command_sends_the_kept_bytes_with_their_headers(tmp_path: Path) -> None:
    one = compared()
    assert one.kept
    arguments, body = run(reproduce.curl(one, "http://127.0.0.1:8080/x.svc"), tmp_path)
    assert arguments == [
        *("-sS", "http://127.0.0.1:8080/x.svc"),
        *("-H", f"Content-Type: {XML}", "-H", 'SOAPAction: "urn:a"', "--data-binary", "@-"),
    ]
    assert body == one.kept.request + b"\n"


@pytest.mark.parametrize(
    "evil", ["'; touch broken; '", "$(touch broken)", "`touch broken`", "\nEND\ntouch broken\n", "\\'"]
)
def test_nothing_in_a_call_breaks_out_of_the_command(tmp_path: Path, evil: str) -> None:
    one = compared(action=evil)
    assert one.kept
    evil_one = replace(one, kept=replace(one.kept, request=evil.encode()))
    _, body = run(reproduce.curl(evil_one, f"http://127.0.0.1/{evil}"), tmp_path)
    assert body == f"{evil}\n".encode()
    assert not (tmp_path / "broken").exists()


def test_a_case_can_be_read_and_says_where_it_comes_from() -> None:
    made = cases.parse(reproduce.case(compared(wrap(Version.SOAP11, RECEIPT))), "fravaer/difference")
    assert made.day.isoformat() == "2024-12-10"
    assert (made.service, made.version, made.caller) == ("AbsenceRegistrationService", 7, (8, "10101"))
    assert made.seen == "comparison of 2024-12-10, masked (42)"
    assert made.title == (
        "CreateAbsence differs in ServiceReceipt/EventDate. What was asked of the modern side is not kept."
    )
    assert made.registered == "2024-12-09T10:15:30.1234567+01:00"
    assert etree.fromstring(made.soap_in).tag.endswith("}CreateAbsenceRequest")
    assert etree.fromstring(made.soap_out).tag.endswith("}CreateAbsenceResponse")


def test_a_case_can_be_played_and_shows_the_modern_calls() -> None:
    book = Casebook(load(ROOT / "wsdl", ROOT / "config" / "codelists"))
    played = book.play(cases.parse(reproduce.case(compared(wrap(Version.SOAP11, RECEIPT))), "fravaer/difference"))
    assert not played.holds
    assert any(block == "rest out" and text.startswith("POST /") for block, text in played.transcript)


@pytest.mark.parametrize("version", list(Version))
def test_a_fault_is_expected_as_a_case_writes_it(version: Version) -> None:
    status, body = fault_bytes(version, CallerFault(1010, "citizen.unknown"))
    assert status in (400, 500)
    made = cases.parse(reproduce.case(compared(body)), "fravaer/difference")
    assert made.soap_out == "Fault Client 1010\nUnknown cpr [citizen.unknown]"


@pytest.mark.parametrize("old", [b"", b"<html>", wrap(Version.SOAP11, "")])
def test_an_old_side_without_an_answer_is_told(old: bytes) -> None:
    made = cases.parse(reproduce.case(compared(old)), "fravaer/difference")
    assert made.soap_out == "(the old side gave no SOAP answer: 200)"
    book = Casebook(load(ROOT / "wsdl", ROOT / "config" / "codelists"))
    assert not book.play(made).holds


@pytest.mark.parametrize(
    ("envelope", "content"),
    [
        (
            f'<Envelope xmlns="{Version.SOAP11.namespace}"><Body><a xmlns="urn:a">1</a></Body></Envelope>',
            '<a xmlns="urn:a">1</a>',
        ),
        (
            f'<s:Envelope xmlns:s="{Version.SOAP12.namespace}" xmlns:x="urn:x"><s:Header><x:h/></s:Header>'
            '<s:Body xmlns:y="urn:y" xmlns:z="urn:z"><x:a b="y:c"/></s:Body></s:Envelope>',
            '<x:a xmlns:x="urn:x" xmlns:y="urn:y" b="y:c"/>',
        ),
        (
            f'<s:Envelope xmlns:s="{Version.SOAP11.namespace}" xmlns="urn:d">'
            "<s:Body>\n<a><b/></a>\n</s:Body></s:Envelope>",
            '<a xmlns="urn:d"><b/></a>',
        ),
    ],
)
def test_the_body_takes_the_namespaces_along_that_it_inherits(envelope: str, content: str) -> None:
    one = compared()
    assert one.kept
    made = reproduce.case(replace(one, kept=replace(one.kept, request=envelope.encode())))
    assert cases.parse(made, "x/y").soap_in == content


def test_nothing_kept_is_nothing_to_reproduce() -> None:
    for make in (reproduce.case, lambda one: reproduce.curl(one, "http://x")):
        with pytest.raises(ValueError, match="nothing is kept"):
            make(replace(compared(), kept=None))


def test_several_places_are_told_in_short() -> None:
    judged = tuple(Judged(replace(FOUND, place=place)) for place in "ABACDE")
    assert reproduce.case(replace(compared(), judged=judged)).startswith(
        "CreateAbsence differs in A, B, C and 2 more. "
    )
    assert reproduce.case(replace(compared(), judged=())).startswith("CreateAbsence differs in nothing. ")
