"""What a version of a registration shows in its history, alike in every area."""

from collections.abc import Mapping
from typing import Any

from overgang.reference.store import Registration


def with_metadata(dto: Mapping[str, Any], version: Registration) -> dict[str, Any]:
    """The version's properties with registreringsmetadata and, where it was deleted with one, the comment."""
    comment = {} if version.comment is None else {"berigtigelseskommentar": version.comment}
    return {
        **dto,
        **comment,
        "registreringsmetadata": {
            "erSlettet": version.deleted,
            "erAktuel": version.newest,
            "registrerendeMyndighed": {
                "organisationType": version.caller.organisation_type,
                "organisationskode": version.caller.organisation_code,
            },
        },
    }
