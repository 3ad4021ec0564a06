"""Contact groups on the modern side."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from reference_side import UNKNOWN, Side, fresh

PATH = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
KATEGORI = "/visiteringogstatus/v1/PersonVisitering/personkategori"
TODAY = "2024-12-10T00:00:00"


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def body(**changes: object) -> dict[str, object]:
    """A good body; a change to None leaves the property out."""
    good = {"KontaktgruppeType": 2, "Starttidspunkt": TODAY, **changes}
    return {name: value for name, value in good.items() if value is not None}


def create(side: Side, id_: str = "", *, citizen: str = "uden ydelse", **changes: object) -> tuple[int, object]:
    given = {"kontaktgruppeIdentifier": id_} if id_ else {}
    reply = side.send("POST", PATH, citizen=citizen, body=body(**given, **changes))
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def change(side: Side, id_: str, *, citizen: str = "uden ydelse", **changes: object) -> tuple[int, object]:
    reply = side.send("PUT", f"{PATH}/{id_}", citizen=citizen, body=body(**changes))
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def test_a_new_contact_group_can_be_read_under_its_id_in_camel_case(side: Side) -> None:
    id_ = str(uuid4())
    dates = {"Haendelsestidspunkt": "2024-12-08T08:00:00", "Sluttidspunkt": "2025-01-31T00:00:00"}
    assert create(side, id_.upper(), **dates) == (200, id_)
    assert side.send("GET", PATH, citizen="uden ydelse").json() == {
        "kontaktgrupper": [
            {
                "kontaktgruppeIdentifier": id_,
                "kontaktgruppeType": 2,
                "starttidspunkt": TODAY,
                "haendelsestidspunkt": "2024-12-08T08:00:00",
                "sluttidspunkt": "2025-01-31T00:00:00",
                "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00",
            }
        ]
    }


def test_an_id_is_used_once(side: Side) -> None:
    id_ = str(uuid4())
    assert create(side, id_) == (200, id_)
    assert create(side, id_, citizen="sygedagpenge fra beskæftigelse") == (409, 4977)
    assert create(side, citizen="sygedagpenge fra beskæftigelse")[0] == 200


@pytest.mark.parametrize("day", ["2024-12-09T23:59:59", "2024-12-11T00:00:00"])
def test_a_new_one_begins_today(side: Side, day: str) -> None:
    assert create(side, Starttidspunkt=day) == (400, 4703)


def test_a_second_open_one_is_4644_and_one_after_a_closed_one_is_taken(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_)
    assert create(side) == (409, 4644)
    assert change(side, id_, Sluttidspunkt=TODAY) == (200, id_)
    assert create(side, KontaktgruppeType=1)[0] == 200
    assert change(side, id_) == (409, 4644)


def test_one_that_ended_can_not_be_changed_from_the_next_day_on(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_, Sluttidspunkt=TODAY)
    assert change(side, id_, Sluttidspunkt=TODAY) == (200, id_)
    side.now = datetime(2024, 12, 11, 11, tzinfo=UTC)
    assert side.send("GET", PATH, citizen="uden ydelse").json() == {"kontaktgrupper": []}
    assert change(side, id_) == (409, 8096)


def test_an_end_before_the_start_is_1003(side: Side) -> None:
    assert create(side, Sluttidspunkt="2024-12-09T00:00:00") == (400, 1003)


def test_only_the_citizens_own_one_is_changed(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_)
    assert change(side, id_, citizen="sygedagpenge fra beskæftigelse") == (404, 1014)
    assert change(side, str(uuid4())) == (404, 1014)


def test_a_group_that_can_not_have_the_citizens_category_is_4731(side: Side) -> None:
    sent = {"PersonkategoriType": 2, "Starttidspunkt": TODAY}
    assert side.send("POST", KATEGORI, citizen="uden ydelse", body=sent).status_code == 200
    assert create(side, KontaktgruppeType=1) == (409, 4731)
    assert create(side, KontaktgruppeType=24)[0] == 200


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 4404))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_gets_one(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert create(side, citizen=citizen) == refusal


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"KontaktgruppeType": None}, "KontaktgruppeType"),
        ({"Starttidspunkt": "2024-12-10"}, "Starttidspunkt"),
        ({"Sluttidspunkt": "soon"}, "Sluttidspunkt"),
        ({"kontaktgruppeIdentifier": "x"}, "kontaktgruppeIdentifier"),
        ({"kontaktgruppeType": 2}, "requestBody"),
    ],
)
def test_a_body_outside_the_contract_is_1014_and_names_the_property(
    side: Side, changes: dict[str, object], element: str
) -> None:
    problem = side.send("POST", PATH, body=body(**changes)).json()
    assert (problem["errorCode"], problem["element"]) == (1014, element)


def test_the_history_shows_each_version(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_)
    change(side, id_, KontaktgruppeType=12)
    before, after = side.send("GET", f"{PATH}/historik", citizen="uden ydelse").json()["kontaktgrupper"]
    assert (before["kontaktgruppeType"], before["registreringsmetadata"]["erAktuel"]) == (2, False)
    assert (after["kontaktgruppeType"], after["registreringsmetadata"]["erAktuel"]) == (12, True)
    assert after["registreringsmetadata"]["registrerendeMyndighed"] == {
        "organisationType": 8,
        "organisationskode": "10111",
    }


def test_the_demo_has_citizens_in_a_contact_group_from_the_start(side: Side) -> None:
    labels = ("kontanthjælp", "sygedagpenge fra ledighed", "åben kategori 3", "tilmeldt", "uden ydelse")
    found = {label: side.send("GET", PATH, citizen=label).json()["kontaktgrupper"] for label in labels}
    assert {label: [each["kontaktgruppeType"] for each in groups] for label, groups in found.items()} == {
        "kontanthjælp": [2],
        "sygedagpenge fra ledighed": [25],
        "åben kategori 3": [24],
        "tilmeldt": [2],
        "uden ydelse": [],
    }
