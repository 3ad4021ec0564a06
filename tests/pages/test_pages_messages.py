"""The page of technical messages: queues, dead letters and what is done with them, what was dropped, each one's way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from test_pages_entry import Notes

from invented_source import (
    ACKED,
    CANARY,
    GIVEN_UP,
    GONE,
    HOOK,
    KNOWN_BY_NOW,
    MESSAGE,
    NOW,
    RULED,
    UNENTITLED,
    UNKNOWN,
    Invented,
    message_id,
    ways,
)
from overgang.core import beskeder
from overgang.core.compare.values import Mode
from overgang.pages.languages import Words
from overgang.pages.messages import host
from overgang.pages.store_source import StoreSource
from overgang.shell.store import Store
from overgang.shell.store.values import DEAD, DROPPED, WAITING, MessageDrop
from pages_client import BASE, FILLED_PAGES, ask, filled, pages, token, tree, words

APP = pages(filled())
NO_NAME = "Give your name, without anything like a citizen number; nothing was changed."
DISMISSALS = [f"/beskeder/{id_}/dismiss" for id_ in (KNOWN_BY_NOW, GIVEN_UP, UNKNOWN)]


def rows(heading: str, path: str = "/beskeder") -> list[str]:
    found = tree(ask(APP, path)).xpath(f"//*[@aria-labelledby='h-{heading}'][@role='region']//tbody/tr")
    return [words(row) for row in found]


def notices(path: str) -> list[str]:
    return [words(one) for one in tree(ask(APP, path)).xpath("//main/p[contains(@class, 'notice')]")]


# ---- the page


def test_each_queue_says_what_waits_since_when_and_what_became_of_the_rest() -> None:
    assert rows("queues") == [
        "2/81 A-kasse 3 50 minutes 1 20 1 0 0 0",
        "8/101 Jobcenter nearly full 84,210 25 days 1,200 311 2 17 2 1",
        "8/~ Jobcenter 0 – 0 4 0 0 0 0",
    ]


def test_a_queue_that_is_nearly_full_is_told_of_first() -> None:
    assert notices("/beskeder") == [
        "The queue of 8/101 has been nearly full since 10 Feb 2025 08:30. Unless it is emptied, the oldest messages "
        "are dropped."
    ]


def acts(id_: str) -> str:
    return f"{id_} Release {id_} Dismiss {id_}"


def test_dead_letters_are_there_with_a_way_to_release_or_dismiss_them() -> None:
    came = "9 Feb 2025 07:30"
    assert rows("unknown") == [
        f"Frist.~ documented, but not bridged 90001 8/101 Jobcenter {came} {acts(UNKNOWN)}",
        f"CprSkift 100013 8/101 Jobcenter {came} {acts(KNOWN_BY_NOW)}",
        f"YderligeInfoOmFravaer 100012 2/81 A-kasse {came} {acts(UNENTITLED)}",
    ]
    assert rows("given-up") == [
        f"hook.example.invalid:8443 9 8/101 Jobcenter Kontaktgruppe 100008 {came} {acts(GIVEN_UP)}"
    ]


def test_what_was_dropped_is_there_with_when_and_why() -> None:
    assert rows("dropped") == [f"{GONE} 10 Feb 2025 10:30 30 days never 8/101 Jobcenter Kontaktgruppe 100008"]
    assert rows("drops") == [
        "9 Feb 2025 8/101 Jobcenter too old for the queue 12",
        "9 Feb 2025 8/~ Jobcenter more than the queue holds 5",
    ]


def test_of_more_than_are_shown_it_says_so() -> None:
    source = filled()
    source.queued = [replace(source.queued[0], dead=400)]
    assert "Only the 3 newest are shown." in words(tree(ask(pages(source), "/beskeder")))
    assert "newest are shown" not in ask(APP, "/beskeder").text


def test_each_kind_has_its_names_its_old_operation_and_their_evidence() -> None:
    shown = rows("kinds")
    assert len(shown) == len(beskeder.KINDS) + len(beskeder.ELSEWHERE)
    assert shown[0] == ("Kontaktgruppe 100008 GetContactGroupVersion1 A-kasse, Jobcenter documented reconstructed")
    assert "Frist 90001 documented, but not bridged – documented –" in shown


# ---- a message's way


def test_a_message_is_followed_from_the_event_to_where_it_is() -> None:
    page = tree(ask(APP, f"/beskeder/{MESSAGE}"))
    facts = {words(one.find("dt")): words(one.find("dd")) for one in page.xpath("//dl[@class='facts']/div")}
    assert facts == {
        "State": "waiting",
        "Receiver": "8/101 Jobcenter",
        "EntitetNavn": "Kontaktgruppe",
        "EntitetId": "100008",
        "Change": "updated",
        "Comes from": "an event of the modernised side",
        "Old operation": "GetContactGroupVersion1 reconstructed",
    }
    assert [words(one) for one in page.xpath("//section[@aria-labelledby='h-way']/ol/li")] == [
        "Came and was kept: 9 Feb 2025 07:30",
        "Handed out for the first time: 9 Feb 2025 17:30 2 times",
        "Its content last fetched: 9 Feb 2025 18:30",
    ]
    assert rows("places", f"/beskeder/{MESSAGE}") == [
        "5c0c9b9e-0000-4000-8000-000000000001 7 ended 9 Feb 2025 17:30",
        "5c0c9b9e-0000-4000-8000-000000000002 1 open 9 Feb 2025 18:30",
    ]
    assert rows("pushes", f"/beskeder/{MESSAGE}") == ["hook.example.invalid:8443 delivered 1 – –"]


def test_one_of_a_rule_names_it_and_when_its_webhook_is_tried_next() -> None:
    page = tree(ask(APP, f"/beskeder/{RULED}"))
    assert page.xpath("//dl//a[@href='/rules#rule-visitation.kategori3']/text()") == ["visitation.kategori3"]
    assert "Personkategori" in words(page)
    assert rows("pushes", f"/beskeder/{RULED}") == ["hook.example.invalid:8443 waiting 2 status 503 10 Feb 2025 13:40"]


@pytest.mark.parametrize(("id_", "end"), [(ACKED, "Acknowledged"), (GONE, "Dropped")])
def test_its_end_is_the_last_step(id_: str, end: str) -> None:
    steps = tree(ask(APP, f"/beskeder/{id_}")).xpath("//section[@aria-labelledby='h-way']/ol/li")
    assert words(steps[-1]) == f"{end}: 10 Feb 2025 10:30"
    assert tree(ask(APP, f"/beskeder/{id_}")).xpath("//main//button") == []


@pytest.mark.parametrize("said", [MESSAGE, f" {MESSAGE} "])
def test_a_message_is_found_by_its_id(said: str) -> None:
    answer = ask(APP, "/beskeder", params={"id": said})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/beskeder/{MESSAGE}")


@pytest.mark.parametrize("said", ["nobody", CANARY, "a\0b", "x" * 5000, "æ"])
def test_what_is_not_found_is_told_and_not_repeated(said: str) -> None:
    answer = ask(APP, "/beskeder", params={"id": said})
    assert (answer.status_code, answer.headers["location"]) == (303, "/beskeder?missed=1")
    assert notices("/beskeder?missed=1")[0].startswith("No message with that id is kept here.")


@pytest.mark.parametrize(
    "path", [message_id(99), "%00", "x" * 300, CANARY, f"{message_id(99)}/release", f"{message_id(99)}/dismiss"]
)
def test_an_id_that_is_not_kept_is_not_there(path: str) -> None:
    answer = ask(APP, f"/beskeder/{path}")
    assert answer.status_code == 404
    assert CANARY not in answer.text


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("path", [*(path for path in FILLED_PAGES if path.startswith("/beskeder")), *DISMISSALS])
def test_no_page_shows_a_citizen_a_registration_or_more_than_a_webhook_s_host(path: str, language: str) -> None:
    text = ask(APP, path, headers={"accept-language": language}).text
    assert CANARY not in text
    assert "0e8d3c1a" not in text
    assert "https://hook" not in text
    assert "who=" not in text


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (f"8/101 {HOOK}", "hook.example.invalid:8443"),
        ("8/101 https://user:secret@hook.example.invalid/x?y#z", "hook.example.invalid"),
        (f"8/101 https://{CANARY}.example.invalid/", "~.example.invalid"),
        ("8/101 https://[::1/", "?"),
        ("8/101 https://h:99999/", "?"),
        ("8/101", "?"),
    ],
)
def test_a_webhook_is_named_by_its_host(target: str, shown: str) -> None:
    assert host(target) == shown


@pytest.mark.parametrize(
    ("seconds", "danish", "english"),
    [
        (-5, "under et minut", "under a minute"),
        (59, "under et minut", "under a minute"),
        (60, "1 minut", "1 minute"),
        (7199, "119 minutter", "119 minutes"),
        (7200, "2 timer", "2 hours"),
        (47 * 3600, "47 timer", "47 hours"),
        (48 * 3600, "2 dage", "2 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, danish: str, english: str) -> None:
    age = timedelta(seconds=seconds)
    assert (Words("da").age(age), Words("en").age(age)) == (danish, english)


# ---- releasing


def release(app: Starlette, id_: str, **given: str) -> tuple[int, str]:
    return act(app, "release", id_, **given)


def act(app: Starlette, action: str, id_: str, **given: str) -> tuple[int, str]:
    """The status, and what the page says or where it leads."""
    known = token(ask(app, f"/beskeder/{KNOWN_BY_NOW}/release"))
    fields = {"token": known, "by": "Test Testesen", **given}
    answer = ask(app, f"/beskeder/{id_}/{action}", "POST", data=fields, headers={"origin": BASE})
    if answer.status_code == 303:
        return 303, answer.headers["location"]
    told = tree(answer).xpath("//*[@role='alert']")
    return answer.status_code, words(told[0]) if told else words(tree(answer).find(".//h1"))


@pytest.fixture
def source() -> Invented:
    return filled()


def test_an_entity_that_is_known_by_now_goes_back_into_its_queue(source: Invented) -> None:
    form = words(tree(ask(pages(source), f"/beskeder/{KNOWN_BY_NOW}/release")).find(".//main"))
    assert "The message goes back into the receiver's queue as GetCprChangedVersion1." in form

    assert release(pages(source), KNOWN_BY_NOW) == (303, f"/beskeder/{KNOWN_BY_NOW}?released=1")

    message = source.ways[KNOWN_BY_NOW].message
    assert (message.state, message.kind) == (WAITING, "CprChanged")
    assert "The message is released." in ask(pages(source), f"/beskeder/{KNOWN_BY_NOW}?released=1").text


def test_a_webhook_that_was_given_up_is_tried_again(source: Invented) -> None:
    form = words(tree(ask(pages(source), f"/beskeder/{GIVEN_UP}/release")).find(".//main"))
    assert "These webhooks are tried again: hook.example.invalid:8443" in form

    assert release(pages(source), GIVEN_UP) == (303, f"/beskeder/{GIVEN_UP}?released=1")

    ((_, state, attempts, _, due),) = source.ways[GIVEN_UP].pushes
    assert (state, attempts, due) == (WAITING, 0, NOW)
    assert source.ways[GIVEN_UP].message.kind == "ContactGroup"


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        (UNKNOWN, "The message's entity type is still unknown here"),
        (UNENTITLED, "The receiver may not get this kind of message"),
        (MESSAGE, "Nothing is dead here"),
        (ACKED, "Nothing is dead here"),
    ],
)
def test_what_can_not_be_released_stays_as_it_is_and_the_page_says_so(source: Invented, id_: str, said: str) -> None:
    app, before = pages(source), dict(source.ways)

    shown = tree(ask(app, f"/beskeder/{id_}/release"))
    status, told = release(app, id_)

    assert words(shown.xpath("//*[@role='alert']")[0]).startswith(said)
    assert shown.xpath("//form") == []
    assert status == 409
    assert told.startswith(said)
    assert source.ways == before


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"token": "x"}, (403, "The form is out of date")),
        ({"token": ""}, (403, "The form is out of date")),
        ({"by": " "}, (400, NO_NAME)),
        ({"by": "Anna 050691-2617"}, (400, NO_NAME)),
    ],
)
def test_without_the_form_s_token_or_a_name_nothing_is_released(
    source: Invented, given: dict[str, str], expected: tuple[int, str]
) -> None:
    assert release(pages(source), KNOWN_BY_NOW, **given) == expected
    assert source.ways[KNOWN_BY_NOW].message.state == DEAD


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
@pytest.mark.parametrize("action", ["release", "dismiss"])
def test_another_site_s_form_does_nothing(source: Invented, action: str, headers: dict[str, str]) -> None:
    app, path = pages(source), f"/beskeder/{KNOWN_BY_NOW}/{action}"
    given = {"token": token(ask(app, path)), "by": "Test"}
    answer = ask(app, path, "POST", data=given, headers=headers)
    assert answer.status_code == 403
    assert source.ways[KNOWN_BY_NOW].message.state == DEAD


def test_a_message_that_went_away_meanwhile_is_not_there(source: Invented) -> None:
    assert release(pages(source), message_id(99)) == (404, "There is no such thing")


def test_a_release_is_written_down_before_and_after_with_what_and_by_whom(source: Invented) -> None:
    notes = Notes()
    assert release(pages(source, noted=notes), KNOWN_BY_NOW)[0] == 303
    (before, nobody), (after, by) = notes.said
    call = f"POST /beskeder/{KNOWN_BY_NOW}/release"
    assert (before, nobody) == ({"event": "change", "call": call}, None)
    assert (after, by) == (
        {
            "event": "changed",
            "call": call,
            "status": 303,
            "action": "release",
            "message": KNOWN_BY_NOW,
            "receiver": "8/101",
            "kind": "CprChanged",
            "entity": 100013,
        },
        "Test Testesen",
    )


@pytest.mark.parametrize("action", ["release", "dismiss"])
def test_what_can_not_be_written_down_is_not_done(source: Invented, action: str) -> None:
    app, path = pages(source, noted=Notes(failing=True)), f"/beskeder/{KNOWN_BY_NOW}/{action}"
    given = {"token": token(ask(app, path)), "by": "Test"}
    assert ask(app, path, "POST", data=given, headers={"origin": BASE}).status_code == 503
    assert source.ways[KNOWN_BY_NOW].message.state == DEAD


# ---- dismissing


@pytest.fixture
def store() -> Iterator[Store]:
    """Dead letters, and a message whose webhook was given up."""
    wanted = (UNKNOWN, KNOWN_BY_NOW, UNENTITLED, GIVEN_UP, ACKED)
    opened = Store("sqlite://", b"k" * 32, now=lambda: NOW)
    opened.add_messages([way.message for way in ways() if way.message.id in wanted], {"8/101": [f"8/101 {HOOK}"]})
    for push in opened.take_pushes([f"8/101 {HOOK}"], NOW, NOW):
        opened.not_delivered(push, "status 410", NOW, given_up=True)
    yield opened
    opened.close()


def stored(store: Store, noted: Notes | None = None) -> Starlette:
    return pages(StoreSource(store, lambda *_: Mode.NEW), noted=noted)


def dismiss(store: Store, id_: str, **given: str) -> tuple[int, str]:
    return act(stored(store), "dismiss", id_, **given)


def state(store: Store, id_: str) -> tuple[str, bytes | None, list[str]]:
    """Of a message, its content and its webhooks."""
    way = store.way_of(id_)
    assert way is not None
    return way.message.state, way.message.content, [push[1] for push in way.pushes]


def test_a_dismissal_says_what_becomes_of_a_dead_message(store: Store) -> None:
    form = words(tree(ask(stored(store), f"/beskeder/{UNKNOWN}/dismiss")).find(".//main"))
    assert "dropped without having reached its receiver, and its content is deleted" in form
    assert "counted as dismissed" in form
    assert "webhooks" not in form
    assert "stays" not in form


@pytest.mark.parametrize("id_", [UNKNOWN, KNOWN_BY_NOW, UNENTITLED])
def test_a_dead_message_of_any_kind_is_dropped_and_counted_as_dismissed(store: Store, id_: str) -> None:
    before = store.way_of(id_)
    assert before is not None
    assert before.message.content is not None

    assert dismiss(store, id_) == (303, f"/beskeder/{id_}?dismissed=1")

    assert state(store, id_) == (DROPPED, None, [])
    assert store.message_drops() == (MessageDrop("2025-02-10", before.message.receiver, "dismissed", 1),)
    shown = ask(stored(store), f"/beskeder/{id_}?dismissed=1")
    assert words(tree(shown).xpath("//*[@role='status']")[0]) == "What could not be delivered is dismissed."
    assert tree(shown).xpath("//main//button") == []


@pytest.mark.parametrize(("language", "why"), [("da", "kasseret"), ("en", "dismissed")])
def test_the_page_says_that_a_message_was_dismissed(store: Store, language: str, why: str) -> None:
    dismiss(store, UNKNOWN)
    page = tree(ask(stored(store), "/beskeder", headers={"accept-language": language}))
    (drop,) = page.xpath("//*[@aria-labelledby='h-drops'][@role='region']//tbody/tr")
    assert [words(cell) for cell in drop.xpath("td")][1:] == [why, "1"]
    assert UNKNOWN in words(page.xpath("//*[@aria-labelledby='h-dropped'][@role='region']")[0])


def test_given_up_webhooks_are_forgotten_and_the_message_waits_on(store: Store) -> None:
    waiting, content, _ = before = state(store, GIVEN_UP)
    assert before == (WAITING, content, [DEAD])
    form = words(tree(ask(stored(store), f"/beskeder/{GIVEN_UP}/dismiss")).find(".//main"))
    assert "webhooks are not tried again: hook.example.invalid:8443" in form
    assert "The message itself stays in the receiver's queue." in form
    assert "its content is deleted" not in form

    assert dismiss(store, GIVEN_UP) == (303, f"/beskeder/{GIVEN_UP}?dismissed=1")

    assert state(store, GIVEN_UP) == (waiting, content, ["dismissed"])
    assert store.message_drops() == ()


def test_what_its_receiver_gets_in_no_other_way_is_dropped_with_its_given_up_webhook(store: Store) -> None:
    assert StoreSource(store, lambda *_: Mode.NEW, pushed={"8/101"}).dismiss(GIVEN_UP, NOW)
    assert state(store, GIVEN_UP) == (DROPPED, None, [])
    assert [one.reason for one in store.message_drops()] == ["dismissed"]


def test_what_is_not_dead_can_not_be_dismissed(store: Store) -> None:
    assert dismiss(store, UNKNOWN)[0] == 303
    for id_ in (UNKNOWN, ACKED):
        before = state(store, id_)
        shown = tree(ask(stored(store), f"/beskeder/{id_}/dismiss"))
        assert words(shown.xpath("//*[@role='alert']")[0]).startswith("Nothing is dead here")
        assert shown.xpath("//form") == []
        status, told = dismiss(store, id_)
        assert (status, told.partition(":")[0]) == (409, "Nothing is dead here")
        assert state(store, id_) == before
    assert [one.n for one in store.message_drops()] == [1]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"token": "x"}, (403, "The form is out of date")),
        ({"by": " "}, (400, NO_NAME)),
        ({"by": "Anna 050691-2617"}, (400, NO_NAME)),
    ],
)
def test_without_the_form_s_token_or_a_name_nothing_is_dismissed(
    store: Store, given: dict[str, str], expected: tuple[int, str]
) -> None:
    before = state(store, UNKNOWN)
    assert dismiss(store, UNKNOWN, **given) == expected
    assert state(store, UNKNOWN) == before


def test_a_dismissal_is_written_down_before_and_after_with_what_and_by_whom(store: Store) -> None:
    notes, call = Notes(), f"POST /beskeder/{UNKNOWN}/dismiss"
    assert act(stored(store, notes), "dismiss", UNKNOWN)[0] == 303
    message = {"action": "dismiss", "message": UNKNOWN, "receiver": "8/101", "kind": "", "entity": 90001}
    assert notes.said == [
        ({"event": "change", "call": call}, None),
        ({"event": "changed", "call": call, "status": 303, **message}, "Test Testesen"),
    ]


def test_the_newest_messages_lead_to_their_ways() -> None:
    source = filled()
    page = tree(ask(pages(source), "/beskeder"))
    links = page.xpath("//section[@aria-labelledby='h-recent']//th//a/@href")
    expected = [one.message for one in source.ways.values() if one.message.state in ("waiting", "acknowledged")]
    assert len(links) == min(len(expected), 20) > 0
    assert all(ask(pages(source), str(link)).status_code == 200 for link in links)
