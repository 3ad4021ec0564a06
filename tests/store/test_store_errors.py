"""What goes wrong is told without values."""

import traceback

import pytest
from sqlalchemy import text
from store_side import CITIZEN, message
from store_side import store as store
from store_side import url as url

from overgang.core.compare.values import Mode
from overgang.shell.store import Scope, Store, StoreError
from overgang.shell.store.errors import told


def test_what_the_database_refuses_is_told_without_what_was_given_to_it(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("DROP TABLE message"))
    given = message("canary-id", receiver="canary-receiver")
    with pytest.raises(StoreError, match=r"^the store failed: \w+ \([A-Z0-9_]+\)$") as refused:
        store.add_message(given)
    everything = "".join(traceback.format_exception(refused.value))
    assert "canary" not in everything
    assert CITIZEN not in everything
    assert "INSERT" not in everything


def test_a_text_that_cannot_be_stored_is_refused_for_good(store: Store) -> None:
    with pytest.raises(StoreError, match="UnicodeEncodeError") as refused:
        store.set_mode(Scope(caller="8/\ud800"), Mode.OLD, "Ida", message().made)
    assert not refused.value.passing
    assert store.modes() == ()


def test_what_goes_well_and_errors_of_others_pass_through() -> None:
    with told():
        pass
    with pytest.raises(KeyError), told():
        raise KeyError("mine")
