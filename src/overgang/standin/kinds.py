"""The kinds of registrations that the store of the modern side has."""

from typing import Final

ENROLMENT: Final = "tilmelding"
WISHES: Final = "joboensker"
CONTACT_GROUP: Final = "kontaktgruppe"
CATEGORY: Final = "personkategori"
HEALTH: Final = "helbredsbegraensning"
ABSENCE: Final = "fravaer"
INFORMATION: Final = "yderligereInfo"
ADDRESS: Final = "midlertidig_adresse"
JOBLOG: Final = "jobsoegningslogning"
ASYLUM: Final = "asyldata"

ILLNESS_TYPE: Final = 11  # the AbsenceType of an illness; it is registered as an absence

# kinds that only the old side has
INTERVIEW: Final = "old.interview"
PARTICIPANT: Final = "old.participant"
MARKING: Final = "old.marking"
CONSENT: Final = "old.consent"
JOBCENTRE: Final = "old.jobcentre"
PARTICIPATION: Final = "old.participation"
CHOICE: Final = "old.choice"
