"""What does not go on by itself, and who takes care of it?"""

from gateway.exceptions import (
    ASSIGN,
    EXCEPTIONS,
    PEOPLE,
    UNASSIGN,
    assign,
    find_exceptions,
    list_people,
    unassign,
)
from gateway.route import Route

TAG = "orders"
# fmt: off
ROUTES = (
    Route("GET",    "/exceptions",                         EXCEPTIONS,     "List what does not go on by itself, longest first", TAG, with_services=find_exceptions, needs="exceptions.read"),
    Route("GET",    "/exception-owners",                   PEOPLE,         "List the people who may take care of exceptions", TAG, own=list_people, needs="exceptions.read"),
    Route("PUT",    "/exceptions/{exception_id}/owner",    ASSIGN,         "Take an exception, or give it to somebody", TAG, with_services=assign, needs="exceptions.decide"),
    Route("DELETE", "/exceptions/{exception_id}/owner",    UNASSIGN,       "Let nobody take care of an exception any more", TAG, with_services=unassign, needs="exceptions.decide"),
)
# fmt: on
