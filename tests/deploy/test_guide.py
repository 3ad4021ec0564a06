"""A configuration copied and changed as the README's guide says, and nothing else."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import httpx
from nginx_side import BODY, KIND

from certificates import UNIT, authority, subject
from old_calls import ENROLLMENT, said
from running import ROOT, SECONDS, overgang

GUIDE = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Operating it")[2]


def settings() -> str:
    block = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    return re.sub(r"^ +", "", block[1], flags=re.MULTILINE)


def changed(text: str, section: str, name: str, line: str) -> str:
    """The copied file with this line in the place of its own, which may be commented out."""
    head, start, rest = text.partition(f"\n[{section}]")
    mine, end, after = rest.partition("\n[")
    mine, found = re.subn(rf"(?m)^(# )?{name} = .*$", lambda _: line, mine)
    assert found == 1, f"{section}.{name}"
    return head + start + mine + end + after


def installed(folder: Path) -> Path:
    """What is in /etc/overgang, with the paths of a deployment put into the folder."""
    for name in ("etc", "run", "lib"):
        (folder / name).mkdir()
    text = (ROOT / "config" / "gateway.toml").read_text(encoding="utf-8")
    for section, values in tomllib.loads(settings()).items():
        for name, value in values.items():
            line = f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"'
            text = changed(text, section, name, line)
    assert "leave `proxy_secret_file` out" in GUIDE
    text = changed(text, "clients", "proxy_secret_file", "")
    for place, here in (
        ("/opt/overgang", ROOT),
        ("/run/overgang", folder / "run"),
        ("/var/lib/overgang", folder / "lib"),
        ("admin_port = 8081", "admin_port = 0"),
    ):
        assert place in text
        text = text.replace(place, str(here))
    (folder / "etc" / "identity.key").write_bytes(b"k" * 32)
    (folder / "etc" / "gateway-1.toml").write_text(text, encoding="utf-8")
    return folder / "etc" / "gateway-1.toml"


def test_a_gateway_starts_as_the_guide_says_and_writes_where_the_unit_lets_it(tmp_path: Path) -> None:
    config = installed(tmp_path)
    organisations = 'cvr = "12345678"\norganisations = ["*"]'
    actors = tmp_path / "etc" / "actors.toml"
    actors.write_text(f'[[actor]]\nname = "Fagsystem"\nunits = ["{UNIT}"]\n{organisations}\n', encoding="utf-8")
    before = sorted((tmp_path / "etc").iterdir())
    with overgang(tmp_path / "out", "serve", "--config", str(config)) as process:
        process.wait_for("admin ")
        made = authority(under=authority(common="Den Danske Stat OCES rod-CA", below=1)).issue(
            subject("NTRDK-12345678", f"UI:DK-O:G:{UNIT}")
        )
        transport = httpx.HTTPTransport(uds=str(tmp_path / "run" / "gateway-1.sock"))
        with httpx.Client(transport=transport, base_url="http://gateway", timeout=SECONDS) as nginx:
            asked = {**KIND, "client-cert": quote(made.pem, safe=""), "overgang-proxy": ""}
            answer = nginx.post(ENROLLMENT, content=BODY, headers=asked)
        assert said(answer).code
        assert "identity." not in answer.text
    assert sorted((tmp_path / "etc").iterdir()) == before
    assert (tmp_path / "lib" / "overgang.sqlite").exists()
