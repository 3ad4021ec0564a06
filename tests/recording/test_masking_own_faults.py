"""What the gateway itself says in its faults is no citizen's, and can be read after masking."""

import ast
import re
from pathlib import Path

import pytest

from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.masking.faults import FaultTexts
from running import ROOT

SOURCE = ROOT / "src" / "overgang"
FOLDERS = ("core", "areas", "wire", "shell")
SAID = ("expected", "note")


def said(file: Path) -> set[str]:
    """The literal texts of a module that go into faults: what was expected, notes, and stable keys."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Fault"):
            parts = [*node.args[1:2], *(each.value for each in node.keywords if each.arg in SAID)]
        elif isinstance(node, ast.Assign) and any(ast.unparse(one) in SAID for one in node.targets):
            parts = [node.value]
        else:
            continue
        found |= {
            one.value
            for part in parts
            for one in ast.walk(part)
            if isinstance(one, ast.Constant) and type(one.value) is str
        }
    return found


FILES = [file for folder in FOLDERS for file in sorted((SOURCE / folder).rglob("*.py"))]
TEXTS = sorted(
    {text for file in FILES for text in said(file) if re.search("[a-z]{2}", text) and not re.search("[0-9]{4}", text)}
)  # a long number could be anything


def test_the_texts_are_found() -> None:
    assert len(TEXTS) > 100


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_the_gateways_own_is_left_as_it_is(text: str) -> None:
    assert FaultTexts(Pseudonyms(b"k" * 32), ()).masked(text) == text
