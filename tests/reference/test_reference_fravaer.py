"""Absences and their additional information on the modern side."""

from collections.abc import Iterator
from urllib.parse import quote
from uuid import uuid4

import pytest
from reference_side import FRAVAER, NOBODYS, NUMBERS, UNKNOWN, Side, fravaer, fresh

INFO = {"yderligereInfoType": 1, "startDato": "2024-12-16T00:00:00"}


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def create(side: Side, citizen: str = "dagpengemodtager", **changes: object) -> str:
    reply = side.send("POST", FRAVAER, citizen=citizen, body=fravaer(**changes))
    assert reply.status_code == 200
    return str(reply.json())


def current(side: Side, citizen: str = "dagpengemodtager") -> list[dict[str, object]]:
    return list(side.send("GET", FRAVAER, citizen=citizen).json()["fravaer"])


def test_an_absence_takes_the_callers_id_or_gets_one(side: Side) -> None:
    id_ = str(uuid4())
    assert create(side, fravaerIdentifier=id_.upper()) == id_
    assert create(side, fravaerType=2) != id_
    assert side.refusal("POST", FRAVAER, body=fravaer(fravaerIdentifier=id_, fravaerType=3)) == (409, 4977)


def test_an_absence_reads_as_it_was_written(side: Side) -> None:
    id_ = create(side, fravaersKommentar='Æ"/\n' * 375, fravaersAfslutningsAarsag=4)
    shown = side.send("GET", f"{FRAVAER}/{NUMBERS['dagpengemodtager']}/{id_}").json()
    assert shown == {
        "fravaerIdentifier": id_,
        **fravaer(fravaersKommentar='Æ"/\n' * 375, fravaersAfslutningsAarsag=4),
        "yderligereInfo": [],
        "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00",
    }
    assert current(side) == [shown]


def test_a_comment_over_1500_characters_is_1014(side: Side) -> None:
    assert side.refusal("POST", FRAVAER, body=fravaer(fravaersKommentar="a" * 1501)) == (400, 1014)


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        pytest.param("2024-12-13", "2024-12-15", 200, id="ends on the eve"),
        pytest.param("2024-12-13", "2024-12-16", 409, id="ends on the first day"),
        pytest.param("2024-12-20", "2024-12-24", 409, id="begins on the last day"),
        pytest.param("2024-12-21", None, 200, id="begins the day after"),
        pytest.param("2024-12-01", None, 409, id="an open one goes on for ever"),
    ],
)
def test_a_citizen_has_one_absence_of_a_type_on_a_day(side: Side, first: str, last: str | None, status: int) -> None:
    create(side)
    period = {"startDato": f"{first}T00:00:00", "slutDato": last and f"{last}T00:00:00"}
    reply = side.send("POST", FRAVAER, body=fravaer(**period))
    assert (reply.status_code, reply.status_code == 200 or reply.json()["errorCode"]) in ((200, True), (409, 4637))
    assert reply.status_code == status
    assert side.send("POST", FRAVAER, body=fravaer(**period, fravaerType=2)).status_code == 200


@pytest.mark.parametrize(("last", "status"), [("2024-12-15", 400), ("2024-12-16", 200)], ids=["before", "same day"])
def test_an_absence_does_not_end_before_it_begins(side: Side, last: str, status: int) -> None:
    reply = side.send("POST", FRAVAER, body=fravaer(slutDato=f"{last}T00:00:00"))
    assert reply.status_code == status
    assert status == 200 or reply.json()["errorCode"] == 1003


@pytest.mark.parametrize(("last", "shown"), [("2024-12-09", 0), ("2024-12-10", 1)], ids=["yesterday", "today"])
def test_an_absence_is_current_on_its_last_day(side: Side, last: str, shown: int) -> None:
    create(side, startDato="2024-12-02T00:00:00", slutDato=f"{last}T00:00:00")
    assert len(current(side)) == shown


def test_the_day_is_the_danish_one_whatever_the_offset(side: Side) -> None:
    create(side, startDato="2024-12-02T00:00:00", slutDato="2024-12-09T23:30:00Z")
    assert len(current(side)) == 1


def test_an_update_replaces_the_absence_and_may_overlap_itself(side: Side) -> None:
    id_ = create(side, fravaersKommentar="before")
    reply = side.send("PUT", f"{FRAVAER}/{id_}", body=fravaer(slutDato=None))
    assert (reply.status_code, reply.json()) == (200, id_)
    (shown,) = current(side)
    assert "fravaersKommentar" not in shown
    assert "slutDato" not in shown


def test_an_update_into_another_absence_of_the_type_is_4637(side: Side) -> None:
    create(side)
    id_ = create(side, startDato="2024-12-23T00:00:00", slutDato="2024-12-24T00:00:00")
    assert side.refusal("PUT", f"{FRAVAER}/{id_}", body=fravaer()) == (409, 4637)


def test_a_deleted_absence_stays_in_the_history_with_its_comment_and_information(side: Side) -> None:
    id_ = create(side)
    info = side.send("POST", f"{FRAVAER}/{id_}/YderligereInfo", body=INFO).json()
    comment = "fejl / 100 % æ YderligereInfo"
    reply = side.send("DELETE", f"{FRAVAER}/{id_}/{quote(comment, safe='')}")
    assert (reply.status_code, reply.json()) == (200, id_)
    assert current(side) == []
    before, after = side.send("GET", f"{FRAVAER}/historik").json()["fravaer"]
    assert (before["registreringsmetadata"]["erSlettet"], "berigtigelseskommentar" in before) == (False, False)
    assert (after["registreringsmetadata"]["erSlettet"], after["berigtigelseskommentar"]) == (True, comment)
    assert [
        (each["yderligereInfoOmFravaerIdentifier"], each["registreringsmetadata"]["erSlettet"])
        for each in after["yderligereInfo"]
    ] == [(info, False), (info, True)]


