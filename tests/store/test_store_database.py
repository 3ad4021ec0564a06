"""Transactions and adding up."""

import threading
from contextlib import suppress

from sqlalchemy import select
from store_side import DAY, NOW
from store_side import store as store
from store_side import url as url

from overgang.shell.store import Store, StoreError, schema
from overgang.shell.store.database import add, add_new, danish_day, last_number, put, remove, take_number

KEY_OF_ROW = {"day": "2026-11-25", "reason": "queue-full"}


def drops(store: Store) -> list[tuple[object, ...]]:
    with store.reading() as connection:
        return [
            tuple(row) for row in connection.execute(select(schema.drop_count).order_by(schema.drop_count.c.reason))
        ]


def test_a_row_that_is_there_is_added_to_and_a_new_one_is_put(store: Store) -> None:
    for n in (2, 3):
        with store.writing() as connection:
            add(connection, schema.drop_count, [KEY_OF_ROW | {"n": n}], ("n",))
    with store.writing() as connection:
        add(connection, schema.drop_count, [KEY_OF_ROW | {"n": 4, "reason": "a"}], ("n",))
    assert drops(store) == [("2026-11-25", "a", 4), ("2026-11-25", "queue-full", 5)]


def test_a_row_that_is_there_stays_or_is_replaced_or_removed_as_asked(store: Store) -> None:
    table = schema.drop_count
    with store.writing() as connection:
        add_new(connection, table, [KEY_OF_ROW | {"n": 1}])
        add_new(connection, table, [KEY_OF_ROW | {"n": 2}, {"day": "2026-11-25", "reason": "a", "n": 7}])
    assert drops(store) == [("2026-11-25", "a", 7), ("2026-11-25", "queue-full", 1)]
    with store.writing() as connection:
        put(connection, table, KEY_OF_ROW | {"n": 3})
        put(connection, table, {"day": "2026-11-25", "reason": "b", "n": 8})
        remove(connection, table, {"day": "2026-11-25", "reason": "a"})
    assert drops(store) == [("2026-11-25", "b", 8), ("2026-11-25", "queue-full", 3)]


def test_all_of_a_transaction_takes_effect_or_nothing(store: Store) -> None:
    with suppress(KeyError), store.writing() as connection:
        put(connection, schema.drop_count, KEY_OF_ROW | {"n": 3})
        raise KeyError
    with suppress(StoreError), store.writing() as connection:
        put(connection, schema.drop_count, KEY_OF_ROW | {"n": 3})
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert drops(store) == []


def test_numbers_are_without_gaps_also_when_one_is_not_used(store: Store) -> None:
    for used in (True, False, True):
        with store.writing() as connection:
            number = last_number(connection, "message") + 1
            if used:
                take_number(connection, "message", number)
    assert number == 2


def test_threads_add_up_without_losing_any(store: Store) -> None:
    def work() -> None:
        for _ in range(25):
            store.dropped("queue-full")
            store.drops()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.drops() == {"queue-full": 100}


def test_the_danish_day_begins_before_the_one_of_utc() -> None:
    assert danish_day(NOW.replace(hour=22, minute=59)) == "2026-11-25"
    assert danish_day(NOW.replace(hour=23)) == "2026-11-26"
    assert danish_day((NOW - 180 * DAY).replace(hour=22)) == "2026-05-30"
