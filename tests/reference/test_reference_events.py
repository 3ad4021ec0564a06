"""What the modern side tells of: each registration, to the citizen's organisations that may get it and no other."""

from collections.abc import Iterator

import pytest
from reference_side import FRAVAER, NUMBERS, Side, fravaer, fresh, tilmelding

from overgang.reference.events import A_KASSE, JOBCENTER, NO_ID, of_registration

INSURED = "dagpengemodtager"  # of jobcenter 10101 and a-kasse 81
WITHOUT = "uden ydelse"  # of the jobcenter alone


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def told(side: Side, kind: int = JOBCENTER, code: str = "10101") -> list[tuple[str, int]]:
    with side.store.transaction() as transaction:
        return [(one.entity, one.change) for one in transaction.events.of((kind, code))]


def test_a_registration_is_told_to_jobcenter_and_a_kasse(side: Side) -> None:
    id_ = side.send("POST", FRAVAER, body=fravaer()).json()
    side.send("PUT", f"{FRAVAER}/{id_}", body=fravaer(fravaersKommentar="x"))
    side.send("DELETE", f"{FRAVAER}/{id_}/fejl")
    assert told(side) == told(side, A_KASSE, "81") == [("Fravaer", 1), ("Fravaer", 2), ("Fravaer", 3)]
    assert told(side, JOBCENTER, "10111") == told(side, A_KASSE, "82") == []


def test_an_organisation_that_the_citizen_does_not_have_is_not_told(side: Side) -> None:
    side.send("POST", FRAVAER, citizen=WITHOUT, body=fravaer())
    assert told(side) == [("Fravaer", 1)]
    assert told(side, A_KASSE, "81") == []


def test_what_is_refused_or_repeated_is_not_told(side: Side) -> None:
    side.send("POST", FRAVAER, body=fravaer(), request_id="once")
    side.send("POST", FRAVAER, body=fravaer(), request_id="once")
    side.send("POST", FRAVAER, body=fravaer())
    assert told(side) == [("Fravaer", 1)]


def test_what_was_there_from_the_start_is_not_told(side: Side) -> None:
    assert told(side) == told(side, A_KASSE, "81") == []


BOTH = (JOBCENTER, A_KASSE)
KINDS = [
    ("tilmelding", {"klientkategori": 1}, 8, None, [("Tilmelding", 1, BOTH)]),
    ("tilmelding", {"afmeldingsdato": "x"}, 8, {"klientkategori": 1}, [("Afmelding", 1, BOTH)]),
    ("tilmelding", {"afmeldingsdato": "x"}, 8, {"afmeldingsdato": "y"}, [("Tilmelding", 1, BOTH)]),
    ("kontaktgruppe", {"kontaktgruppeType": 2}, 8, None, [("Kontaktgruppe", 1, (JOBCENTER,))]),
    ("kontaktgruppe", {"kontaktgruppeType": 13}, 8, None, [("Kontaktgruppe", 1, BOTH)]),
    ("personkategori", {}, 8, None, [("Personkategori", 1, BOTH)]),
    ("fravaer", {"fravaerType": 10}, 2, None, [("Fravaer", 1, BOTH)]),
    ("fravaer", {"fravaerType": 31}, 2, None, [("Fravaer", 1, BOTH), ("JobrettetUddannelse", 1, BOTH)]),
    ("fravaer", {"fravaerType": 32}, 8, None, [("Fravaer", 1, BOTH)]),
    ("yderligereInfo", {}, 8, None, [("YderligeInfoOmFravaer", 1, (JOBCENTER,))]),
    ("joboensker", {}, 8, None, []),
]


@pytest.mark.parametrize(("kind", "content", "registrar", "before", "wanted"), KINDS, ids=range(len(KINDS)))
def test_what_is_told_as_what_and_to_whom(
    kind: str, content: dict[str, object], registrar: int, before: dict[str, object] | None, wanted: list[object]
) -> None:
    assert list(of_registration(kind, content, registrar, 1, before)) == wanted


def test_a_citizen_who_moves_is_told_of_to_the_new_organisation_and_not_shown_to_the_old_one(side: Side) -> None:
    assert side.send("GET", FRAVAER).status_code == 200
    moved = side.send("POST", "/reference/tilknytning", content=b'{"jobcenter": "10111", "aKasse": null}')
    assert moved.status_code == 204
    left = {"x-activeOrganisationTypeIdentifier": "8", "x-activeOrganisationCode": "10101"}
    fund = {"x-activeOrganisationTypeIdentifier": "2", "x-activeOrganisationCode": "81"}
    other = {"x-activeOrganisationTypeIdentifier": "8", "x-activeOrganisationCode": "10160"}
    assert side.refusal("GET", FRAVAER, headers=left) == (403, 6005)
    assert side.refusal("GET", FRAVAER, headers=fund) == (403, 4922)
    assert side.send("GET", FRAVAER, headers=other).status_code == 200
    side.send("POST", FRAVAER, body=fravaer(), headers=other)
    assert told(side, JOBCENTER, "10111") == [("Fravaer", 1)]
    assert told(side) == told(side, A_KASSE, "81") == []


def test_a_new_number_takes_everything_along_and_is_told(side: Side) -> None:
    side.send("POST", FRAVAER, body=fravaer())
    new = "1203852334"
    done = side.send("POST", "/reference/cprskift", content=b'{"civilregistrationIdentifier": "%s"}' % new.encode())
    assert done.status_code == 204
    assert side.refusal("GET", FRAVAER) == (404, 4404)
    assert len(side.send("GET", FRAVAER, citizen=new).json()["fravaer"]) == 1
    assert told(side)[-1] == told(side, A_KASSE, "81")[-1] == ("CprSkift", 2)
    with side.store.transaction() as transaction:
        event = transaction.events.of((JOBCENTER, "10101"))[-1]
    assert (event.citizen, event.external) == (new, NO_ID)
    assert event.body == {"tidligereCivilregistrationIdentifier": NUMBERS[INSURED]}


def test_a_reset_forgets_events_and_moves(side: Side) -> None:
    side.send("POST", "/reference/tilknytning", content=b'{"jobcenter": "10111"}')
    side.send("POST", FRAVAER, body=fravaer())
    side.store.reset()
    assert told(side, JOBCENTER, "10111") == []
    side.send("POST", "/visiteringogstatus/v1/Tilmelding/7f0c3a52-9c1e-4f5b-8d6a-2b4e6c8f0a13", body=tilmelding())
    assert told(side) == [("Tilmelding", 1)]