def test_a_deleted_absence_frees_its_days_but_not_its_id(side: Side) -> None:
    id_ = create(side)
    side.send("DELETE", f"{FRAVAER}/{id_}/fejl")
    assert side.refusal("POST", FRAVAER, body=fravaer(fravaerIdentifier=id_)) == (409, 4977)
    assert create(side) != id_


@pytest.mark.parametrize(("length", "status"), [(1500, 200), (1501, 400)])
def test_a_correction_comment_has_at_most_1500_characters(side: Side, length: int, status: int) -> None:
    id_ = create(side)
    info = side.send("POST", f"{FRAVAER}/{id_}/YderligereInfo", body=INFO).json()
    query = f"berigtigelseskommentar={'a' * length}"
    assert side.send("DELETE", f"{FRAVAER}/{id_}/YderligereInfo/{info}?{query}").status_code == status
    assert side.send("DELETE", f"{FRAVAER}/{id_}/{'a' * length}").status_code == status


@pytest.mark.parametrize("whose", ["nobody's", "another citizen's", "deleted"])
@pytest.mark.parametrize(
    ("verb", "tail", "body"),
    [
        ("PUT", "", fravaer()),
        ("DELETE", "/fejl", None),
        ("POST", "/YderligereInfo", INFO),
        ("PUT", f"/YderligereInfo/{NOBODYS}", INFO),
        ("DELETE", f"/YderligereInfo/{NOBODYS}", None),
    ],
)
def test_an_absence_the_citizen_does_not_have_is_4632(
    side: Side, whose: str, verb: str, tail: str, body: dict[str, object] | None
) -> None:
    id_ = (
        str(uuid4())
        if whose == "nobody's"
        else create(side, "uden ydelse" if "another" in whose else "dagpengemodtager")
    )
    if whose == "deleted":
        side.send("DELETE", f"{FRAVAER}/{id_}/fejl")
    assert side.refusal(verb, f"{FRAVAER}/{id_}{tail}", body=body) == (404, 4632)


def test_an_absence_read_by_another_citizens_number_is_4632(side: Side) -> None:
    id_ = create(side, "uden ydelse")
    assert side.refusal("GET", f"{FRAVAER}/{NUMBERS['dagpengemodtager']}/{id_}") == (404, 4632)


def test_path_and_header_that_name_two_citizens_are_1001(side: Side) -> None:
    id_ = create(side)
    assert side.refusal("GET", f"{FRAVAER}/{NUMBERS['uden ydelse']}/{id_}") == (400, 1001)


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 4404))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_has_new_absences(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert side.refusal("POST", FRAVAER, citizen=citizen, body=fravaer()) == refusal


def test_a_mistake_about_a_citizen_who_has_died_can_be_deleted(side: Side) -> None:
    assert side.refusal("DELETE", f"{FRAVAER}/{uuid4()}/fejl", citizen="død") == (404, 4632)


def test_a_dead_citizen_can_be_read_and_an_unknown_one_not(side: Side) -> None:
    assert current(side, "død") == []
    assert side.refusal("GET", FRAVAER, citizen=UNKNOWN) == (404, 4404)


def test_additional_information_is_created_replaced_and_deleted_within_its_absence(side: Side) -> None:
    path = f"{FRAVAER}/{create(side)}/YderligereInfo"
    id_ = str(uuid4())
    assert (
        side.send("POST", path, body={**INFO, "yderligereInfoOmFravaerIdentifier": id_, "kommentar": ""}).json() == id_
    )
    assert side.send("PUT", f"{path}/{id_}", body={**INFO, "yderligereInfoType": 2}).json() == id_
    (absence,) = current(side)
    registered = {"dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00"}
    assert absence["yderligereInfo"] == [
        {"yderligereInfoOmFravaerIdentifier": id_, **INFO, "yderligereInfoType": 2, **registered}
    ]
    assert side.send("DELETE", f"{path}/{id_}?berigtigelseskommentar=fejl%20%26%20mere").json() == id_
    (absence,) = current(side)
    assert absence["yderligereInfo"] == []
    (shown,) = side.send("GET", f"{FRAVAER}/historik").json()["fravaer"]
    assert [each.get("berigtigelseskommentar") for each in shown["yderligereInfo"]] == [None, None, "fejl & mere"]


def test_additional_information_with_a_used_id_or_a_negative_period_is_refused(side: Side) -> None:
    path = f"{FRAVAER}/{create(side)}/YderligereInfo"
    id_ = side.send("POST", path, body=INFO).json()
    assert side.refusal("POST", path, body={**INFO, "yderligereInfoOmFravaerIdentifier": id_}) == (409, 4977)
    assert side.refusal("PUT", f"{path}/{id_}", body={**INFO, "slutDato": "2024-12-15T00:00:00"}) == (400, 1003)


def test_additional_information_belongs_to_one_absence(side: Side) -> None:
    id_ = side.send("POST", f"{FRAVAER}/{create(side)}/YderligereInfo", body=INFO).json()
    other = create(side, fravaerType=2)
    assert side.refusal("PUT", f"{FRAVAER}/{other}/YderligereInfo/{id_}", body=INFO) == (404, 4632)


def test_the_demo_has_a_running_absence(side: Side) -> None:
    (absence,) = current(side, "løbende fravær")
    assert (absence["startDato"], absence["slutDato"]) == ("2024-12-07T00:00:00", "2024-12-21T00:00:00")
