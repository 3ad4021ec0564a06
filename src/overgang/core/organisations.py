"""Organisation types that rules and permissions speak of (values of the OrganisationType code list)."""

from typing import Final

STAR: Final = 1  # reconstructed id
A_KASSE: Final = 2  # the id is seen with code 81 in a documented example; its label is reconstructed
ANDEN_AKTOER: Final = 4
KOMMUNE: Final = 7
JOBCENTER: Final = 8
