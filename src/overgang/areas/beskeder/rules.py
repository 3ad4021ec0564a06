"""Beskeder: who may have a queue. Each organisation has its own; what comes into it, its subscriptions decide."""

from overgang.core.organisations import A_KASSE, JOBCENTER
from overgang.core.rules import Rule, permission

# The messages that are documented go to jobcentres and a-kasser (Kontaktgruppe.WSB, YderligeInfoOmFravaer.WSB).
_MODTAGER = (permission(JOBCENTER, A_KASSE),)

RULES: dict[str, tuple[Rule, ...]] = dict.fromkeys(
    (
        "CreateSekvens",
        "GetSekvensBeskeder",
        "GetSekvensKvittering",
        "UpdateSekvensKvittering",
        "LukSekvens",
        "DeleteSekvens",
        "GetBeskeder",
        "GetBeskedOpslag",
        "KvitterBeskeder",
    ),
    _MODTAGER,
)
