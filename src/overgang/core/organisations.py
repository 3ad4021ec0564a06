"""Organisation types that rules and permissions speak of (values of the OrganisationType code list)."""

from functools import lru_cache
from typing import Final

from overgang.core.pseudonyms import IN_TEXT

STAR: Final = 1  # reconstructed id
A_KASSE: Final = 2  # the id is seen with code 81 in a documented example; its label is reconstructed
ANDEN_AKTOER: Final = 4
KOMMUNE: Final = 7
JOBCENTER: Final = 8


@lru_cache(maxsize=4096)
def told(organisation: str) -> str:
    """How "type/code" is named in counts, records and logs: with "~" for what could be a citizen number.

    The contracts let a code be any text of 20 characters, and whoever fills it wrongly must not put a citizen there.
    """
    return IN_TEXT.sub("~", organisation)
