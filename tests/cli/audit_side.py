"""A configured gateway's audit, written without the gateway."""

from datetime import UTC, datetime
from pathlib import Path

from overgang.core.audit import Kind
from overgang.shell.keys import derived
from overgang.shell.scribe import Draft, Item, Scribe
from overgang.shell.signing import Signer
from overgang.shell.store import Store
from running import CONFIG, ROOT

KEY, OLD = b"k" * 32, b"o" * 32
CITIZEN = "1203852326"
NOW = datetime.now(UTC)
HEADS = '\n[audit]\nheads = "heads.jsonl"\n'


def configured(folder: Path, more: str = "", key: bytes = KEY) -> Path:
    (folder / "identity.key").write_bytes(key)
    config = folder / "gateway.toml"
    config.write_text(CONFIG.format(root=ROOT, modern="http://modern.invalid") + more, encoding="utf-8")
    return config


def opened(folder: Path, key: bytes = KEY) -> Store:
    return Store(f"sqlite:///{folder}/overgang.sqlite", derived(key, "store"))


def written(folder: Path, heads: Path | None = None, key: bytes = KEY, at: datetime = NOW) -> None:
    """Eight reads and two changes of a mode, by a gateway that ended in good order."""
    store = opened(folder, key)
    scribe = Scribe(store, Signer([key]), heads)
    for n in range(8):
        scribe.write([Item(Draft(Kind.READ, at, {"n": n}, CITIZEN, "CVR:12345678-RID:87654321"))])
    scribe.write([Item(Draft(Kind.ADMIN, at, {"n": n})) for n in range(2)])
    scribe.sign()
    store.close()
