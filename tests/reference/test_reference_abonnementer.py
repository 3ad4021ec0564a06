"""Subscriptions of the modern side: the full wanted list, and all or nothing of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from reference_side import Side, fresh

SYSTEM = "3c9f0e5a-8d41-4c57-9b1e-6f2a7d30c415"
PATH = "/eksternkommunikation/v1/Abonnement"
GOOD = {
    "orgType": 8,
    "orgCode": 10101,
    "entityType": 100008,
    "webhookUrl": "http://127.0.0.1:9/hook",
    "startDato": "2024-12-08T00:00:00",
    "slutDato": "9999-12-31T00:00:00",
}


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def sync(side: Side, *wanted: object, system: str = SYSTEM) -> Any:
    body = json.dumps({"systemIdentifier": system, "abonnementer": wanted}).encode()
    return side.send("POST", f"{PATH}/SyncWebhookAbonnementer", content=body)


def there(side: Side, system: str = SYSTEM) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = side.send("GET", f"{PATH}/{system}").json()["abonnementer"]
    return found


def test_the_wanted_list_is_what_there_is_and_asking_again_changes_nothing(side: Side) -> None:
    other = GOOD | {"entityType": 100012}
    for _ in range(2):
        assert sync(side, GOOD, other).status_code == 200
        assert there(side) == [GOOD, other]
    assert sync(side, other).status_code == 200
    assert there(side) == [other]


def test_another_systems_are_left_alone(side: Side) -> None:
    other = "11111111-2222-4333-8444-555555555555"
    sync(side, GOOD)
    sync(side, GOOD | {"entityType": 100012}, system=other)
    assert there(side) == [GOOD]


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"entityType": 4711}, 150002),
        ({"slutDato": "2024-01-01T00:00:00"}, 1003),
        ({"startDato": "2020-01-01T00:00:00", "slutDato": "2021-01-01T00:00:00"}, 150000),
        ({"startDato": "2024-12-08"}, 1014),
        ({"orgCode": "10101"}, 1014),
        ({"webhookUrl": "ftp://x"}, 1014),
    ],
)
def test_one_mistake_and_nothing_is_changed(side: Side, wrong: dict[str, object], number: int) -> None:
    sync(side, GOOD)
    answer = sync(side, GOOD | {"entityType": 100012}, GOOD | wrong)
    assert answer.status_code == 400
    assert number in [one["errorCode"] for one in answer.json()["fejl"]]
    assert all(one["element"].startswith("abonnementer[1]") for one in answer.json()["fejl"])
    assert there(side) == [GOOD]


def test_a_request_of_another_form_is_refused(side: Side) -> None:
    assert side.refusal("POST", f"{PATH}/SyncWebhookAbonnementer", content=b"{") == (400, 1014)
    assert side.refusal("POST", f"{PATH}/SyncWebhookAbonnementer", content=b"{}") == (400, 1014)
    assert sync(side, GOOD, system="x").json()["errorCode"] == 1014
