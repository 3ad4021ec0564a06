"""Deprecated services over the faces: what their answers say, and what is refused or forwarded."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from overgang.core.retirement import Retirement
from overgang.shell.app import Gateway
from overgang.shell.client import Raw
from overgang.shell.config import Config, HeaderNames, Limits, Listen
from overgang.shell.loading import Loaded, load
from overgang.shell.upstream import Upstream

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contract" / "samples"
NOON = datetime(2025, 7, 1, 10, 0, tzinfo=UTC)
ABSENCE = "/PjakTassWCF/7/AbsenceRegistrationService.svc"
PERSON = "/PjakTassWCF/9/PersonRegistrationService.svc"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(ROOT / "wsdl", ROOT / "config" / "codelists", calendar=ROOT / "config" / "releases.toml")


class Old(Upstream):
    """An upstream whose only reachable side is an old one, which says what it was sent."""

    def __init__(self, *services: str) -> None:
        super().__init__({})
        self.served = services
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []

    def reaches(self, service: str) -> bool:
        return service in self.served

    async def forward(self, service: str, body: bytes, headers: Any) -> Raw:
        self.sent.append((service, body, dict(headers)))
        return Raw(500, "text/xml; charset=utf-8", b"<the old answer>\xe6</the old answer>")


def post(loaded: Loaded, path: str, sample: str, upstream: Upstream | None = None) -> httpx.Response:
    return sent(loaded, path, (SAMPLES / f"{sample}.xml").read_bytes(), upstream)


def sent(loaded: Loaded, path: str, body: bytes, upstream: Upstream | None = None) -> httpx.Response:
    config = Config(
        Listen(),
        ROOT / "wsdl",
        ROOT / "config" / "codelists",
        "pyreqwest",
        {},
        Limits(),
        HeaderNames(),
        b"k" * 32,
        {},
        None,
    )

    async def call() -> httpx.Response:
        gateway: Any = Gateway(config, loaded, upstream or Upstream({}), lambda: NOON)
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post(path, content=body, headers={"content-type": "text/xml; charset=utf-8"})

    return asyncio.run(call())


def ended(loaded: Loaded, sunset: date) -> Loaded:
    """The same with every service's last day on `sunset`."""

    def retired(retirement: Retirement | None) -> Retirement | None:
        return retirement and replace(retirement, sunset=sunset)

    return replace(loaded, services=tuple(replace(one, retirement=retired(one.retirement)) for one in loaded.services))


def test_every_answer_of_a_deprecated_service_says_so_also_a_fault(loaded: Loaded) -> None:
    answer = post(loaded, ABSENCE, "AbsenceRegistrationService.CreateAbsence")

    assert answer.status_code == 500  # no modern side is configured
    assert answer.headers["deprecation"] == "@1733612400"
    assert answer.headers["link"].startswith("<http://127.0.0.1:8080/visiteringogstatus/openapi.json>")
    assert "sunset" not in answer.headers


def test_on_its_last_day_a_service_says_when_it_ends(loaded: Loaded) -> None:
    answer = post(ended(loaded, date(2025, 7, 1)), ABSENCE, "AbsenceRegistrationService.CreateAbsence")

    assert answer.headers["sunset"] == "Tue, 01 Jul 2025 22:00:00 GMT"
    assert "service.ended" not in answer.text


def test_after_its_last_day_a_service_answers_with_the_modern_call(loaded: Loaded) -> None:
    answer = post(ended(loaded, date(2025, 6, 30)), ABSENCE, "AbsenceRegistrationService.CreateAbsence")

    assert "service.ended" in answer.text
    assert "POST /visiteringogstatus/v1/Fravaer" in answer.text
    assert "s:Client" in answer.text


def test_an_operation_that_is_not_modernised_goes_to_the_old_address_untouched(loaded: Loaded) -> None:
    old = Old("PersonRegistrationService/9")

    answer = post(loaded, PERSON, "PersonRegistrationService.CreateHealthLimitation", old)

    sample = (SAMPLES / "PersonRegistrationService.CreateHealthLimitation.xml").read_bytes()
    assert old.sent == [("PersonRegistrationService/9", sample, {"Content-Type": "text/xml; charset=utf-8"})]
    assert (answer.status_code, answer.content) == (500, b"<the old answer>\xe6</the old answer>")


def test_without_an_old_address_it_is_answered_by_a_clear_fault(loaded: Loaded) -> None:
    answer = post(loaded, PERSON, "PersonRegistrationService.CreateHealthLimitation")

    assert "operation.not-bridged" in answer.text
    assert "s:Server" in answer.text


def test_who_still_calls_is_logged_once_a_day_also_when_the_service_has_ended(
    loaded: Loaded, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="overgang.usage")
    post(ended(loaded, date(2025, 6, 30)), ABSENCE, "AbsenceRegistrationService.CreateAbsence")

    assert [record.message for record in caplog.records] == [
        "8/10101 still calls AbsenceRegistrationService/7 CreateAbsence"
    ]


def test_an_operation_that_is_not_modernised_is_refused_before_it_is_read(loaded: Loaded) -> None:
    body = (SAMPLES / "PersonRegistrationService.CreateHealthLimitation.xml").read_text(encoding="utf-8")
    emptied = body[: body.index("<s:Header>")] + body[body.index("</s:Header>") + len("</s:Header>") :]

    assert "operation.not-bridged" in sent(loaded, PERSON, emptied.encode()).text
