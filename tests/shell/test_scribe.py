"""Records become chains, durable together with the claims and outcomes that belong to them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overgang.core.audit import Kind, check
from overgang.shell.scribe import Draft, Item, Scribe, as_line, of_line
from overgang.shell.signing import Signer
from overgang.shell.store import Store, StoreError
from overgang.shell.store.ledger import Claim, Done

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CITIZEN, USER = "1203852326", "CVR:12345678-RID:1234567890"
SIGNER = Signer([b"s" * 32])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path}/s.sqlite", b"k" * 32, now=lambda: NOW)


def draft(n: int = 1, kind: Kind = Kind.READ) -> Draft:
    return Draft(kind, NOW + timedelta(seconds=n), {"n": n}, CITIZEN, USER)


def test_each_kind_has_a_chain_that_checks_out(store: Store) -> None:
    scribe = Scribe(store, SIGNER)
    for n in range(1, 4):
        scribe.write([Item(draft(n)), Item(draft(n, Kind.WRITE)), Item(draft(n))])
    scribe.sign()
    chains = {chain.kind: chain for chain in store.chains()}
    assert chains.keys() == {Kind.READ, Kind.WRITE}
    for kind, n in ((Kind.READ, 6), (Kind.WRITE, 3)):
        assert check(chains[kind], store.records(chains[kind].id), (), SIGNER) == (n, None)
        assert chains[kind].head.number == n


def test_neither_citizen_nor_user_is_in_a_record_in_clear(store: Store, tmp_path: Path) -> None:
    Scribe(store, SIGNER).write([Item(draft())])
    store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert CITIZEN.encode() not in kept
    assert USER.encode() not in kept


def test_the_user_is_sealed_and_can_be_told_again(store: Store) -> None:
    Scribe(store, SIGNER).write([Item(draft())])
    (record,) = store.about(CITIZEN)
    sealed = bytes.fromhex(json.loads(record.entry)["user"])
    assert store.opened(sealed, record.chain).decode() == USER


@pytest.mark.parametrize("user", [CITIZEN, f"{CITIZEN[:6]}-{CITIZEN[6:]}", f" {CITIZEN}\n"])
def test_a_user_who_is_a_citizen_is_kept_by_keyed_index_alone(store: Store, user: str) -> None:
    Scribe(store, SIGNER).write([Item(draft()._replace(user=user))])
    (record,) = store.about(CITIZEN)
    assert json.loads(record.entry) == {"n": 1, "citizenUser": store.subject(CITIZEN).hex()}


@pytest.mark.parametrize("user", [f"{CITIZEN}1", CITIZEN[1:], f"CPR:{CITIZEN}", "١٢٠٣٨٥٢٣٢٦"])
def test_every_other_user_is_sealed(store: Store, user: str) -> None:
    Scribe(store, SIGNER).write([Item(draft()._replace(user=user))])
    (record,) = store.about(CITIZEN)
    said = json.loads(record.entry)
    assert said.keys() == {"n", "user"}
    assert store.opened(bytes.fromhex(said["user"]), record.chain).decode() == user


def test_a_chain_is_signed_when_it_is_opened(tmp_path: Path) -> None:
    store = Failing(f"sqlite:///{tmp_path}/s.sqlite", b"k" * 32, now=lambda: NOW)
    with pytest.raises(StoreError):
        Scribe(store, SIGNER).write([Item(draft())])
    (chain,) = store.chains()
    assert check(chain, (), (), SIGNER) == (0, None)
    assert (chain.head.number, chain.head.key) == (0, SIGNER.name)


def test_each_item_is_told_of_its_own_claims(store: Store) -> None:
    scribe = Scribe(store, SIGNER)
    items = [Item(draft(n, Kind.WRITE), [Claim(bytes([n]) * 32, b"b" * 32, f"m/{n}")]) for n in (1, 2)]
    told = scribe.write([*items, Item(draft())])
    assert [[one.owner for one in found.values()] for found in told] == [["m/1"], ["m/2"], []]
    scribe.write([Item(draft(3, Kind.WRITE), done=[Done(b"\1" * 32, b"b" * 32, "m/1", b"answer")])])
    assert store.outcomes([b"\1" * 32])[b"\1" * 32].answer == b"answer"


class Failing(Store):
    failing = True

    def write(self, batch):  # type: ignore[no-untyped-def]
        if self.failing:
            raise StoreError("full")
        return super().write(batch)


def test_after_a_failure_what_comes_next_goes_into_new_chains(tmp_path: Path) -> None:
    store = Failing(f"sqlite:///{tmp_path}/s.sqlite", b"k" * 32, now=lambda: NOW)
    store.failing = False
    scribe = Scribe(store, SIGNER)
    scribe.write([Item(draft(1))])
    store.failing = True
    with pytest.raises(StoreError):
        scribe.write([Item(draft(2))])
    store.failing = False
    scribe.write([Item(draft(3))])
    scribe.sign()
    chains = store.chains()
    assert len(chains) == 2
    assert all(check(one, store.records(one.id), (), SIGNER) == (1, None) for one in chains)


def test_signed_heads_are_added_to_the_file_and_can_be_read_again(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    scribe = Scribe(store, SIGNER, file)
    scribe.write([Item(draft(1))])
    scribe.sign()
    scribe.sign()  # nothing new
    scribe.write([Item(draft(2))])
    scribe.sign()
    heads = [of_line(line) for line in file.read_text().splitlines()]
    assert [head.number for head in heads] == [1, 2]
    assert all(SIGNER.signed(head, "head") for head in heads)
    assert [as_line(head) for head in heads] == file.read_text().splitlines()


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"chain": "a", "number": "x"}', "no"])
def test_a_line_that_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no head of an audit chain"):
        of_line(line)
