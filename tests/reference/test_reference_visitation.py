"""Categories on the modern side, and the status as a whole."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from reference_side import TILMELDING, UNKNOWN, Side, fresh, tilmelding

PATH = "/visiteringogstatus/v1/PersonVisitering/personkategori"
GRUPPE = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
STATUS = "/visiteringogstatus/v2/VisiteringOgStatusStatus"
TODAY = "2024-12-10T00:00:00"
IKKE_VISITERET, JOBPARAT, AKTIVITETSPARAT = 8, 4, 5


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def body(kind: int, **changes: object) -> dict[str, object]:
    return {"PersonkategoriType": kind, "Starttidspunkt": TODAY, **changes}


def create(
    side: Side, kind: int = IKKE_VISITERET, *, citizen: str = "uden ydelse", **changes: object
) -> tuple[int, object]:
    reply = side.send("POST", PATH, citizen=citizen, body=body(kind, **changes))
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def change(
    side: Side, id_: str, kind: int = IKKE_VISITERET, *, citizen: str = "uden ydelse", **changes: object
) -> tuple[int, object]:
    reply = side.send("PUT", f"{PATH}/{id_}", citizen=citizen, body=body(kind, **changes))
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def test_a_new_category_can_be_read_under_its_id_in_camel_case(side: Side) -> None:
    id_ = str(uuid4())
    assert create(side, personkategoriIdentifier=id_, Sluttidspunkt="2025-01-31T00:00:00") == (200, id_)
    assert side.send("GET", PATH, citizen="uden ydelse").json() == {
        "personkategorier": [
            {
                "personkategoriIdentifier": id_,
                "personkategoriType": 8,
                "starttidspunkt": TODAY,
                "sluttidspunkt": "2025-01-31T00:00:00",
                "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00",
            }
        ]
    }
    assert create(side, personkategoriIdentifier=id_.upper()) == (409, 4977)


def test_the_history_shows_each_version(side: Side) -> None:
    id_ = create(side)[1]
    assert change(side, str(id_), 2) == (200, id_)
    before, after = side.send("GET", f"{PATH}/historik", citizen="uden ydelse").json()["personkategorier"]
    assert (before["personkategoriType"], before["registreringsmetadata"]["erAktuel"]) == (8, False)
    assert (after["personkategoriType"], after["registreringsmetadata"]["erAktuel"]) == (2, True)


def test_only_the_citizens_own_category_is_changed(side: Side) -> None:
    id_ = str(create(side)[1])
    assert change(side, id_, citizen="sygedagpenge fra beskæftigelse") == (404, 1014)
    assert change(side, str(uuid4())) == (404, 1014)


def test_an_end_before_the_start_is_1003_and_the_same_day_is_not(side: Side) -> None:
    assert create(side, Sluttidspunkt="2024-12-09T00:00:00") == (400, 1003)
    assert create(side, Sluttidspunkt=TODAY)[0] == 200


def test_jobparat_goes_with_an_enrolment(side: Side) -> None:
    assert create(side, JOBPARAT, citizen="kontanthjælp") == (409, 4656)
    side.send("POST", f"{TILMELDING}/{uuid4()}", citizen="kontanthjælp", body=tilmelding())
    assert create(side, JOBPARAT, citizen="kontanthjælp")[0] == 200


def test_aktivitetsparat_goes_without_an_enrolment(side: Side) -> None:
    assert create(side, AKTIVITETSPARAT, citizen="tilmeldt") == (409, 4655)
    assert create(side, AKTIVITETSPARAT, citizen="kontanthjælp")[0] == 200


def test_what_is_over_does_not_ask_for_an_enrolment(side: Side) -> None:
    over = {"Starttidspunkt": "2024-12-01T00:00:00", "Sluttidspunkt": "2024-12-09T00:00:00"}
    assert create(side, JOBPARAT, citizen="kontanthjælp", **over)[0] == 200


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        pytest.param(1, {9, 10, 11}, id="dagpengemodtager"),
        pytest.param(4, set(), id="a group without categories"),
        pytest.param(12, {6, 7, 8}, id="uddannelseshjælp, without enrolment"),
        pytest.param(24, {1, 2, 3, *range(6, 16)}, id="sygedagpenge, without enrolment"),
    ],
)
def test_a_category_that_the_citizens_contact_group_can_not_have_is_4731(
    side: Side, group: int, allowed: set[int]
) -> None:
    sent = {"KontaktgruppeType": group, "Starttidspunkt": TODAY}
    assert side.send("POST", GRUPPE, citizen="uden ydelse", body=sent).status_code == 200
    kinds = set(range(1, 16)) - {JOBPARAT, AKTIVITETSPARAT}
    answers = {kind: create(side, kind) for kind in kinds}
    assert {kind for kind, (status, _) in answers.items() if status == 200} == allowed
    assert {answer for answer in answers.values() if answer[0] != 200} <= {(409, 4731)}


def test_a_category_of_other_days_than_the_groups_is_taken(side: Side) -> None:
    sent = {"KontaktgruppeType": 4, "Starttidspunkt": TODAY}
    side.send("POST", GRUPPE, citizen="uden ydelse", body=sent)
    first = "2024-12-01T00:00:00"
    assert create(side, Starttidspunkt=first, Sluttidspunkt="2024-12-09T00:00:00")[0] == 200
    assert create(side, Starttidspunkt=first, Sluttidspunkt=TODAY) == (409, 4731)


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 4404))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_gets_one(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert create(side, citizen=citizen) == refusal


def test_the_status_has_all_four_collections(side: Side) -> None:
    status = side.send("GET", STATUS, citizen="tilmeldt").json()
    assert list(status) == ["helbredsbegraensninger", "aktivitetstillaeg", "kontaktgrupper", "personkategorier"]
    (limitation,) = status["helbredsbegraensninger"]
    assert limitation["helbredsbegraensningId"]
    assert limitation["dokumentationForHelbredsbegrasening"] is True
    assert status["aktivitetstillaeg"][0]["aktivitetstillaegId"]
    assert [each["kontaktgruppeType"] for each in status["kontaktgrupper"]] == [2]
    assert [each["personkategoriType"] for each in status["personkategorier"]] == [JOBPARAT]


def test_the_status_of_a_citizen_with_nothing_is_four_empty_collections(side: Side) -> None:
    assert set(map(len, side.send("GET", STATUS, citizen="uden ydelse").json().values())) == {0}


def test_the_demo_has_an_open_category_3_of_2024_whatever_the_day(side: Side) -> None:
    (category,) = side.send("GET", PATH, citizen="åben kategori 3").json()["personkategorier"]
    assert (category["personkategoriType"], category["starttidspunkt"]) == (3, "2024-10-01T00:00:00")
    assert "sluttidspunkt" not in category
