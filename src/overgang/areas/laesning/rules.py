"""Læsning: who may read, what there is to be read, and which of several addresses.

The rules on what is shown stand with the modern reads.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from overgang.core.errors import CallerFault
from overgang.core.messages import SoapCall
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.registered import day_read
from overgang.core.rules import Rule

RULES: dict[str, tuple[Rule, ...]] = {}

# PersonStatusService v20, permission matrix, which also has Driftsselskab, Udbetaling Danmark and UIM: the numbers of
# their organisation types are not public. The history is reconstructed alike.
LAESER: Final = frozenset({A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR})

NOT_MODERNISED: Final = ("Core", "Authority", "CV")  # flags of PersonStatusService


def may_read(call: SoapCall) -> None:
    """4575 for other organisations, also where a call asks for nothing and no modern read would refuse it."""
    if call.caller.organisation.type not in LAESER:
        raise CallerFault(4575, "permission.organisation")


def modernised(flags: Mapping[str, bool], element: str) -> None:
    """1014 for a flag whose collection can't be had: an answer without it would look as if there were nothing."""
    for flag in NOT_MODERNISED:
        if flags.get(flag):
            expected = "false: this collection has no modern counterpart here"
            raise CallerFault(1014, "laesning.samling", element=f"{element}/{flag}", expected=expected)


def holding(addresses: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    """The address that holds on `day`, or else the first to come; one that ends on the day it starts never holds."""
    starts = [(day_read(address, "startdato", date.min), address) for address in addresses]
    lasting = [found for found in starts if day_read(found[1], "slutdato", date.max) > max(found[0], day)]
    return min(lasting, key=lambda found: found[0])[1] if lasting else None
