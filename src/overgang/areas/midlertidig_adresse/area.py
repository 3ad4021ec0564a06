"""Midlertidig adresse: the area's declaration."""

from overgang.areas.midlertidig_adresse import rules
from overgang.areas.midlertidig_adresse.mapping import OPERATIONS
from overgang.core.area import Area, Service

AREA = Area(
    name="midlertidig_adresse",
    title="Midlertidig adresse",
    services=(
        Service(
            "PersonTemporaryAddressService",
            3,
            OPERATIONS,
            forwarded=("SavePersonTemporaryAddressCV",),  # Jobnet's own
        ),
    ),
    rules=rules.RULES,
    laws=rules.LAWS,
)
