"""No citizen is seen in what is stored: a planted number and name are looked for in every byte."""

import base64
from pathlib import Path

import pytest
from store_side import CITIZEN, KEY, compared, message

from overgang.core.compare.values import Kept, Reply
from overgang.shell.store import Store
from postgresql import empty_postgresql

NAME = "Kanariefugl Gulfjer"
CANARIES = [CITIZEN.encode(), CITIZEN[:6].encode() + b"-" + CITIZEN[6:].encode(), NAME.encode(), b"Gulfjer"]
BODY = f"<A><Cpr>{CITIZEN}</Cpr><Navn>{NAME}</Navn></A>".encode()
KEPT = Kept(BODY, "text/xml", "urn:act", Reply(200, "text/xml", BODY * 50), Reply(500, "text/xml", BODY))


def forms(canary: bytes) -> list[bytes]:
    """As it is, in other encodings of texts, and in those of bytes; base64 in its middle, whatever it begins with."""
    text = canary.decode()
    shifted = [base64.b64encode(b"x" * shift + canary)[4:-4] for shift in range(3)]
    return [canary, text.encode("utf-16-le"), text.encode("utf-16-be"), canary.hex().encode(), *shifted]


FORMS = [form for canary in CANARIES for form in forms(canary)]


def seen(folder: Path) -> list[str]:
    """The files that hold a canary in some form."""
    return [file.name for file in folder.rglob("*") if file.is_file() and any(it in file.read_bytes() for it in FORMS)]


def fill(store: Store) -> None:
    store.add_message(message("m1", citizen=CITIZEN))
    store.add_message(message("m1", citizen=CITIZEN))
    store.add_message(message("m2", citizen=NAME))
    store.add_compared([compared(f"c{n:02}", kept=KEPT) for n in range(30)])


def use_it(store: Store) -> None:
    assert [it.id for it in store.messages_about(CITIZEN)] == ["m1"]
    one = store.one("c29")
    assert one is not None
    assert one.kept == KEPT


def test_a_file_and_its_journals_never_hold_a_citizen(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}", KEY, examples=5)
    fill(store)
    assert {file.name for file in tmp_path.iterdir()} >= {"store.sqlite", "store.sqlite-wal"}
    assert seen(tmp_path) == []
    use_it(store)
    assert seen(tmp_path) == []
    store.close()
    assert seen(tmp_path) == []


def test_a_server_is_never_told_of_a_citizen() -> None:
    address = empty_postgresql()
    store = Store(address, KEY, examples=5)
    fill(store)
    use_it(store)
    with store.writing() as connection:
        connection.exec_driver_sql("SELECT pg_switch_wal()")
    folder = Path(address.partition("host=")[2])
    assert (folder / "data" / "pg_wal").is_dir()
    assert seen(folder) == []
    store.close()


def test_the_search_finds_a_canary_that_is_there(tmp_path: Path) -> None:
    for n, form in enumerate(FORMS):
        (tmp_path / f"{n}").write_bytes(b"before " + form + b" after")
    assert len(seen(tmp_path)) == len(FORMS)
    assert [form for form in FORMS if len(form) < 4] == []


@pytest.mark.parametrize("shift", range(3))
def test_the_search_finds_a_canary_within_base64(tmp_path: Path, shift: int) -> None:
    (tmp_path / "file").write_bytes(base64.b64encode(b"-" * shift + BODY))
    assert seen(tmp_path) == ["file"]
