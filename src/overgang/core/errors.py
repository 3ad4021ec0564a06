"""What can go wrong, and whose fault it is.

Fault                    never raised itself
├── CallerFault          the caller can mend it: SOAP Client/Sender, REST 4xx
├── UpstreamFault        the modern side failed or is out of reach: SOAP Server/Receiver, REST 502-504
└── GatewayFault         ours: SOAP Server/Receiver, REST 500/503

A fault has a stable `key` (xml.dtd, value.invalid, upstream.timeout ...), the documented `number` that goes into
FaultDetails/ErrorCode, and, where it helps, the element or property and what was expected there.
It never carries the value that was wrong: values are citizens' data.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

# What the fault of a write says when it may or may not have taken effect.
OUTCOME_UNKNOWN: Final = "the outcome is not known; send the same call again"

# Numbers that speak of today: a repeat after midnight may meet them although the first call took effect.
OF_TODAY: Final = frozenset({4322, 4338, 4402, 4703, 4966})


class Documented(NamedTuple):
    """A row of the documented error tables."""

    text: str  # the English text of the old services
    status: int  # the HTTP status on REST; the pages document only 412, the others are reconstructed
    source: str


_PROTOCOL = "facts-protocol-messages-codes §1.5"
_TILMELDING = "facts-tilmelding-kontaktgruppe-visitation §1.4"
_KONTAKTGRUPPE = "facts-tilmelding-kontaktgruppe-visitation §5.2-5.3"
_FRAVAER = "facts-fravaer-adresse-joblog-asyl §1.1-1.2"
_SYGEMELDING = "facts-fravaer-adresse-joblog-asyl §2.2"
_ADRESSE = "facts-fravaer-adresse-joblog-asyl §3.1"
_BORGERKOMMUNIKATION = "facts-tilmelding-kontaktgruppe-visitation §8"  # the numbers; the texts are those they replace
_WSRM = "facts-protocol-messages-codes §2.1 (WS-ReliableMessaging 1.1, section 4)"

ERRORS: Mapping[int, Documented] = MappingProxyType(
    {
        1001: Documented("Invalid cpr", 400, _PROTOCOL),
        1003: Documented("Duration is negative", 400, _PROTOCOL),
        1009: Documented("Configuration error", 500, _PROTOCOL),
        1010: Documented("Unknown cpr", 404, _PROTOCOL),
        1011: Documented("Internal error on server", 500, _PROTOCOL),
        1012: Documented("Logon failed", 403, _PROTOCOL),
        1013: Documented("Insufficient permissions to this webservice", 403, _PROTOCOL),
        1014: Documented("The submitted message is not valid", 400, _PROTOCOL),
        1100: Documented("An error has occurred", 502, _PROTOCOL),
        1101: Documented("Client certificate missing from request", 401, _PROTOCOL),
        2001: Documented("Invalid CodeList name", 400, _PROTOCOL),
        2002: Documented("Invalid CodeList value", 400, _PROTOCOL),
        2003: Documented("Use of expired CodeList value not allowed", 400, _PROTOCOL),
        4313: Documented("Invalid client category type", 400, _TILMELDING),
        4314: Documented("Invalid current unemployment status type identifier", 400, _TILMELDING),
        4316: Documented("Enrollment overlap", 409, _TILMELDING),
        4317: Documented("No enrollment to end", 409, _PROTOCOL),
        4318: Documented("One or more profession is invalid", 400, _TILMELDING),
        4322: Documented(
            "The cancellation date must be today, maximum 30 days after or 60 in case of a less intensive effort",
            400,
            _TILMELDING,
        ),
        4338: Documented("The enrollment date must be today or at most 10 days before today", 400, _TILMELDING),
        4339: Documented("Only clients Tilmeldt uden ydelse can have the unemploymentstatus ikke ledig", 400, _FRAVAER),
        4340: Documented("The submitted CauseTypeIdentifier is invalid", 400, _TILMELDING),
        4367: Documented("The person is not enrolled", 409, _TILMELDING),
        4376: Documented("The maximum duration of a temporary address is 90 days", 400, _ADRESSE),
        4378: Documented(
            "Temporary foreign address can not be registered for persons with ClientCategory 2, 4, 6, 7, 8 and 9",
            409,
            _ADRESSE,
        ),
        4401: Documented("The end date has to be greater than start date for a temporary address", 400, _ADRESSE),
        4402: Documented("The end date has to be greater than today for a temporary address", 400, _ADRESSE),
        4403: Documented("The start date and the end date has to be set for temporary address", 400, _ADRESSE),
        4404: Documented("The person with specified cpr does not exist", 404, _FRAVAER),
        4405: Documented("The person with specified cpr is dead", 409, _TILMELDING),
        4406: Documented(
            "Denmark is not allowed as country of a foreign address", 400, _ADRESSE
        ),  # the text is cut there
        4413: Documented("The authority type of the request header is invalid", 400, _PROTOCOL),
        4511: Documented("The External operator is not allowed to view data for the person", 403, _KONTAKTGRUPPE),
        4575: Documented("You are not authorized to execute the operation", 403, _PROTOCOL),
        4591: Documented(
            "Education is not allowed for citizens in this combination of contact group and person category",
            409,
            _FRAVAER,
        ),
        4592: Documented(
            "Temporary work of less than 15 days is not allowed for citizens in this combination of contact group "
            "and person category",
            409,
            _FRAVAER,
        ),
        4632: Documented("The specified Absenceregistration is not known to the system", 404, _FRAVAER),
        4637: Documented("The reported absence overlaps an existing absence of the same type", 409, _FRAVAER),
        4641: Documented("This category is not allowed to be enrolled", 409, _TILMELDING),
        4644: Documented("This Client has an open existing contactgroup", 409, _KONTAKTGRUPPE),
        4645: Documented("The person has an absence registration that conflicts with this Contactgroup", 409, _FRAVAER),
        4647: Documented("The Startdate cannot be changed", 409, _SYGEMELDING),
        4654: Documented(
            "This person has an absenceregistration that conflicts with the submitted personcategory",
            409,
            _KONTAKTGRUPPE,
        ),
        4655: Documented(
            "The person must be unenrolled before this personcategory value can be applied", 409, _KONTAKTGRUPPE
        ),
        4656: Documented("The personcategory is not coherent with the person's enrollment", 409, _KONTAKTGRUPPE),
        4675: Documented("The ContactGroupTypeIdentifier is invalid", 400, _KONTAKTGRUPPE),
        4685: Documented("The reported absence has a start date before todays date", 400, _SYGEMELDING),
        4686: Documented("This person must have an active contact group registration", 409, _SYGEMELDING),
        4698: Documented("Parameter is negative", 400, _TILMELDING),
        4703: Documented("The start date must be today", 400, _KONTAKTGRUPPE),
        4710: Documented("YearLastUsed is not a valid year", 400, _TILMELDING),
        4720: Documented("The person is not allowed to be enrolled because the person is abroad", 409, _TILMELDING),
        4725: Documented("The person cannot be enrolled, temporary foreign address registered", 409, _TILMELDING),
        4731: Documented("Registration is not allowed because of an invalid combination", 409, _KONTAKTGRUPPE),
        4750: Documented("The person has an absence registration that does not allow enrollment", 409, _TILMELDING),
        4763: Documented("Persons of 65 or older can only enroll as 'uden ydelse' from jobnet", 400, _TILMELDING),
        4922: Documented("The user is not allowed to access the person", 403, _PROTOCOL),
        4963: Documented("Registration cannot be completed because start date is in the past", 400, _SYGEMELDING),
        4966: Documented(
            "Registration cannot be completed because start date is more than 4 weeks in the past", 400, _SYGEMELDING
        ),
        4977: Documented("The specified id already exists", 409, _FRAVAER),
        4980: Documented("Cause type identifier is required when setting illness end date", 400, _SYGEMELDING),
        6005: Documented("The person does not belong to the jobcenter in ActiveOrganisationHeader", 403, _PROTOCOL),
        6014: Documented("Illegal combination of the client category and unemployment status", 400, _TILMELDING),
        6033: Documented("The contact group is not coherent with the age of the citizen", 409, _KONTAKTGRUPPE),
        6052: Documented("Codelist value is only for internal use", 400, _TILMELDING),
        8096: Documented("The contact group can not be changed", 409, _KONTAKTGRUPPE),
        8173: Documented("OrganisationType invalid per code list", 400, _PROTOCOL),
        8174: Documented("UserType invalid per code list", 400, _PROTOCOL),
        8232: Documented("Missing header ActiveOrganisationHeader", 400, _PROTOCOL),
        8233: Documented("Missing header RequestUserMetadataHeader", 400, _PROTOCOL),
        8234: Documented("Could not deserialize ActiveOrganisationHeader", 400, _PROTOCOL),
        8235: Documented("Could not deserialize RequestUserMetadataHeader", 400, _PROTOCOL),
        9118: Documented("The submitted CauseTypeIdentifier can only be used by unemploymentfunds", 400, _TILMELDING),
        9298: Documented("The submitted CauseTypeIdentifier can not be used by unemploymentfunds", 400, _TILMELDING),
        60006: Documented("Unknown cpr", 404, _BORGERKOMMUNIKATION),
        60007: Documented("The person with specified cpr is dead", 409, _BORGERKOMMUNIKATION),
        # The faults of WS-ReliableMessaging have no numbers; these are ours.
        19001: Documented("The value of wsrm:Identifier is not a known Sequence identifier", 404, _WSRM),
        19002: Documented("The Sequence has been terminated", 409, _WSRM),
        19003: Documented("The Sequence is closed and cannot accept new messages", 409, _WSRM),
        19004: Documented("The SequenceAcknowledgement violates the cumulative Acknowledgement invariant", 400, _WSRM),
        19005: Documented("The maximum value for wsrm:MessageNumber has been exceeded", 409, _WSRM),
        19006: Documented("The Create Sequence request has been refused", 400, _WSRM),
    }
)

WSRM: Final[Mapping[int, str]] = MappingProxyType(
    {
        19001: "UnknownSequence",
        19002: "SequenceTerminated",
        19003: "SequenceClosed",
        19004: "InvalidAcknowledgement",
        19005: "MessageNumberRollover",
        19006: "CreateSequenceRefused",
    }
)
"""The numbers that stand for a fault of WS-ReliableMessaging 1.1, and its name there."""

OLD_NUMBERS: Final[Mapping[int, int]] = MappingProxyType({60006: 1010, 60007: 4405})
"""Numbers that only the Borgerkommunikation domain has, and those that every other side has for the same."""


class Fault(Exception):
    """The base; raise one of its three children."""

    def __init__(
        self,
        number: int,
        key: str,
        *,
        element: str | None = None,
        expected: str | None = None,
        note: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`number` of ERRORS; `element` a path of names; `expected` and `note` plain sentences without any value.

        `status` is the HTTP status on REST when it is not the number's own; `retry_after` is in seconds.
        """
        super().__init__(key)
        self.number = number
        self.key = key
        self.element = element
        self.expected = expected
        self.note = note
        self.status = status or ERRORS[number].status
        self.retry_after = retry_after

    @property
    def text(self) -> str:
        """The documented text, then which element, what was expected, and the stable key in brackets."""
        parts = [ERRORS[self.number].text]
        if self.element:
            parts.append(f"element {self.element}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.note:
            parts.append(self.note)
        return f"{'; '.join(parts)} [{self.key}]"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.number}, {self.text!r})"


class CallerFault(Fault):
    """The caller can mend it."""


class UpstreamFault(Fault):
    """The modern side failed, was out of reach, or answered something outside its contract."""


class GatewayFault(Fault):
    """The gateway itself failed or is not set up for the call."""
