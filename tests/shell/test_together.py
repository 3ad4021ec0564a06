from dataclasses import replace
from pathlib import Path

import pytest
from gateway_side import loaded
from together_side import configuration

from overgang.core.compare.expected import Register
from overgang.shell.together import register
from overgang.wire.expectations import ExpectationsError
from running import ROOT

SHIPPED = ROOT / "config" / "expected-differences.toml"


def test_without_a_file_nothing_is_expected_to_differ() -> None:
    assert register(configuration(), loaded()) == Register()


def test_the_shipped_register_names_only_rules_and_operations_that_there_are() -> None:
    assert register(configuration(expected=SHIPPED), loaded()).entries


def test_a_register_that_names_a_rule_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace('rule = "visitation', 'rule = "visitatoin', 1))
    config = configuration()
    with pytest.raises(ExpectationsError, match="did you mean"):
        register(replace(config, comparing=replace(config.comparing, expected=file)), loaded())
