"""`overgang audit`: whether the audit is as it was written, and what is in it about a citizen."""

import argparse
import getpass
import json
import os
import pwd
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from overgang.core.audit import Bad, Head, Kind, Record, check, early, unheard
from overgang.core.values import COPENHAGEN
from overgang.shell import clock, config
from overgang.shell.config import ConfigError
from overgang.shell.config_audit import Audit
from overgang.shell.keeping import kept_from, open_store
from overgang.shell.keys import derived
from overgang.shell.scribe import Draft, Item, Scribe, of_line
from overgang.shell.signing import Signer
from overgang.shell.store import Store, StoreError
from overgang.shell.store.schema import EPOCH

_CITIZEN: Final = re.compile(r"[0-9]{6}-?[0-9A-Za-z]{4}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """`verify` and `find`, each on a configured gateway's store or a trial's."""
    asked = parser.add_subparsers(required=True, metavar="WHAT")
    for name, run, text in (
        (
            "verify",
            verify,
            "check every chain; exit code 1 with the first record of each that is not as it was written",
        ),
        (
            "find",
            find,
            "what is kept about a citizen; the number is read from standard input, and the look is kept too",
        ),
    ):
        own = asked.add_parser(name, help=text, description=text)
        where = own.add_mutually_exclusive_group(required=True)
        where.add_argument("--config", type=Path, metavar="FILE", help="the gateway's configuration")
        where.add_argument("--data-dir", type=Path, metavar="FOLDER", help="the folder of a trial")
        own.set_defaults(do=run)
        if name == "verify":
            own.add_argument("--heads", type=Path, metavar="FILE", help="signed heads that were kept elsewhere")
        else:
            own.add_argument("--users", action="store_true", help="also who the users were")


def audit(given: argparse.Namespace) -> int:
    """0 well, 1 something is not as it was written."""
    try:
        store, signer, settings = _opened(given)
    except StoreError as mistake:
        raise ConfigError([f"store.url: {mistake}"]) from mistake
    try:
        code: int = given.do(given, store, signer, settings)
    except StoreError as mistake:
        raise ConfigError([f"the audit can't be read: {mistake}"]) from mistake
    finally:
        store.close()
    return code


def verify(given: argparse.Namespace, store: Store, signer: Signer, settings: Audit) -> int:
    """Walk every chain."""
    elsewhere = list(_heads(given.heads or settings.heads))
    chains, total, wrong = store.chains(), 0, 0
    strays = (Bad(chain, 1, "a chain that nothing here was signed of") for chain in store.strays())
    for bad in (*unheard(chains, elsewhere), *strays):
        wrong += 1
        print(f"{bad.chain} record {bad.number}: {bad.what}")
    for chain in chains:
        count, found = check(chain, store.records(chain.id), elsewhere, signer)
        total += count
        found = found or early(chain, elsewhere, kept_from(settings, chain.kind, clock.now()))
        if found is not None:
            wrong += 1
            print(f"{found.chain} record {found.number}: {found.what}")
    kept = f", {len(elsewhere)} heads kept elsewhere" if elsewhere else ""
    print(f"{len(chains)} chains, {total} records good{kept}, {wrong} chains with something wrong")
    return 1 if wrong else 0


def find(given: argparse.Namespace, store: Store, signer: Signer, settings: Audit) -> int:
    """Tell what is kept about a citizen, after it is written down that somebody looked."""
    number = (getpass.getpass("citizen number: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not _CITIZEN.fullmatch(number):
        raise ConfigError(["expected a citizen number of ten characters on standard input"])
    number = number.replace("-", "")
    records = store.about(number)
    scribe = Scribe(store, signer, settings.heads)
    said = {"event": "find", "by": _who(), "records": len(records), "users": given.users}
    scribe.write([Item(Draft(Kind.ADMIN, clock.now(), said, number))])
    scribe.sign()
    for record in records:
        print(_line(record, store if given.users else None))
    print(f"{len(records)} records")
    return 0


def _who() -> str:
    """Who runs this, as the system knows it: what the environment says is anybody's to set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _line(record: Record, users: Store | None) -> str:
    """One record: when, what happened, by whom, for whom, what was asked, what was done, what came out."""
    said: dict[str, Any] = json.loads(record.entry)
    at = (EPOCH + timedelta(microseconds=record.at)).astimezone(COPENHAGEN)
    parts = [
        at.isoformat(timespec="milliseconds"),
        str(said.get("event", "")),
        *(str(said[name]) for name in ("face", "service", "operation", "organisation", "who", "by") if said.get(name)),
    ]
    if said.get("asked"):
        parts.append(f"asked {','.join(said['asked'])}")
    if said.get("calls"):
        parts.append("modern " + ", ".join(f"{method} {path} {status}" for method, path, status, _ in said["calls"]))
    if said.get("rules"):
        parts.append(f"rules {','.join(said['rules'])}")
    if "status" in said:
        parts.append(f"status {said['status']}" + (f" [{said['key']}]" if said.get("key") else ""))
    if users is not None and "user" in said:
        parts.append(f"user {users.opened(bytes.fromhex(said['user']), record.chain).decode()}")
    if users is not None and "citizenUser" in said:
        own = record.subject is not None and said["citizenUser"] == record.subject.hex()
        parts.append("user the citizen" if own else f"user another citizen ({said['citizenUser']})")
    return " | ".join(parts)


def _heads(file: Path | None) -> Iterator[Head]:
    if file is None:
        return
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as mistake:
        raise ConfigError([f"{file}: {mistake.strerror}"]) from mistake
    for number, line in enumerate(lines, 1):
        try:
            yield of_line(line)
        except ValueError as mistake:
            raise ConfigError([f"{file}:{number}: {mistake}"]) from mistake


def _opened(given: argparse.Namespace) -> tuple[Store, Signer, Audit]:
    if given.config is not None:
        settings = config.read(given.config)
        signer = Signer([settings.identity_key, *settings.audit.old_keys])
        return open_store(settings), signer, settings.audit
    key, file = given.data_dir / "identity.key", given.data_dir / "overgang.sqlite"
    if not key.is_file() or not file.is_file():
        raise ConfigError([f"{given.data_dir} is no folder of a trial"])
    secret = key.read_bytes()
    return Store(f"sqlite:///{file}", derived(secret, "store")), Signer([secret]), Audit()
