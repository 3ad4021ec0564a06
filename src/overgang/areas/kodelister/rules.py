"""Kodelister: no modern operation is governed here. Whom the lists are shown to is not restricted: they are public."""

from overgang.core.rules import Rule

RULES: dict[str, tuple[Rule, ...]] = {}
