"""The joblog on the modern side."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from reference_side import JOBLOG, UNKNOWN, Side, fresh, jobsoegning

ID = "5b1c9a70-2e4d-4f6a-9b8c-0d1e2f3a4b5c"
MADE = "2024-12-10T12:00:00.000+01:00"
LATER = "2024-12-10T13:00:00.000+01:00"


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def made(side: Side, **changes: object) -> str:
    """Makes the entry, and answers its id."""
    reply = side.send("POST", JOBLOG, body=jobsoegning(jobsoegningslogningIdentifier=ID, **changes))
    assert reply.status_code == 200
    return str(reply.json())


def entry(side: Side) -> Any:
    return side.send("GET", f"{JOBLOG}/{ID}").json()["jobsoegningslogning"]


def test_an_entry_is_read_as_it_was_made(side: Side) -> None:
    assert made(side) == ID
    assert entry(side) == {
        "jobsoegningslogningIdentifier": ID,
        "oprettelsestidspunkt": MADE,
        "aendringstidspunkt": MADE,
        "joblogdokumenter": {},
        **jobsoegning(),
    }


def test_without_an_id_the_entry_gets_one(side: Side) -> None:
    new = side.send("POST", JOBLOG, body=jobsoegning()).json()
    assert side.send("GET", f"{JOBLOG}/{new}").status_code == 200


def test_an_id_is_used_once_by_whomever(side: Side) -> None:
    made(side)
    body = jobsoegning(jobsoegningslogningIdentifier=ID.upper())
    assert side.refusal("POST", JOBLOG, citizen="uden ydelse", body=body) == (409, 4977)


def test_the_joblog_in_short_has_the_date_of_application_and_no_reminders(side: Side) -> None:
    made(side)
    assert side.send("GET", JOBLOG).json() == {
        "jobsoegningslogninger": [
            {
                "jobsoegningslogningIdentifier": ID,
                "oprettelsestidspunkt": MADE,
                "aendringstidspunkt": MADE,
                "stillingsbetegnelse": "Tømrer",
                "virksomhedsnavn": "Eksempel Byg ApS",
                "ansoegningsdato": "2024-12-09",
            }
        ],
        "joblogkrav": "Gaelder",
    }


def test_an_empty_joblog_is_an_empty_list(side: Side) -> None:
    assert side.send("GET", JOBLOG).json()["jobsoegningslogninger"] == []
    assert side.send("GET", f"{JOBLOG}/historik").json() == {"jobsoegningslogninger": []}


def test_a_change_replaces_what_an_entry_says_and_keeps_when_it_was_made(side: Side) -> None:
    made(side)
    side.now += timedelta(hours=1)
    changed = jobsoegning(virksomhedsnavn=None, joblogOpgaver={})
    assert side.send("PUT", f"{JOBLOG}/{ID}", body=changed).json() == ID
    now = entry(side)
    assert (now["oprettelsestidspunkt"], now["aendringstidspunkt"]) == (MADE, LATER)
    assert "virksomhedsnavn" not in now
    assert now["joblogOpgaver"] == {}


def test_a_change_leaves_the_documents_alone(side: Side) -> None:
    (first,) = side.send("GET", JOBLOG, citizen="nytilmeldt").json()["jobsoegningslogninger"]
    one = f"{JOBLOG}/{first['jobsoegningslogningIdentifier']}"
    side.send("PUT", one, citizen="nytilmeldt", body=jobsoegning())
    now = side.send("GET", one, citizen="nytilmeldt").json()["jobsoegningslogning"]
    assert now["stillingsbetegnelse"] == "Tømrer"
    assert [document["filnavn"] for document in now["joblogdokumenter"]["joblogdokument"]] == ["Ansøgning.pdf"]


def test_a_deleted_entry_is_gone_and_stays_in_the_history(side: Side) -> None:
    made(side)
    side.now += timedelta(hours=1)
    assert side.send("DELETE", f"{JOBLOG}/{ID}").json() == ID
    assert side.send("GET", JOBLOG).json()["jobsoegningslogninger"] == []
    history = side.send("GET", f"{JOBLOG}/historik").json()["jobsoegningslogninger"]
    states = [version["registreringsmetadata"] for version in history]
    assert [(state["erSlettet"], state["erAktuel"]) for state in states] == [(False, False), (True, True)]
    assert [version["oprettelsestidspunkt"] for version in history] == [MADE, MADE]
    assert [version["aendringstidspunkt"] for version in history] == [MADE, LATER]


@pytest.mark.parametrize(("verb", "body"), [("GET", None), ("PUT", jobsoegning()), ("DELETE", None)])
def test_an_entry_of_someone_else_is_1014_with_404(side: Side, verb: str, body: object) -> None:
    made(side)
    assert side.refusal(verb, f"{JOBLOG}/{ID}", citizen="uden ydelse", body=body) == (404, 1014)


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 1010))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_gets_an_entry(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert side.refusal("POST", JOBLOG, citizen=citizen, body=jobsoegning()) == refusal


@pytest.mark.parametrize(
    "changes",
    [
        {"joblogOpgaver": None},
        {"joblogOpgaver": []},
        {"joblogOpgaver": {"joblogopgave": [{}]}},
        {"stillingsbetegnelse": ""},
        {"virksomhedsnavn": "x" * 251},
        {"ansoegningsdato": "2024-02-30"},
        {"ansoegningsdato": "20241209"},
        {"joblogdokumenter": {}},
    ],
    ids=repr,
)
def test_an_entry_outside_the_contract_is_1014(side: Side, changes: dict[str, object]) -> None:
    assert side.refusal("POST", JOBLOG, body=jobsoegning(**changes)) == (400, 1014)
    assert side.send("GET", JOBLOG).json()["jobsoegningslogninger"] == []
