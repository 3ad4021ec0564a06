"""/metrics can be read by Prometheus, says what the gateway has counted, and names nobody."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from modern_calls import ABOUT, FRAVAER
from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, wrapped
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
