"""Who calls, read from the two header blocks of an old call or the headers of a modern one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from overgang.core.codelists import CodeList
from overgang.core.errors import CallerFault
from overgang.core.messages import Caller, Organisation
from overgang.core.values import Tidspunkt, Unmappable

ACTIVE_ORGANISATION = "ActiveOrganisationHeader"
USER_METADATA = "RequestUserMetadataHeader"


def from_blocks(active: Mapping[str, Any], metadata: Mapping[str, Any]) -> Caller:
    """The caller, from the decoded (so valid) header blocks of an old call."""
    user = metadata["RequestUserStructure"]
    organisation = metadata["RequestOrganisationStructure"]
    return Caller(
        organisation=Organisation(active["OrganisationTypeIdentifier"], active["OrganisationCode"]),
        user_identifier=user["UserIdentifier"],
        user_full_name=user["UserFullName"],
        user_type=user["RequestUserTypeIdentifier"]["CodeListItemIdentifier"],
        user_organisation=Organisation(
            organisation["OrganisationTypeIdentifier"]["CodeListItemIdentifier"], organisation["OrganisationCode"]
        ),
        registered=metadata["RegistrationDateTime"],
        user_email=user.get("UserEmail"),
    )


def check(caller: Caller, codelists: Mapping[str, CodeList], today: date) -> None:
    """Refuse codes that are not on their lists: 4413, 8173 and 8174; and a registration time no calendar has."""
    types, users = codelists["OrganisationType"].values, codelists["RequestUserType"].values
    if caller.organisation.type not in types or not types[caller.organisation.type].holds(today):
        raise CallerFault(4413, "caller.organisation", element=f"{ACTIVE_ORGANISATION}/OrganisationTypeIdentifier")
    if caller.user_organisation.type not in types or not types[caller.user_organisation.type].holds(today):
        element = f"{USER_METADATA}/RequestOrganisationStructure/OrganisationTypeIdentifier"
        raise CallerFault(8173, "caller.organisation-type", element=element)
    if caller.user_type not in users or not users[caller.user_type].holds(today):
        element = f"{USER_METADATA}/RequestUserStructure/RequestUserTypeIdentifier"
        raise CallerFault(8174, "caller.user-type", element=element)
    try:
        _ = Tidspunkt(caller.registered).day
    except Unmappable as mistake:
        element = f"{USER_METADATA}/RegistrationDateTime"
        raise CallerFault(
            8235, "value.unmappable", element=element, expected="a time of the years 1 to 9999"
        ) from mistake
