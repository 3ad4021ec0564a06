"""The database: restarts, and writes at the same time."""

import threading
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from reference_side import FRAVAER, TILMELDING, Side, fravaer, fresh, tilmelding

from overgang.reference.store import Caller, Registration


def test_a_restart_keeps_registrations_and_request_ids(tmp_path: Path) -> None:
    with fresh(tmp_path / "data.db") as side:
        side.send("POST", FRAVAER, body=fravaer(), request_id="one")
        before = side.send("GET", FRAVAER).json()
    with fresh(tmp_path / "data.db") as side:
        assert side.send("GET", FRAVAER).json() == before
        assert side.send("POST", FRAVAER, body=fravaer(fravaerType=2), request_id="one").status_code == 412


@pytest.mark.parametrize(
    ("same", "lost"),
    [
        pytest.param("request id", (412, None), id="one request id"),
        pytest.param("id", (409, 4977), id="one id"),
        pytest.param("citizen", (409, 4316), id="one citizen"),
    ],
)
def test_of_writes_at_the_same_time_one_is_registered(tmp_path: Path, same: str, lost: tuple[int, int | None]) -> None:
    id_, request_id = str(uuid4()), str(uuid4())
    callers = 6
    gate = threading.Barrier(callers)
    outcomes: list[tuple[int, int | None]] = []

    def register(side: Side) -> None:
        path = f"{TILMELDING}/{uuid4() if same == 'citizen' else id_}"
        gate.wait()
        reply = side.send("POST", path, body=tilmelding(), request_id=request_id if same == "request id" else "")
        outcomes.append((reply.status_code, None if reply.status_code == 200 else reply.json().get("errorCode")))

    def caller_with_own_connection() -> None:
        with fresh(tmp_path / "data.db") as side:
            register(side)

    with fresh(tmp_path / "data.db") as shared:
        threads = [threading.Thread(target=caller_with_own_connection) for _ in range(callers - 2)]
        threads += [threading.Thread(target=register, args=(shared,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes, key=str) == sorted([(200, None), *[lost] * (callers - 1)], key=str)
        assert len(shared.send("GET", TILMELDING).json()["tilmeldinger"]) == 1


def test_a_transaction_that_breaks_leaves_nothing_behind() -> None:
    caller = Caller(8, "10111", "user")
    with fresh() as side:
        number = "1203852326"
        with suppress(RuntimeError), side.store.transaction() as transaction:
            assert transaction.remember_request("one")
            transaction.put(Registration("fravaer", str(uuid4()), number, fravaer(), caller))
            raise RuntimeError
        with side.store.transaction() as transaction:
            assert transaction.live("fravaer", number) == []
            assert transaction.remember_request("one")
