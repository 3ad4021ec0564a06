"""Every operation of every old contract, by service and version; None where it is not served here."""

from collections.abc import Mapping
from typing import Final

from overgang.standin import (
    absence,
    asylum,
    code_list_service,
    enrolment,
    illness,
    joblog,
    message_queue,
    messages,
    person_reading,
    person_registration,
    temporary_address,
)
from overgang.standin.calls import Operation

SERVICES: Final[Mapping[tuple[str, int], Mapping[str, Operation | None]]] = {
    ("AbsenceActiveStatusService", 9): absence.ACTIVE_STATUS,
    ("AbsenceRegistrationService", 7): absence.REGISTRATION,
    ("AsylumService", 1): asylum.OPERATIONS,
    ("CitizenJoblogService", 2): joblog.WRITING,
    ("CodeListService", 1): code_list_service.OPERATIONS,
    ("IllnessCompositeService", 5): illness.COMPOSITE,
    ("IllnessRecoveryInformationService", 8): illness.INFORMATION,
    ("JoblogService", 2): joblog.READING,
    ("PersonHistoryService", 1): person_reading.HISTORY,
    ("PersonRegistrationService", 9): person_registration.OPERATIONS,
    ("PersonStatusService", 20): person_reading.STATUS,
    ("PersonTemporaryAddressService", 3): temporary_address.OPERATIONS,
    ("UnemploymentEnrollmentService", 8): enrolment.OPERATIONS,
    ("WsrmMessageService", 10): messages.VERSION_10,
    ("WsrmMessageService", 11): messages.VERSION_11,
    ("WsrmService", 1): message_queue.OPERATIONS,
}
