from collections.abc import Mapping
from dataclasses import FrozenInstanceError

import pytest

from overgang.core.area import Area, Operation, Placed
from overgang.core.fields import Table
from overgang.core.flow import Flow
from overgang.core.messages import SoapCall


def nothing(call: SoapCall) -> Flow:
    """Nothing = no modern call."""
    yield from ()
    return {}


def test_what_an_area_does_not_declare_is_empty() -> None:
    area = Area("prøve", "Prøve", services=(), rules={})
    assert (area.laws, area.waivers, dict(area.reply_rules)) == ((), (), {})
    operation = Operation("Nothing", nothing, (), "documented")
    assert (operation.requests, operation.replies) == ((), ())
    assert Placed("", Table(), "GetNothing").at == ""


def test_the_reply_rules_of_one_area_are_not_those_of_another() -> None:
    one, other = (Area(name, name, services=(), rules={}) for name in ("one", "other"))
    assert isinstance(one.reply_rules, Mapping)
    assert one.reply_rules is not other.reply_rules


def test_a_declaration_can_not_be_changed() -> None:
    area = Area("prøve", "Prøve", services=(), rules={})
    with pytest.raises(FrozenInstanceError):
        area.name = "another"  # type: ignore[misc]
