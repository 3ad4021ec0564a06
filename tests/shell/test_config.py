from dataclasses import fields
from pathlib import Path

import pytest

from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Mode
from overgang.shell.config import Comparing, Config, ConfigError, HeaderNames, Limits, Listen, Recording, Target, read
from overgang.shell.config_clients import CERTIFICATE, Admin, Clients
from overgang.shell.config_life import Life

SMALLEST = """
[upstream.jobsearch]
url = "https://modern.invalid/jobsearch/"
[identity]
key_file = "identity.key"

[clients]
proof = "trial"
"""


def written(tmp_path: Path, text: str) -> Path:
    """A configuration file among the folders it needs."""
    base = tmp_path / "config"
    (base / "codelists").mkdir(parents=True)
    (tmp_path / "wsdl").mkdir()
    (base / "identity.key").write_bytes(b"k" * 32 + b"\n")
    (base / "short.key").write_bytes(b"k" * 31 + b"\n")
    (base / "proxy.secret").write_bytes(b"p" * 32 + b"\n")
    (base / "actors.toml").write_bytes((Path(__file__).parents[2] / "config" / "actors.toml").read_bytes())
    (base / "releases.toml").write_text("")
    (base / "gateway.toml").write_text(text, encoding="utf-8")
    return base / "gateway.toml"


def lines(tmp_path: Path, text: str, **rules: frozenset[str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, text), **rules)
    return caught.value.lines


def test_the_smallest_configuration_has_every_default(tmp_path: Path) -> None:
    path = written(tmp_path, SMALLEST)
    assert read(path) == Config(
        listen=Listen(),
        wsdl=path.parent / "../wsdl",
        codelists=path.parent / "codelists",
        client="pyreqwest",
        upstream={"jobsearch": Target("https://modern.invalid/jobsearch", 10.0, 64)},
        limits=Limits(),
        headers=HeaderNames(),
        identity_key=b"k" * 32,
        switched_off={},
        releases=None,
        store=f"sqlite:///{path.parent}/overgang.sqlite",
    )


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    assert "kkk" not in repr(read(written(tmp_path, SMALLEST)))


def test_the_example_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "config" / "gateway.toml").read_text(encoding="utf-8")
    config = read(written(tmp_path, example))
    assert (config.listen, config.limits, config.headers) == (Listen(), Limits(), HeaderNames())
    assert (config.client, config.releases) == ("pyreqwest", None)
    assert (config.comparing, config.recording, config.modes) == (Comparing(), Recording(), {})
    assert config.store == f"sqlite:///{tmp_path / 'config'}/overgang.sqlite"
    assert all((target.deadline, target.max_in_flight) == (10.0, 64) for target in config.upstream.values())
    shown = {line.split("=")[0].strip("# ") for line in example.splitlines() if "=" in line}
    assert config.admin == Admin()
    assert config.clients == Clients(
        CERTIFICATE,
        tmp_path / "config" / "actors.toml",
        b"p" * 32,
        None,
        test_issuers=False,
        legacy=False,
        signatures=False,
    )
    assert {item.name for item in fields(Admin)} - {"token"} | {"token_file"} <= shown
    for kind in (Listen, Limits, HeaderNames, Target, Life):
        assert {item.name for item in fields(kind)} <= shown


def test_its_commented_settings_can_be_switched_on(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "config" / "gateway.toml").read_text(encoding="utf-8")
    for line in ('[callers."8/101"]', "switched_off =", "[releases]", "file ="):
        assert f"# {line}" in example
        example = example.replace(f"# {line}", line)
    config = read(written(tmp_path, example), rules={"tilmelding.fortid"})
    assert config.switched_off == {"8/101": frozenset({"tilmelding.fortid"})}
    assert config.releases is not None
    assert config.releases.name == "releases.toml"


def test_the_modes_of_calls_are_read(tmp_path: Path) -> None:
    old = '[old."AbsenceRegistrationService/7"]\nurl = "http://old.invalid/7"\n'
    rows = (
        '[[mode]]\nservice = "AbsenceRegistrationService/7"\noperation = "CreateAbsence"\nmode = "compare-old"\n'
        '[[mode]]\ncaller = "8/101"\nmode = "new"\n[compare]\nmode = "old"\n'
    )
    config = read(written(tmp_path, SMALLEST + old + rows))
    assert config.modes == {
        Scope("AbsenceRegistrationService/7", "CreateAbsence"): Mode.COMPARE_OLD,
        Scope(caller="8/101"): Mode.NEW,
    }
    assert config.comparing.mode is Mode.OLD


