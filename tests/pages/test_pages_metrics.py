"""/metrics can be read by Prometheus, says what the gateway has counted, and names nobody."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
from prometheus_client.parser import text_string_to_metric_families

from invented_source import CANARY, NOW
from modern_calls import ABOUT, FRAVAER
from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, wrapped
from overgang.pages.metrics import Exposition
from overgang.shell.app import Gateway
from overgang.shell.store.errors import StoreError
from overgang.shell.store.values import Queue
from running import Site


def value(site: Site, name: str, *labels: str) -> float:
    answer = httpx.get(f"{site.process.address('admin')}/metrics", trust_env=False)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert CITIZEN not in answer.text
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name and set(labels) <= set(sample.labels.values())
    )


def test_calls_requests_and_the_process_are_told(site: Site) -> None:
    old = ("soap", "UnemploymentEnrollmentService/8", "GetProfessionCollection", "ok")
    before = value(site, "overgang_call_seconds_count", *old)
    asked = value(site, "overgang_upstream_seconds_count", "jobsearch", "2xx")
    for _ in range(3):
        site.client.post(ENROLLMENT, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
    site.client.get(FRAVAER, headers=ABOUT)
    site.client.get(f"/{CITIZEN}")
    assert value(site, "overgang_call_seconds_count", *old) == before + 3
    assert value(site, "overgang_call_seconds_bucket", *old, "+Inf") == before + 3
    assert value(site, "overgang_upstream_seconds_count", "jobsearch", "2xx") == asked + 3
    assert value(site, "overgang_call_seconds_count", "rest", "http") >= 1
    assert value(site, "overgang_upstream_requests_total", "jobsearch", "attempts") >= 3
    assert value(site, "overgang_breaker_open") == 0
    assert value(site, "overgang_store_reachable") == 1
    assert value(site, "overgang_calls_under_way") == 0
    assert value(site, "process_resident_memory_bytes") > 10_000_000
    assert value(site, "process_open_fds") > 5


# ---- technical messages


def samples(exposition: Exposition) -> dict[tuple[str, ...], float]:
    """What is told of messages and webhooks, by the sample's name and its labels' values."""
    exposition.look()
    text = exposition.text.decode()
    assert CANARY not in text
    return {
        (sample.name.removeprefix("overgang_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(("overgang_messages", "overgang_webhooks"))
    }


def exposition(queues: Callable[[], Sequence[Queue]], received: Counter[Any], sent: Counter[str]) -> Exposition:
    gateway = SimpleNamespace(
        observer=SimpleNamespace(calls={}, upstream={}, rules={}),
        admission=SimpleNamespace(under_way=0, refused=0),
        services={},
        webhooks=SimpleNamespace(counts=received),
        pushing=SimpleNamespace(counts=sent),
    )
    return Exposition(cast(Gateway, gateway), lambda: True, lambda: {"write": 2}, queues, lambda: NOW)


def test_queues_and_webhooks_are_told_by_receivers_that_are_no_citizens() -> None:
    day = timedelta(days=1)
    queues = [
        Queue("8/101", 5, 2, 1, 9, NOW - day, 4, NOW, 3, 6),
        Queue(f"8/{CANARY}", 1, 0, 0, 0, NOW - day, 0, None, 0, 0),
        Queue("8/0101010101", 2, 1, 0, 0, NOW - 2 * day, 7, None, 0, 0),  # told alike
        Queue("2/81", 0, 0, 0, 0, None, 0, None, 0, 0),
    ]
    received = Counter({("Kontaktgruppe", "kept"): 3, ("other", "webhook.sender"): 1})
    told = samples(exposition(lambda: queues, received, Counter(delivered=8, failed=2)))

    assert {key: value for key, value in told.items() if "8/101" in key} == {
        ("messages", "8/101", "waiting"): 5,
        ("messages", "8/101", "handed"): 2,
        ("messages", "8/101", "dead"): 1,
        ("messages", "8/101", "acknowledged"): 9,
        ("messages_oldest_age_seconds", "8/101"): 86400,
        ("messages_dropped_total", "8/101"): 4,
        ("messages_alarm", "8/101"): 1,
        ("webhooks_waiting", "8/101"): 3,
        ("webhooks_given_up", "8/101"): 6,
    }
    assert (told["messages", "8/~", "waiting"], told["messages_oldest_age_seconds", "8/~"]) == (3, 2 * 86400)
    assert (told["messages_dropped_total", "8/~"], told["messages_alarm", "8/~"]) == (7, 0)
    assert told["messages_oldest_age_seconds", "2/81"] == 0
    assert {key: value for key, value in told.items() if len({"8/101", "8/~", "2/81"} & set(key)) == 0} == {
        ("webhooks_received_total", "Kontaktgruppe", "kept"): 3,
        ("webhooks_received_total", "other", "webhook.sender"): 1,
        ("webhooks_sent_total", "delivered"): 8,
        ("webhooks_sent_total", "failed"): 2,
    }


def test_while_the_store_fails_everything_else_is_told() -> None:
    def gone() -> tuple[Queue, ...]:
        raise StoreError("the store failed: OperationalError (SQLITE_IOERR)", passing=True)

    told = exposition(gone, Counter(), Counter(delivered=1))
    assert samples(told) == {("webhooks_sent_total", "delivered"): 1}
    assert b"overgang_store_reachable 1.0" in told.text
    assert b"overgang_beside_left_out_total{" not in told.text


def test_an_event_that_the_gateway_keeps_is_told_of_there(site: Site) -> None:
    said = {
        "EntitetNavn": "Kontaktgruppe",
        "EntitetId": 100008,
        "EksternIdentifier": "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20",
        "IdentifikationstypeId": 1,
        "Aendringstype": 1,
    }
    kept = "overgang_webhooks_received_total", "Kontaktgruppe", "kept"
    before = value(site, *kept)
    answer = site.client.post(
        "/beskeder/v1/Webhook/8/751", json=said, headers={"x-civilRegistrationIdentifier": CITIZEN}
    )
    assert answer.status_code == 200, answer.text
    assert value(site, *kept) == before + 1
    assert value(site, "overgang_messages", "8/751", "waiting") == 1
    page = httpx.get(f"{site.process.address('admin')}/beskeder", trust_env=False)
    assert "8/751" in page.text
    assert CITIZEN not in page.text
