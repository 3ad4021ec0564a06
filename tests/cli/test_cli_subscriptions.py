"""`overgang subscriptions`, against the modern side of trials: what differs is told, and made so, all or nothing."""

from pathlib import Path

import httpx
import pytest

from overgang.cli.main import main
from running import ROOT, modern_side

SYSTEM = "3c9f0e5a-8d41-4c57-9b1e-6f2a7d30c415"
CONFIG = """
[listen]
port = 0
admin_port = 0
[wsdl]
folder = "{root}/wsdl"
[codelists]
folder = "{root}/config/codelists"
[identity]
key_file = "identity.key"
[clients]
proof = "trial"
[upstream.eksternkommunikation]
url = "{modern}/eksternkommunikation"
[messages]
receive = "http://127.0.0.1:1"
system = "{system}"
[[messages.subscription]]
organisation = "8/10101"
entities = ["Kontaktgruppe", {entity}]
"""


def configured(folder: Path, modern: str, entity: str = '"Fravaer"') -> str:
    (folder / "identity.key").write_bytes(b"k" * 32)
    file = folder / "gateway.toml"
    file.write_text(CONFIG.format(root=ROOT, modern=modern, system=SYSTEM, entity=entity))
    return str(file)


def test_what_differs_is_told_and_made_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with modern_side() as modern:
        config = configured(tmp_path, modern.url)
        assert main(["subscriptions", "--config", config]) == 1
        told = capsys.readouterr().out
        assert "+ 8/10101 entity 100008 to http://127.0.0.1:1/beskeder/v1/Webhook/8/10101\n" in told
        assert told.endswith("0 subscriptions as wanted, 2 different\n")
        assert main(["subscriptions", "--config", config, "--apply"]) == 0
        assert capsys.readouterr().out.endswith("0 subscriptions as wanted, 2 brought up to date\n")
        assert main(["subscriptions", "--config", config]) == 0
        assert capsys.readouterr().out == "2 subscriptions as wanted, 0 different\n"
        config = configured(tmp_path, modern.url, '"Tilmelding"')
        assert main(["subscriptions", "--config", config]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert {line.split(" to ")[0] for line in lines[:2]} == {"+ 8/10101 entity 100006", "- 8/10101 entity 100010"}


def test_a_list_with_a_mistake_changes_nothing_and_each_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with modern_side() as modern:
        assert main(["subscriptions", "--config", configured(tmp_path, modern.url), "--apply"]) == 0
        assert main(["subscriptions", "--config", configured(tmp_path, modern.url, "4711"), "--apply"]) == 2
        told = capsys.readouterr().err
        assert "nothing was changed: the modern side refused the list" in told
        assert "abonnementer[1].entityType: refused with error 150002" in told
        there = httpx.get(f"{modern.url}/eksternkommunikation/v1/Abonnement/{SYSTEM}", trust_env=False).json()
        assert [one["entityType"] for one in there["abonnementer"]] == [100008, 100010]


def test_a_modern_side_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["subscriptions", "--config", configured(tmp_path, "http://127.0.0.1:9")]) == 2
    assert "the subscriptions can't be read: unavailable" in capsys.readouterr().err


def test_what_is_missing_in_the_configuration_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(configured(tmp_path, "http://127.0.0.1:9"))
    file.write_text(file.read_text().replace(f'system = "{SYSTEM}"', ""))
    assert main(["subscriptions", "--config", str(file)]) == 2
    assert "messages.system" in capsys.readouterr().err
