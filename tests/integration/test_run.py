"""Does `make run` work for a newcomer: on a network where nothing listens, and again?

The system runs in a network namespace of its own, where neither a broker nor a database answers;
what it needs it starts itself. Nothing of it may be left when it has stopped.
"""

import os
import subprocess
import sys

import pytest

from chassis.testing import eventually
from local.processes import ROOT

IN_AN_EMPTY_NETWORK = ("unshare", "--net", "--map-root-user", "--kill-child=SIGKILL")
DRIVER = """
import os, re, signal, subprocess, sys, time
sys.path.insert(0, os.getcwd())
from local.client import Client
from local.journey import Staff, order_body

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
code = "import sys, local.run, pathlib; local.run.main(pathlib.Path(sys.argv[1]))"
for turn in ("first", "second"):
    began = time.monotonic()
    run = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-u", "-c", code, sys.argv[1]],
        stdout=subprocess.PIPE, text=True,
    )
    address = key = ""
    for line in run.stdout:
        print(turn, line, end="", flush=True)
        address = (re.findall(r"API +(http://\\S+)", line) or [address])[0]
        key = (re.findall(r"API key +(\\S+)", line) or [key])[0]
        if "Ctrl-C stops it" in line:
            break
    api = Client(address, key)
    if turn == "first":
        placed = api.post("/orders", order_body([("MUG-RED", 1, 1290)]))
        Staff(api).allocated(placed["order_id"], within=60)
    else:
        found = api.get("/orders")["orders"]
        assert [o["order_id"] for o in found] == [placed["order_id"]], found
    skus = api.get("/skus", limit=200)["skus"]
    print("RESULT", turn, "skus", len(skus), "seconds", round(time.monotonic() - began), flush=True)
    run.send_signal(signal.SIGINT)
    print(run.stdout.read(), flush=True)
    print("RESULT", turn, "code", run.wait(timeout=60), flush=True)
"""


@pytest.mark.timeout(400)
def test_make_run_needs_nothing_and_leaves_nothing(tmp_path):
    environment = {
        k: v for k, v in os.environ.items() if k not in {"AMQP_URI", "DATABASE_URL", "PORT"}
    }
    done = subprocess.run(
        [*IN_AN_EMPTY_NETWORK, sys.executable, "-W", "ignore", "-c", DRIVER, str(tmp_path / "run")],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=380,
    )  # fmt: skip
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-4000:]
    results = [line.split() for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert [(r[1], r[2]) for r in results] == [
        ("first", "skus"), ("first", "code"), ("second", "skus"), ("second", "code"),
    ]  # fmt: skip
    assert int(results[0][3]) >= 40
    assert results[1][3] == results[3][3] == "0"
    assert "starting a RabbitMQ node of our own" in told
    assert "making a PostgreSQL of our own" in told
    assert told.count("making a PostgreSQL of our own") == 1, "the second start keeps the data"
    assert eventually(lambda: not _left_of(tmp_path) or None, within=10)


def _left_of(folder):
    """Processes that still work in a folder."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    mine = [line for line in listed.stdout.splitlines() if str(folder) in line]
    return [line for line in mine if line.split()[0] != str(os.getpid())]
