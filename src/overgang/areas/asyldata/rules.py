"""Øvrige asyldata: who may read them."""

from overgang.core.organisations import ANDEN_AKTOER, JOBCENTER, KOMMUNE
from overgang.core.rules import Rule, permission

# AsylumService v1 and AsyldataService v1, permission matrices: no a-kasse and no STAR.
RULES: dict[str, tuple[Rule, ...]] = {"GetAsylData": (permission(JOBCENTER, ANDEN_AKTOER, KOMMUNE),)}
