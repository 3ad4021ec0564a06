"""`overgang serve` and a configuration that can't be used."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from overgang.cli import serving
from overgang.cli.main import main
from overgang.cli.serving import AFTER, BRIEF
from running import ROOT, SECONDS, Site, lines, overgang

DOMAINS = ("borgerkommunikation", "eksternedata", "jobsearch", "komposit", "visiteringogstatus")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines on standard error of a command that ends with 2 and says nothing else."""
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.splitlines()


def test_each_mistake_in_a_configuration_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[listen]\nport = "x"\nhosst = "a"\n[upstream.jobsearch]\nurl = "ftp://x"\n', encoding="utf-8")

    told = refused(capsys, "serve", "--config", str(config))

    assert all(line.startswith("overgang: gateway.toml: ") for line in told)
    places = {line.removeprefix("overgang: gateway.toml: ").partition(":")[0] for line in told}
    assert places == {
        "listen.hosst",
        "listen.port",
        "upstream.jobsearch.url",
        "wsdl.folder",
        "codelists.folder",
        "identity.key_file",
        "clients.actors",
        "clients.proxy_secret_file",
    }


def test_a_configuration_that_is_not_there_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = refused(capsys, "serve", "--config", str(tmp_path / "none.toml"))

    assert line == f"overgang: {tmp_path}/none.toml: No such file or directory"


def test_a_configuration_that_is_no_toml_is_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text("[listen\n", encoding="utf-8")

    (line,) = refused(capsys, "serve", "--config", str(config))

    assert line.startswith("overgang: gateway.toml: not TOML: ")
    assert "line 1" in line


def configured(folder: Path, domains: Iterable[str], more: str = "") -> Path:
    """A configuration of this checkout's contracts, whole where `domains` are all of them."""
    (folder / "identity.key").write_bytes(b"k" * 32)
    config = folder / "gateway.toml"
    upstream = "".join(f'[upstream.{domain}]\nurl = "http://127.0.0.1:9/{domain}"\n' for domain in domains)
    config.write_text(
        "[listen]\nport = 0\nadmin_port = 0\n"
        f'[wsdl]\nfolder = "{ROOT}/wsdl"\n[codelists]\nfolder = "{ROOT}/config/codelists"\n'
        f'[identity]\nkey_file = "identity.key"\n[clients]\nproof = "trial"\n{upstream}{more}',
        encoding="utf-8",
    )
    return config


def test_each_modern_domain_without_an_address_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(tmp_path, ["visiteringogstatus", "eksternedata"])

    assert refused(capsys, "serve", "--config", str(config)) == [
        f"overgang: gateway.toml: upstream.{domain}: is missing"
        for domain in ("borgerkommunikation", "jobsearch", "komposit")
    ]


def test_each_rule_that_does_not_exist_and_is_switched_off_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = '["tilmelding.fortidd", "tilmelding.dato", "fravaer.ingen"]'
    config = configured(tmp_path, DOMAINS, f'[callers."8/101"]\nswitched_off = {names}\n')

    told = refused(capsys, "serve", "--config", str(config))

    where = 'overgang: gateway.toml: callers."8/101".switched_off: '
    assert [line.startswith(where) for line in told] == [True, True]
    assert [line.removeprefix(where).partition(":")[0] for line in told] == ["tilmelding.fortidd", "fravaer.ingen"]
    assert told[0].endswith("did you mean tilmelding.fortid?")


def test_each_name_in_modes_and_old_addresses_that_no_contract_has_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = 'url = "http://127.0.0.1:9/x"\n'
    more = (
        f'[old."JoblogService/2"]\n{old}[old."JoblogService/3"]\n{old}[old."AbsenceRegistrationService/7"]\n{old}'
        '[[mode]]\nservice = "JoblogService/2"\noperation = "PersonSaerch"\nmode = "old"\n'
        '[[mode]]\noperation = "CreateAbsense"\nmode = "old"\n'
        '[[mode]]\nservice = "JobLogService/2"\nmode = "new"\n'
        '[[mode]]\nservice = "AbsenceRegistrationService/7"\noperation = "CreateAbsence"\nmode = "compare-old"\n'
    )

    assert refused(capsys, "serve", "--config", str(configured(tmp_path, DOMAINS, more))) == [
        "overgang: gateway.toml: old: JoblogService/3: unknown, did you mean JoblogService/2?",
        "overgang: gateway.toml: mode: operation PersonSaerch: unknown, did you mean PersonSearch?",
        "overgang: gateway.toml: mode: operation CreateAbsense: unknown, did you mean CreateAbsence?",
        "overgang: gateway.toml: mode: service JobLogService/2: unknown, did you mean JoblogService/2?",
    ]


def test_a_served_gateway_does_not_start_without_its_contracts(tmp_path: Path) -> None:
    (tmp_path / "wsdl").mkdir()
    (tmp_path / "identity.key").write_bytes(b"k" * 32)
    config = tmp_path / "gateway.toml"
    config.write_text(
        '[listen]\nport = 0\nadmin_port = 0\n[wsdl]\nfolder = "wsdl"\n'
        f'[codelists]\nfolder = "{ROOT}/config/codelists"\n'
        '[upstream.jobsearch]\nurl = "http://127.0.0.1:9/jobsearch"\n[identity]\nkey_file = "identity.key"\n'
        '[clients]\nproof = "trial"\n',
        encoding="utf-8",
    )

    with overgang(tmp_path, "serve", "--config", str(config)) as process:
        assert process.popen.wait(SECONDS) == 2
        (line,) = lines(process.stderr)

    assert line.startswith("overgang: ")
    assert "*.wsdl" in line


def test_a_served_gateway_prints_its_two_addresses_and_nothing_else(site: Site) -> None:
    assert [line.split()[0] for line in lines(site.process.stdout)] == ["gateway", "admin"]


@pytest.mark.parametrize(
    ("more", "longest"),
    [
        pytest.param("", 30, id="the default"),
        pytest.param("[operations]\nseconds = 2.5\n", 3, id="shorter"),
        pytest.param("[operations.CreateAbsence]\nseconds = 600\n", 600, id="that of one operation"),
        pytest.param(
            '[old."JoblogService/2"]\nurl = "http://127.0.0.1:9/x"\ndeadline = 90\n', 90, id="that of an old service"
        ),
    ],
)
def test_when_it_stops_calls_have_longer_than_any_of_them_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, longest: int
) -> None:
    given: list[int | None] = []

    async def run(sites: Sequence[serving.Site], *_: Any, **__: Any) -> None:
        for site in sites:
            given.append(serving._uvicorn(site).timeout_graceful_shutdown)
            site.bound.close()

    monkeypatch.setattr(serving, "run", run)
    assert main(["serve", "--config", str(configured(tmp_path, DOMAINS, more))]) == 0
    assert given == [longest + AFTER, BRIEF]
