import json
import logging

import pytest
from gateway_side import Modern, ask, gateway, replied

from modern_calls import ABOUT, FRAVAER, TILMELDING, fravaer, problem
from overgang.core.errors import UpstreamFault
from overgang.core.messages import RestReply

WRITE = {**ABOUT, "x-requestId": "r-1", "content-type": "application/json"}
ID = "0a3c6f52-6a1b-4b0e-8f7d-3d2c1b0a9f01"


def test_a_reply_is_passed_on_byte_for_byte() -> None:
    raw = b'{ "fravaer": [] , "later": 1.50}'
    app = gateway(Modern(RestReply(200, {"fravaer": [], "later": 1.5}, raw)))

    answer = ask(app, "GET", FRAVAER, headers=ABOUT)

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, raw, "application/json")


def test_a_reply_that_a_rule_changes_is_passed_on_as_changed_and_the_rule_cited() -> None:
    absences = {
        "fravaer": [
            {
                "fravaerIdentifier": ID,
                "fravaerType": 32,
                "startDato": "2026-01-05T00:00:00",
                "anmeldelsesDato": "2026-01-05T00:00:00",
                "yderligereInfo": [],
                "dfdgRegistreringstidspunkt": "2026-01-05T00:00:00",
            }
        ]
    }
    modern = Modern(replied(200, {"jobsoegningslogninger": [], "later": "æ"}), replied(200, absences))

    answer = ask(gateway(modern), "GET", "/jobsearch/v1/Joblog/Jobsoegning", headers=ABOUT)

    assert answer.json() == {"jobsoegningslogninger": [], "later": "æ", "joblogkrav": "Suspenderet"}
    assert answer.headers["overgang-regel"] == "fravaer.jobrettet-fritagelse"
    assert [request.path.template for request in modern.sent] == ["/jobsearch/v1/Joblog/Jobsoegning", FRAVAER]


def test_a_body_is_sent_on_byte_for_byte_where_no_rule_changes_it() -> None:
    raw = json.dumps(fravaer(), indent=3).encode()
    modern = Modern(replied(200, ID))

    answer = ask(gateway(modern), "POST", FRAVAER, headers=WRITE, content=raw)

    assert answer.status_code == 200
    assert modern.sent[0].raw == raw
    assert modern.sent[0].request_id == "r-1"


@pytest.mark.parametrize(("status", "number"), [(409, 4637), (404, 4404), (403, 4575)])
def test_a_refusal_that_the_contract_declares_is_passed_on_as_it_came(status: int, number: int) -> None:
    told = {"status": status, "errorCode": number, "title": "as it came", "extra": [1]}

    answer = ask(gateway(Modern(replied(status, told))), "POST", FRAVAER, headers=WRITE, content=json.dumps(fravaer()))

    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()) == (status, told)


def test_a_repeated_request_id_is_passed_on_as_412() -> None:
    app = gateway(Modern(replied(412, {"status": 412})))

    answer = ask(app, "POST", FRAVAER, headers=WRITE, content=json.dumps(fravaer()))

    assert (answer.status_code, answer.json()) == (412, {"status": 412})


@pytest.mark.parametrize("told", [{"errorCode": 9999, "detail": "1203852326"}, {"detail": "1203852326"}, None])
def test_a_refusal_outside_the_contract_is_not_passed_on(told: object) -> None:
    app = gateway(Modern(replied(409, told)))

    answer = ask(app, "POST", FRAVAER, headers=WRITE, content=json.dumps(fravaer()))

    assert answer.status_code == 502
    assert problem(answer)[1] == 1100
    assert "1203852326" not in answer.text


def test_a_reply_outside_the_contract_is_502_and_never_half_an_answer() -> None:
    app = gateway(Modern(replied(200, {"fravaer": "1203852326"})))

    answer = ask(app, "GET", FRAVAER, headers=ABOUT)

    assert problem(answer) == (502, 1100, "upstream.contract")
    assert "1203852326" not in answer.text


@pytest.mark.parametrize(("status", "key"), [(504, "upstream.timeout"), (502, "upstream.unavailable")])
def test_trouble_upstream_is_told_with_its_status_and_retry_after(status: int, key: str) -> None:
    app = gateway(Modern(UpstreamFault(1100, key, status=status, retry_after=7)))

    answer = ask(app, "GET", FRAVAER, headers=ABOUT)

    assert problem(answer) == (status, 1100, key)
    assert answer.headers["retry-after"] == "7"


def test_a_mistake_of_ours_is_500_and_says_nothing_of_the_call(caplog: pytest.LogCaptureFixture) -> None:
    app = gateway(Modern(RuntimeError("1203852326")))

    with caplog.at_level(logging.DEBUG):
        answer = ask(app, "GET", FRAVAER, headers=ABOUT)

    assert problem(answer) == (500, 1011, "gateway.internal")
    assert "RuntimeError at " in caplog.text
    assert "1203852326" not in caplog.text + answer.text


def test_a_rule_that_refuses_is_named_and_nothing_is_sent() -> None:
    modern = Modern()
    body = {"Klientkategori": 2, "Tilmeldingsdato": "2026-01-04T00:00:00", "Ledighedsgrad": 1}

    answer = ask(gateway(modern), "POST", f"{TILMELDING}/{ID}", headers=WRITE, content=json.dumps(body))

    assert problem(answer) == (400, 4338, "tilmelding.dato")
    assert answer.json()["element"] == "Tilmeldingsdato"
    assert modern.sent == []


def test_a_problem_of_the_body_as_a_whole_names_no_element() -> None:
    answer = ask(gateway(Modern()), "POST", FRAVAER, headers=WRITE, content="[]")

    assert (answer.status_code, answer.json()["errorCode"]) == (400, 1014)
    assert "element" not in answer.json()


def test_a_rule_that_is_switched_off_for_a_caller_does_not_refuse_its_call() -> None:
    modern = Modern(replied(200, ID))
    body = {"Klientkategori": 2, "Tilmeldingsdato": "2026-01-04T00:00:00", "Ledighedsgrad": 1}
    app = gateway(modern, switched_off={"8/10101": frozenset({"tilmelding.dato"})})

    answer = ask(app, "POST", f"{TILMELDING}/{ID}", headers=WRITE, content=json.dumps(body))

    assert answer.status_code == 200
    assert len(modern.sent) == 1
