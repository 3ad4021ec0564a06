"""Job wishes on the modern side."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from reference_side import JOBOENSKE, NOW, UNKNOWN, Side, fresh

HISTORY = f"{JOBOENSKE}/historik"
WISH = {
    "conceptUriDa": "http://example.invalid/1",
    "harUddannelse": True,
    "aarSidstBrugt": 2020,
    "maanedersErfaring": 0,
}


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def test_a_new_collection_replaces_the_whole_earlier_one(side: Side) -> None:
    first = side.send(
        "POST", JOBOENSKE, body={"joboensker": [WISH, {**WISH, "conceptUriDa": "http://example.invalid/2"}]}
    )
    assert str(UUID(first.json())) == first.json()
    side.send("POST", JOBOENSKE, body={"joboensker": [{**WISH, "maanedersErfaring": 7}]})
    assert side.send("GET", JOBOENSKE).json() == {
        "joboensker": [{**WISH, "maanedersErfaring": 7, "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00"}]
    }


def test_an_empty_collection_removes_all_wishes_of_that_citizen_only(side: Side) -> None:
    for citizen in ("dagpengemodtager", "uden ydelse"):
        side.send("POST", JOBOENSKE, citizen=citizen, body={"joboensker": [WISH]})
    assert side.send("POST", JOBOENSKE, body={"joboensker": []}).status_code == 200
    assert side.send("GET", JOBOENSKE).json() == {"joboensker": []}
    assert len(side.send("GET", JOBOENSKE, citizen="uden ydelse").json()["joboensker"]) == 1


def test_the_history_has_every_collection_oldest_first_with_its_own_time(side: Side) -> None:
    assert side.send("GET", HISTORY).json() == {"joboenskehistorik": []}
    for minute, body in enumerate(([WISH], [], [{**WISH, "maanedersErfaring": 7}])):
        side.now = NOW.replace(minute=minute)
        side.send("POST", JOBOENSKE, body={"joboensker": body})
    assert [
        (
            version["joboensker"],
            version["dfdgRegistreringstidspunkt"],
            version["registreringsmetadata"]["erAktuel"],
            version["registreringsmetadata"]["erSlettet"],
        )
        for version in side.send("GET", HISTORY).json()["joboenskehistorik"]
    ] == [
        ([WISH], "2024-12-10T12:00:00.000+01:00", False, False),
        ([], "2024-12-10T12:01:00.000+01:00", False, False),
        ([{**WISH, "maanedersErfaring": 7}], "2024-12-10T12:02:00.000+01:00", True, False),
    ]


def test_a_history_is_that_of_one_citizen_and_says_who_registered(side: Side) -> None:
    side.send("POST", JOBOENSKE, body={"joboensker": [WISH]})
    (version,) = side.send("GET", HISTORY).json()["joboenskehistorik"]
    assert version["registreringsmetadata"]["registrerendeMyndighed"] == {
        "organisationType": 8,
        "organisationskode": "10111",
    }
    assert side.send("GET", HISTORY, citizen="uden ydelse").json() == {"joboenskehistorik": []}
    assert side.refusal("GET", HISTORY, citizen=UNKNOWN) == (404, 1010)


@pytest.mark.parametrize("name", ["aarSidstBrugt", "maanedersErfaring"])
def test_a_negative_number_is_4698_and_nothing_is_replaced(side: Side, name: str) -> None:
    side.send("POST", JOBOENSKE, body={"joboensker": [WISH]})
    assert side.refusal("POST", JOBOENSKE, body={"joboensker": [WISH, {**WISH, name: -1}]}) == (400, 4698)
    assert len(side.send("GET", JOBOENSKE).json()["joboensker"]) == 1


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 1010))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_has_wishes(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert side.refusal("POST", JOBOENSKE, citizen=citizen, body={"joboensker": []}) == refusal


@pytest.mark.parametrize(
    "changes", [{"aarSidstBrugt": 2**31}, {"harUddannelse": 1}, {"conceptUriDa": ""}, {"aliasIdentifier": "x"}]
)
def test_a_wish_outside_the_contract_is_1014(side: Side, changes: dict[str, object]) -> None:
    assert side.refusal("POST", JOBOENSKE, body={"joboensker": [{**WISH, **changes}]}) == (400, 1014)
