"""How does the console reach a browser, and what may run in it?"""

import re

import pytest
from flask import Flask

from gateway.around import watch
from gateway.console_files import add_console

SCRIPT = b"console.log('oms')"


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script nonce="NONCE_OF_THIS_PAGE"></script>')
    (tmp_path / "mark.svg").write_text("<svg/>")
    (tmp_path / "worker.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main-1a2b.js.br").write_bytes(b"small")
    return tmp_path


@pytest.fixture
def browser(built):
    app = Flask("oms", static_folder=None)
    add_console(app, built)
    watch(app)
    return app.test_client()


def policy(answer) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_no_script_runs_that_is_not_a_file_of_ours(browser):
    answer = browser.get("/console/orders")

    assert policy(answer)["script-src"] == "'self'"
    assert policy(answer)["default-src"] == "'self'"
    assert policy(answer)["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_each_page_has_a_nonce_of_its_own_which_its_policy_names(browser):
    seen = set()
    for _ in range(2):
        answer = browser.get("/console/")
        nonce = re.search(r'nonce="([^"]+)"', answer.text)[1]
        assert f"'nonce-{nonce}'" in policy(answer)["style-src"]
        seen.add(nonce)

    assert len(seen) == 2
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_address_of_the_console_is_the_one_page(browser):
    pages = [browser.get(f"/console/{name}") for name in ("", "orders", "orders/ord_1?x=1")]

    assert [(page.status_code, page.mimetype) for page in pages] == [(200, "text/html")] * 3


def test_a_file_that_never_changes_is_kept_for_ever_and_others_are_asked_for(browser):
    assert "immutable" in browser.get("/console/assets/main-1a2b.js").headers["Cache-Control"]
    assert browser.get("/console/mark.svg").headers["Cache-Control"] == "no-cache"


def test_the_worker_is_asked_for_anew_and_may_talk_to_nobody_but_us(browser):
    answer = browser.get("/console/worker.js")

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert policy(answer)["default-src"] == "'self'"


def test_who_takes_compressed_files_gets_them_and_others_the_plain_ones(browser):
    address = "/console/assets/main-1a2b.js"
    small = browser.get(address, headers={"Accept-Encoding": "gzip, br"})
    plain = browser.get(address, headers={"Accept-Encoding": "br;q=0"})

    assert (small.data, small.headers["Content-Encoding"]) == (b"small", "br")
    assert small.mimetype == plain.mimetype == "text/javascript"
    assert (plain.data, plain.headers.get("Content-Encoding")) == (SCRIPT, None)


def test_an_old_page_is_told_that_its_file_is_gone_and_not_given_another_page(browser):
    assert browser.get("/console/assets/main-0000.js").status_code == 404


@pytest.mark.parametrize(
    "name", ["../secret", "%2e%2e/secret", "assets/../../secret", "/etc/passwd"]
)
def test_nothing_outside_the_console_is_served(browser, built, name):
    (built.parent / "secret").write_text("hidden treasure")

    answer = browser.get(f"/console/{name}")

    assert "treasure" not in answer.text
    assert "root:" not in answer.text


def test_a_browser_is_led_to_the_console_and_a_program_to_the_documentation(browser):
    person = browser.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    program = browser.get("/", headers={"Accept": "*/*"})

    assert (person.headers["Location"], program.headers["Location"]) == ("/console/", "/docs")


def test_without_a_built_console_it_is_said_how_to_build_it(browser, built):
    (built / "index.html").unlink()

    answer = browser.get("/console/")
    home = browser.get("/", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "make run" in answer.json["detail"]
    assert home.headers["Location"] == "/docs"
