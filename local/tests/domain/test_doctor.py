"""What does the doctor say about what the API answers?"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local import doctor


@pytest.fixture
def answering() -> Iterator[dict]:
    """A gateway that answers what is put into it."""
    told: dict = {"status": 200, "body": {"exceptions": [], "missing": [], "next": ""}}

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self):
            told["asked"] = (self.path, self.headers["Authorization"])
            self.send_response(told["status"])
            self.end_headers()
            self.wfile.write(json.dumps(told["body"]).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told["url"] = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


def test_a_system_that_is_well_has_nothing_to_be_said_of_it(answering):
    assert list(doctor.by_api(answering["url"], "k")) == []
    assert answering["asked"] == ("/exceptions?limit=100", "Bearer k")


def test_a_gateway_that_is_not_there_is_named(answering):
    (said,) = doctor.by_api("http://127.0.0.1:9", "k")

    assert said.startswith("The gateway at http://127.0.0.1:9 does not answer (ConnectionError)")


@pytest.mark.parametrize(
    ("status", "word"),
    [(401, "does not know this key"), (403, "may not see"), (503, "No service"), (500, "500")],
)
def test_what_the_gateway_refuses_is_told_in_words(answering, status, word):
    answering["status"] = status

    (said,) = doctor.by_api(answering["url"], "k")

    assert word in said


def test_services_that_do_not_answer_and_what_waits_for_a_person_are_named(answering):
    stuck = [{"service": "orders", "kind": "overdue"}] * 2
    answering["body"] = {"exceptions": stuck, "missing": ["payments"], "next": ""}

    silent, waiting = doctor.by_api(answering["url"], "k")

    assert silent.startswith("payments does not answer")
    assert waiting.startswith("2 of kind overdue wait for a person in orders")


def test_databases_are_those_that_are_named_or_those_of_make_run():
    named = doctor.databases({"DATABASE_URL_ORDERS": "postgresql+psycopg2://a/b", "OTHER": "x"})
    local = doctor.databases({}, "postgresql+psycopg2://oms:pw@127.0.0.1:5/postgres")

    assert named == {"orders": "postgresql+psycopg2://a/b"}
    assert local["payments"] == "postgresql+psycopg2://oms:pw@127.0.0.1:5/oms_payments"
    assert len(local) == 8


def test_without_arguments_and_without_a_running_system_it_says_so(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "STATE", tmp_path)

    assert doctor.main([]) == 1
    assert "make run" in capsys.readouterr().out
