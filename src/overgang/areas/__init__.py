"""The areas, one folder each. Adding an area means adding its folder and a line here."""

from overgang.areas.asyldata.area import AREA as ASYLDATA
from overgang.areas.beskeder.area import AREA as BESKEDER
from overgang.areas.fravaer.area import AREA as FRAVAER
from overgang.areas.joblog.area import AREA as JOBLOG
from overgang.areas.kodelister.area import AREA as KODELISTER
from overgang.areas.kontaktgrupper.area import AREA as KONTAKTGRUPPER
from overgang.areas.laesning.area import AREA as LAESNING
from overgang.areas.midlertidig_adresse.area import AREA as MIDLERTIDIG_ADRESSE
from overgang.areas.sygemelding.area import AREA as SYGEMELDING
from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.areas.visitation.area import AREA as VISITATION
from overgang.core.area import Area

AREAS: tuple[Area, ...] = (
    TILMELDING,
    KONTAKTGRUPPER,
    VISITATION,
    FRAVAER,
    SYGEMELDING,
    MIDLERTIDIG_ADRESSE,
    LAESNING,
    ASYLDATA,
    JOBLOG,
    KODELISTER,
    BESKEDER,
)
