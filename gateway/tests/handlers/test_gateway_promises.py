"""Whatever is sent, the API answers as its OpenAPI document says."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from gateway.api import OF_SERVICES
from gateway.tests.builders import SECRET, Api, app_of_all

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
Api()
REFUSALS = [400, 401, 403, 404, 405, 412, 413, 415, 422]
CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
schema = schemathesis.openapi.from_wsgi(
    "/openapi.json", app_of_all(), config=schemathesis.Config.from_dict(CONFIG)
)


@schema.include(path=[route.url for route in OF_SERVICES]).parametrize()
@settings(
    max_examples=4, derandomize=True, deadline=None, database=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_every_answer_is_as_declared(case: schemathesis.Case) -> None:
    Api()
    any_text_is_a_file = case.operation.label.endswith("/imports")

    case.call_and_validate(
        headers={"Authorization": f"Bearer {SECRET}"},
        checks=CHECKS,
        excluded_checks=[checks.negative_data_rejection] if any_text_is_a_file else [],
    )
