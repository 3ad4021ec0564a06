"""The section [messages]."""

from pathlib import Path
from typing import Any

import pytest

from overgang.core import beskeder
from overgang.shell.config_messages import MessageSettings, Subscription, messages

SYSTEM = "3c9f0e5a-8d41-4c57-9b1e-6f2a7d30c415"


def read(folder: Path, **given: Any) -> tuple[MessageSettings | None, list[str]]:
    lines: list[str] = []
    return messages(given, folder, lines), lines


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path) == (MessageSettings(), [])


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40)
    found, lines = read(
        tmp_path,
        days=3,
        most=100,
        alarm=0.5,
        shown=1,
        sequence_hours=2,
        receive="https://gateway.example.invalid/",
        system=SYSTEM,
        sync=True,
        seconds=2,
        give_up=1,
        subscription=[
            {"organisation": "8/101"},
            {"organisation": "2/81", "entities": ["Kontaktgruppe", 4711, "Frist"], "to": "2025-06-15T00:00:00"},
        ],
        webhook=[
            {"organisation": "8/151", "url": "https://a.example.invalid/x", "secret_file": "secret", "queue": True},
        ],
    )
    assert lines == []
    assert found is not None
    assert (found.bounds.days, found.bounds.most, found.bounds.alarm, found.bounds.shown) == (3, 100, 0.5, 1)
    assert found.subscriptions == (
        Subscription("8/101", tuple(one.entity for one in beskeder.KINDS)),
        Subscription("2/81", (100008, 4711, 90001), end="2025-06-15T00:00:00"),
    )
    assert found.targets() == {"8/151": ("8/151 https://a.example.invalid/x",)}
    assert "ssss" not in repr(found)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"dayz": 1}, "messages.dayz: unknown, did you mean days?"),
    ({"most": 0}, "messages.most: expected a whole number from 1"),
    ({"system": "x"}, "messages.system: expected a uuid"),
    ({"sync": True}, "messages.sync: needs receive"),
    ({"subscription": {}}, "messages.subscription: expected rows"),
    ({"subscription": [{}]}, "messages.subscription[1].organisation: is missing"),
    ({"subscription": [{"organisation": "8/x"}]}, "messages.subscription[1].organisation: expected an organisation"),
    ({"subscription": [{"organisation": "8/1", "entities": ["Kontaktgrupe"]}]}, "did you mean Kontaktgruppe?"),
    ({"subscription": [{"organisation": "8/1", "entities": []}]}, "expected a list of EntitetNavn or EntitetId"),
    (
        {"subscription": [{"organisation": "8/1", "from": "2025"}]},
        "messages.subscription[1].from: expected 2025-01-01T",
    ),
    (
        {"subscription": [{"organisation": "8/101", "to": "2026-02-30T00:00:00"}]},
        "messages.subscription[1].to: expected 2025-01-01T",
    ),
    ({"webhook": [{"organisation": "8/1", "url": "https://a", "secret_file": "none"}]}, "secret_file: no file"),
    ({"webhook": [{"organisation": "8/1", "url": "ftp://a", "secret_file": "secret"}]}, "messages.webhook[1].url:"),
    (
        {"webhook": [{"organisation": "8/1", "url": "https://a", "secret_file": "secret"}] * 2},
        "messages.webhook: 8/1 https://a is there twice",
    ),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_is_told_with_its_place(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    (tmp_path / "secret").write_text("s" * 40)
    _, lines = read(tmp_path, **given)
    assert len(lines) == 1
    assert said in lines[0]
