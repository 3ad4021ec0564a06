"""Which rows of the hostile-input catalogue (its sections A to D and H) are shown elsewhere, or why they are not here.

All other rows are in the ids of this folder's tests.
"""

from typing import Final

ROWS: Final = frozenset({*range(1, 122), *range(209, 218)})

ELSEWHERE: Final[dict[int, tuple[str, str]]] = {
    60: ("tests/hostile/test_hostile_w3c.py", "test_no_contract_asks_for_addressing"),
    74: ("tests/e2e/test_served_contracts.py", "test_an_unknown_query_gets_no_document"),
    75: ("tests/wire/contract/test_contract_refused.py", "test_a_file_outside_of_the_folder_is_never_read"),
    77: ("tests/hostile/test_hostile_w3c.py", "test_a_message_of_the_w3c_collection_has_its_answer"),
    90: ("tests/deploy/test_nginx.py", "test_slow_clients_are_closed_and_others_served"),
    93: ("tests/deploy/test_nginx.py", "test_one_client_can_not_take_all_connections"),
    119: ("tests/hostile/attack.py", "check_silence"),
    121: ("tests/hostile/test_hostile_rest.py", "test_nothing_of_a_client_is_sent_on_but_what_the_contract_knows"),
    214: ("tests/hostile/test_hostile_cpr.py", "test_a_number_of_the_documented_form_is_passed_on_as_ten_characters"),
    217: (
        "tests/reference/test_reference_citizens.py",
        "test_a_demo_number_has_the_form_and_a_birth_date_and_fails_modulus_11",
    ),
}
REASONS: Final[dict[int, str]] = {
    18: "of the time: libxml2's work on names can only be timed, which is no test on a machine that others use, so "
    "test_hostile_cost prints it; what is asserted is the refusal, and our own work, counted in calls",
    44: "of the time: as row 18",
    76: "no contract here has a one-way operation",
    94: "neither the gateway nor deploy/nginx speaks HTTP/2",
}