def test_a_database_elsewhere_is_left_as_it_is_and_not_shown(tmp_path: Path) -> None:
    config = read(written(tmp_path, SMALLEST + '[store]\nurl = "postgresql+psycopg://u:secret@db/overgang"\n'))
    assert config.store == "postgresql+psycopg://u:secret@db/overgang"
    assert "secret" not in repr(config)


def test_a_domains_own_settings_go_before_the_shared_ones(tmp_path: Path) -> None:
    text = (
        SMALLEST
        + '[upstream]\ndeadline = 3\nclient = "httpx"\n[upstream.other]\nurl = "http://[::1]:9"\ndeadline = 1.5\n'
    )
    config = read(written(tmp_path, text))
    assert config.upstream["jobsearch"].deadline == 3.0
    assert config.upstream["other"] == Target("http://[::1]:9", 1.5, 64)
    assert config.client == "httpx"


def test_nothing_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("OVERGANG_LISTEN_PORT", "1")
    assert read(written(tmp_path, SMALLEST)).listen.port == 8080


@pytest.mark.parametrize(
    ("more", "line"),
    [
        pytest.param("[lisen]", "lisen: unknown, did you mean listen?", id="an unknown section"),
        pytest.param("[listen]\nprot = 1", "listen.prot: unknown, did you mean port?", id="an unknown setting"),
        pytest.param("[listen]\nxyzzy = 1", "listen.xyzzy: unknown", id="an unknown setting unlike any other"),
        pytest.param("listen = 1", "listen: expected a table", id="a section that is none"),
        pytest.param('[listen]\nport = "80"', "listen.port: expected a whole number from 0 to 65535", id="a text"),
        pytest.param("[listen]\nport = true", "listen.port: expected a whole number from 0 to 65535", id="true"),
        pytest.param("[listen]\nport = 65536", "listen.port: expected a whole number from 0 to 65535", id="over"),
        pytest.param("[listen]\nport = -1", "listen.port: expected a whole number from 0 to 65535", id="under"),
        pytest.param('[listen]\nhost = "a b"', "listen.host: expected an IP address or a host name", id="a host"),
        pytest.param(
            '[listen]\nprefix = "/a/"',
            'listen.prefix: expected a path such as "/PjakTassWCF", or nothing',
            id="a prefix",
        ),
        pytest.param(
            '[listen]\npublic = "ftp://a"',
            "listen.public: expected an address that starts with http:// or https://",
            id="a scheme",
        ),
        pytest.param("[limits]\ndepth = 3", "limits.depth: expected a whole number from 4 to 250", id="a limit"),
        pytest.param(
            "[limits]\nrest_bytes = 1.5",
            "limits.rest_bytes: expected a whole number from 1024 to 1073741824",
            id="a fraction",
        ),
        pytest.param('[headers]\nregistered = "x y"', "headers.registered: expected a header name", id="a header"),
        pytest.param('[wsdl]\nfolder = "none"', "wsdl.folder: no folder {base}/none", id="a folder"),
        pytest.param(
            "[codelists]\nfolder = 1", "codelists.folder: expected the path of a folder", id="no folder's path"
        ),
        pytest.param('[releases]\nfile = "none"', "releases.file: no file {base}/none", id="a file"),
        pytest.param("[upstream]\ndeadline = 0", "upstream.deadline: expected seconds from 0.05 to 300", id="seconds"),
        pytest.param('[upstream]\nclient = "curl"', "upstream.client: expected pyreqwest or httpx", id="a choice"),
        pytest.param(
            "[upstream]\nmaxinflight = 1", "upstream.maxinflight: unknown, did you mean max_in_flight?", id="shared"
        ),
        pytest.param("[upstream.x]", "upstream.x.url: is missing", id="a domain without its address"),
        pytest.param(
            '[upstream.X]\nurl = "http://x"',
            "upstream.X: a domain is written in lower case, as in the path",
            id="a domain",
        ),
        pytest.param('[callers."8"]', 'callers."8": expected organisation type and code, e.g. "8/101"', id="a caller"),
        pytest.param(
            '[callers."8/1"]\nswitched_off = [1]', 'callers."8/1".switched_off: expected a list of texts', id="a list"
        ),
        pytest.param('[callers]\n"8/1" = 1', "callers.8/1: expected a table", id="a caller that is no table"),
        pytest.param(
            '[callers."8/1"]\nswitched_off = ["tilmelding.fortidd"]',
            'callers."8/1".switched_off: tilmelding.fortidd: unknown, did you mean tilmelding.fortid?',
            id="an unknown rule",
        ),
        pytest.param("[compare]\nsample = 1.5", "compare.sample: expected a share from 0 to 1", id="a share"),
        pytest.param(
            '[compare]\nmode = "both"',
            "compare.mode: expected old or compare-old or compare-new or new",
            id="a mode",
        ),
        pytest.param(
            '[compare]\nmode = "old"', "compare.mode: no old service has an address under [old]", id="a mode alone"
        ),
        pytest.param("[compare]\ntest_environment = 1", "compare.test_environment: expected true or false", id="truth"),
        pytest.param(
            '[store]\nurl = "mysql://a"', "store.url: expected an address of SQLite or PostgreSQL", id="a database"
        ),
        pytest.param(
            "[admission]\nat_once = 96",
            "admission.at_once: jobsearch: max_in_flight + waiting are 96 calls; expected more than those",
            id="one service that could hold every call",
        ),
        pytest.param(
            '[old."PersonRegistrationService/9"]\nurl = "http://x"\nwaiting = 64',
            "admission.at_once: PersonRegistrationService/9: max_in_flight + waiting are 128 calls; "
            "expected more than those",
            id="one old service that could",
        ),
        pytest.param("[mode]\na = 1", "mode: expected rows [[mode]]", id="a table for rows"),
        pytest.param('[[mode]]\ncaller = "8/1"', "mode[1].mode: is missing", id="a row without its mode"),
        pytest.param(
            '[[mode]]\nmode = "new"',
            "mode[1]: names no service, operation or caller; for all of them there is compare.mode",
            id="a row of nothing",
        ),
        pytest.param(
            '[[mode]]\ncaller = "8/1"\nmode = "old"',
            'mode[1]: mode "old" needs the old service\'s address under [old]',
            id="a row without an old service",
        ),
        pytest.param(
            '[[mode]]\ncaller = "8/1"\nmode = "new"\n[[mode]]\ncaller = "8/1"\nmode = "new"',
            "mode[2]: there is a row for the same before",
            id="a row twice",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_was_expected(tmp_path: Path, more: str, line: str) -> None:
    text = more + SMALLEST if more.startswith("listen") else SMALLEST + more
    expected = f"gateway.toml: {line.format(base=tmp_path / 'config')}"
    assert lines(tmp_path, text, rules=frozenset({"tilmelding.fortid"})) == [expected]


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://:80",
        "http://a:0",
        "http://a:99999",
        "http://u:p@a",
        "http://a?b",
        "http://a#b",
        "http://a/../b",
        "http://[::1",
    ],
)
def test_an_address_needs_a_host_and_nothing_that_can_lead_elsewhere(tmp_path: Path, address: str) -> None:
    (line,) = lines(tmp_path, SMALLEST.replace("https://modern.invalid/jobsearch/", address))
    assert line.startswith("gateway.toml: upstream.jobsearch.url: expected an address ")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('key_file = "identity.key"', "", "identity.key_file: is missing"),
        ("identity.key", "none.key", "identity.key_file: no file {base}/none.key"),
        ("identity.key", "short.key", "identity.key_file: {base}/short.key holds fewer than 32 bytes"),
    ],
)
def test_the_key_file_is_required_and_long_enough(tmp_path: Path, old: str, new: str, line: str) -> None:
    expected = f"gateway.toml: {line.format(base=tmp_path / 'config')}"
    assert lines(tmp_path, SMALLEST.replace(old, new)) == [expected]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert lines(tmp_path, "[listen]\nport = -1\nhots = 1\n[upstream]\ndeadline = 1000") == [
        "gateway.toml: upstream: no modern service is configured, e.g. [upstream.visiteringogstatus]",
        "gateway.toml: upstream.deadline: expected seconds from 0.05 to 300",
        "gateway.toml: listen.hots: unknown, did you mean host?",
        "gateway.toml: listen.port: expected a whole number from 0 to 65535",
        "gateway.toml: identity.key_file: is missing",
        'gateway.toml: clients.actors: is missing: the file of who may call (for a trial: proof = "trial")',
        "gateway.toml: clients.proxy_secret_file: is missing: on loopback it tells the proxy from everybody else",
    ]


def test_a_file_that_is_not_there_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file or directory"):
        read(tmp_path / "none.toml")
    (line,) = lines(tmp_path, "a = ")
    assert line.startswith("gateway.toml: not TOML: ")
    (tmp_path / "latin.toml").write_bytes(b"# \xe6")
    with pytest.raises(ConfigError, match=r"latin\.toml: not UTF-8"):
        read(tmp_path / "latin.toml")
