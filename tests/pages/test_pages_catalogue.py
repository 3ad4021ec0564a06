"""The texts: both languages have each of them, each is used, none is missing."""

import re
from string import Formatter

import pytest

from overgang.core.beskeder import CREATED, DELETED, UPDATED
from overgang.core.compare.parity import Readiness
from overgang.core.compare.values import Kind, Label, Mode, Verdict
from overgang.pages.catalogue import CATALOGUE
from overgang.pages.messages import DISMISS, RELEASE
from overgang.pages.rendering import FOLDER, SECTIONS
from overgang.shell.store.pushes import DELIVERED
from overgang.shell.store.sequences import CLOSED, OPEN, TERMINATED
from overgang.shell.store.values import ACKNOWLEDGED, DEAD, DISMISSED, DROPPED, WAITING

TEMPLATES = {file.name: file.read_text(encoding="utf-8") for file in sorted((FOLDER / "templates").glob("*.html"))}
MODULES = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py") if file.name != "catalogue.py"}
EVERYWHERE = "\n".join([*TEMPLATES.values(), *MODULES.values()])
USED = set(re.findall(r"""\bt\(\s*["']([a-z0-9.-]+)["']\s*[,)]""", EVERYWHERE))
MADE = set(re.findall(r"""\bt\(\s*["']([a-z0-9.-]+\.)["'] ~""", EVERYWHERE)) | {"drop.", "days.", "callers.face."}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_each_text_is_there_in_both_languages_with_the_same_places_to_fill(key: str) -> None:
    danish, english = CATALOGUE[key]

    assert danish.strip()
    assert english.strip()
    assert placeholders(danish) == placeholders(english)


def test_every_key_that_a_page_names_is_in_the_catalogue() -> None:
    assert len(USED) > 100
    assert sorted(USED - CATALOGUE.keys()) == []


def test_every_text_is_used() -> None:
    named = {key for key in CATALOGUE if key in USED or f'"{key}"' in EVERYWHERE}
    made = {key for key in CATALOGUE if any(key.startswith(prefix) for prefix in MADE)}
    assert sorted(CATALOGUE.keys() - named - made) == []


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("kind.", list(Kind)),
        ("label.", list(Label)),
        ("verdict.", list(Verdict)),
        ("mode.", list(Mode)),
        ("state.", [*Readiness, "none"]),
        ("nav.", ["overview", *SECTIONS]),
        ("evidence.", ["documented", "partly", "reconstructed"]),
        ("shade.", ["unexplained", "expected", "noise", "form"]),
        ("message.state.", [WAITING, ACKNOWLEDGED, DROPPED, DEAD]),
        ("message.change.", [CREATED, UPDATED, DELETED]),
        ("sequence.state.", [OPEN, CLOSED, TERMINATED]),
        ("push.state.", [WAITING, DELIVERED, DEAD, DISMISSED]),
        *((f"dead.{part}.", [RELEASE.name, DISMISS.name]) for part in ("do", "title", "message", "pushes", "noted")),
        ("dead.done.", [RELEASE.done, DISMISS.done]),
        ("messages.why.", ["age", "size", "dismissed"]),
        ("block.", ["soap.in", "rest.out", "rest.in", "soap.out", "rules.cited", "messages.kept"]),
        (
            "error.",
            [f"{told}.{part}" for told in (400, 403, 404, 405, 413, 415, 500, 503) for part in ("title", "text")],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_value_that_can_be_shown_has_its_word(prefix: str, values: list[str]) -> None:
    assert [value for value in values if f"{prefix}{value}" not in CATALOGUE] == []
