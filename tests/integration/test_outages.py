"""Does every process tell how it does, so that an outage is seen?"""

import http.client

import pytest

from contracts import SERVICES


def status_of(port, page):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", page)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("process", [*SERVICES, "relay", "gateway", "deliveries"])
def test_every_process_tells_how_it_does(process, system):
    port = system.health_port(process)
    assert status_of(port, "/live")[0] == status_of(port, "/ready")[0] == 200
    status, metrics = status_of(port, "/metrics")
    assert status == 200
    assert "oms_" in metrics
    assert status_of(port, "/else")[0] == 404
