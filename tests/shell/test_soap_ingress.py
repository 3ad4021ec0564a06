import asyncio
import logging

import pytest
from gateway_side import DAY, Modern, ask, gateway, loaded, replied

from old_calls import ABSENCE, ENROLLMENT, HEADER, MEDIA, Said, absence, professions, said, wrapped
from overgang.core.errors import UpstreamFault
from overgang.shell.app import Gateway
from overgang.shell.clock import at
from overgang.shell.driver import Driver
from overgang.shell.soap_ingress import Post, SoapFace, bridged
from overgang.wire.contract import ContractError
from overgang.wire.guard import Limits

UPDATE = absence().replace("CreateAbsenceRequest", "UpdateAbsenceRequest")
MADE = replied(200, "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01")


def post(app: Gateway, path: str, body: str, header: str = HEADER, version: str = "1.1") -> Said:
    return said(
        ask(app, "POST", path, content=wrapped(body, header, version), headers={"content-type": MEDIA[version]})
    )


def ids(key: bytes, body: str, header: str = HEADER) -> tuple[object, object]:
    """The ids that a call gives to what it registers and to its request."""
    modern = Modern(MADE)
    post(gateway(modern, key=key), ABSENCE, body, header)
    return modern.sent[0].json["fravaerIdentifier"], modern.sent[0].request_id


def test_the_same_call_has_the_same_ids_and_any_other_has_others() -> None:
    first = ids(b"k" * 32, absence())

    assert ids(b"k" * 32, absence()) == first
    for other in (
        ids(b"K" * 32, absence()),
        ids(b"k" * 32, absence(comment="")),
        ids(b"k" * 32, absence(), HEADER.replace("10:15:30.1234567", "10:15:30.1234568")),
        ids(b"k" * 32, absence(), HEADER.replace("Testesen", "Testensen")),
    ):
        assert other[0] != first[0]
        assert other[1] != first[1]


def test_a_layout_that_says_the_same_has_the_same_ids() -> None:
    assert ids(b"k" * 32, absence().replace("><", ">\n  <")) == ids(b"k" * 32, absence())


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_mistake_of_ours_is_a_server_fault_that_says_nothing_of_the_call(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = gateway(Modern(RuntimeError("1203852326")))

    with caplog.at_level(logging.DEBUG):
        answer = post(app, ENROLLMENT, professions(), version=version)

    code = {"1.1": "Server", "1.2": "Receiver"}[version]
    assert answer == Said(500, version, code, "1011", "gateway.internal")
    assert "RuntimeError at " in caplog.text
    assert "1203852326" not in caplog.text


@pytest.mark.parametrize(("version", "code"), [("1.1", "Server"), ("1.2", "Receiver")])
def test_trouble_upstream_is_a_server_fault_with_its_retry_after(version: str, code: str) -> None:
    app = gateway(Modern(UpstreamFault(1100, "upstream.timeout", status=504, retry_after=7)))

    answer = ask(
        app,
        "POST",
        ENROLLMENT,
        content=wrapped(professions(), version=version),
        headers={"content-type": MEDIA[version]},
    )

    assert said(answer) == Said(500, version, code, "1100", "upstream.timeout")
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("status", [413, 415])
@pytest.mark.parametrize(("version", "code"), [("1.1", "Client"), ("1.2", "Sender")])
def test_a_refusal_upstream_is_a_soap_fault_also_with_the_status_of_a_refused_body(
    version: str, code: str, status: int
) -> None:
    app = gateway(Modern(replied(status, {"errorCode": 1010})))

    answer = post(app, ENROLLMENT, professions(), version=version)

    assert (answer.version, answer.code, answer.number, answer.key) == (version, code, "1010", "upstream.1010")


def enrollment(day: str) -> str:
    return (
        '<UnemploymentEnrollmentRequest xmlns="http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/" '
        'xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"><UnemploymentEnrollment>'
        "<PersonCivilRegistrationIdentifier>0506912617</PersonCivilRegistrationIdentifier>"
        "<ClientCategoryTypeIdentifier><c:CodeListItemIdentifier>2</c:CodeListItemIdentifier>"
        f"</ClientCategoryTypeIdentifier><EnrollmentDate>{day}T00:00:00</EnrollmentDate>"
        "<CurrentUnemploymentStatusTypeIdentifier><c:CodeListItemIdentifier>1</c:CodeListItemIdentifier>"
        "</CurrentUnemploymentStatusTypeIdentifier></UnemploymentEnrollment></UnemploymentEnrollmentRequest>"
    )


def enrolled(switched_off: dict[str, frozenset[str]]) -> tuple[Said, list[str], Modern]:
    """An enrolment of yesterday: the answer, the rules it names, and what was sent."""
    modern = Modern(MADE)
    app = gateway(modern, switched_off=switched_off)
    content = wrapped(enrollment("2026-01-04"))
    answer = ask(app, "POST", ENROLLMENT, content=content, headers={"content-type": MEDIA["1.1"]})
    return said(answer), answer.headers.get_list("overgang-regel"), modern


def test_a_rule_that_was_applied_is_named_in_a_header() -> None:
    answer, rules, modern = enrolled({})

    assert answer.code == "UnemploymentEnrollmentResponse"
    assert rules[0] == "tilmelding.fortid"
    assert modern.sent[0].json["Haendelsesdato"].startswith("2026-01-04")


def test_a_rule_that_is_switched_off_for_a_caller_does_not_hold_for_it_alone() -> None:
    off = frozenset({"tilmelding.fortid"})

    answer, rules, modern = enrolled({"8/10101": off})
    assert (answer.number, rules, modern.sent) == ("4338", ["tilmelding.dato"], [])

    answer, rules, _ = enrolled({"8/10102": off, "2/10101": off})
    assert (answer.code, rules[0]) == ("UnemploymentEnrollmentResponse", "tilmelding.fortid")


def test_an_operation_that_no_area_bridges_is_a_server_fault() -> None:
    service = next(service for service in loaded().services if service.contract.name == "AbsenceRegistrationService")
    face = SoapFace(Driver({}, Modern()), loaded().codelists, Limits(), b"k" * 32, {})

    answer = asyncio.run(
        face.answer(Post(bridged(service.contract, 7, ()), wrapped(absence()).encode(), "text/xml", (), at(DAY)()))
    )

    assert answer.status == 500
    assert b"<ErrorCode>1100</ErrorCode>" in answer.body
    assert b"[operation.not-bridged]" in answer.body


def test_an_area_can_not_bridge_an_operation_that_a_contract_does_not_have() -> None:
    by_name = {service.contract.name: service for service in loaded().services}
    foreign = [b.area for b in by_name["UnemploymentEnrollmentService"].bridges.values() if b.area is not None]

    with pytest.raises(ContractError, match="there is no operation GetProfessionCollection"):
        bridged(by_name["AbsenceRegistrationService"].contract, 7, foreign)
