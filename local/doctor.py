"""What is wrong with a running system, in words, and what is to be done?

python -m local.doctor                the system that `make run` runs
python -m local.doctor URL KEY        any other, by its API (KEY may be OMS_KEY in the environment)

The API tells whether the gateway answers, which services do not, and what waits for a person. Where
databases are known (`make run`, or DATABASE_URL_ORDERS and so on) it looks into them, too: tables
that are older than the code, messages that do not leave, messages that were parked, calls that
nobody makes. It only reads. Ends with 1 if something is wrong.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping

import requests
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from chassis.config import with_driver
from chassis.migrations import configuration
from contracts import SERVICES
from local.run import STATE

WAIT_SECONDS = 10
WITH_DATABASE = (*SERVICES, "gateway")
PAGE = 100
LATE_SECONDS = 60
ROWS = {
    "{n} messages of {service} have waited for more than a minute to be published: the broker does"
    " not take them, or neither service nor relay runs (docs/runbooks/growing-outbox.md).":
        "select count(*) from outbox where at < now() - make_interval(secs => :late)",
    "{service} has parked {n} messages, which it could not handle"
    " (docs/runbooks/parked-messages.md).":
        "select count(*) from deferred where state = 'parked'",
    "{n} messages of {service} are due to be tried again, and are not: it does not run.":
        "select count(*) from deferred where state = 'waiting'"
        " and due_at < now() - make_interval(secs => :late)",
    "{n} calls of {service} to the outside are due, and nobody makes them: it does not run.":
        "select count(*) from outside_calls where state = 'pending'"
        " and due_at < now() - make_interval(secs => 5 * :late)",
}  # fmt: skip


def by_api(url: str, key: str) -> Iterator[str]:
    """Say what the API knows."""
    try:
        answer = requests.get(
            f"{url}/exceptions",
            params={"limit": PAGE},
            headers={"Authorization": f"Bearer {key}"},
            timeout=WAIT_SECONDS,
        )
    except requests.RequestException as error:
        yield f"The gateway at {url} does not answer ({type(error).__name__}): is it running?"
        return
    if answer.status_code == requests.codes.unauthorized:
        yield "The gateway answers, but does not know this key: python -m gateway create-key NAME."
    elif answer.status_code == requests.codes.forbidden:
        yield "The gateway answers, but this key may not see exceptions (exceptions.read)."
    elif answer.status_code == requests.codes.unavailable:
        yield (
            "No service answers the gateway: either none runs, or the gateway has lost the broker"
            " (docs/runbooks/not-ready.md)."
        )
    elif not answer.ok:
        yield f"The gateway answers {answer.status_code} to GET /exceptions; its log says why."
    else:
        told = answer.json()
        for service in told.get("missing", ()):
            yield (
                f"{service} does not answer: it does not run, or is not ready"
                " (docs/runbooks/not-ready.md)."
            )
        kinds = Counter((one["service"], one["kind"]) for one in told["exceptions"])
        for (service, kind), number in sorted(kinds.items()):
            more = "or more " if told.get("next") else ""
            yield (
                f"{number} {more}of kind {kind} wait for a person in {service}: the console's page"
                " Exceptions, or docs/runbooks/stuck-order.md."
            )


def by_database(service: str, url: str) -> Iterator[str]:
    """Say what a service's database knows."""
    engine = sa.create_engine(
        with_driver(url), poolclass=sa.NullPool, connect_args={"connect_timeout": WAIT_SECONDS}
    )
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                yield f"{service}'s database has no tables: python -m chassis migrate {service}."
                return
            there = connection.scalar(sa.text("select version_num from alembic_version"))
            head = ScriptDirectory.from_config(configuration(service, "")).get_current_head()
            if there != head:
                yield (
                    f"The tables of {service} are at version {there}, its code at {head}:"
                    f" python -m chassis migrate {service}."
                )
                return
            for text, statement in ROWS.items():
                if n := connection.scalar(sa.text(statement), _used(statement)):
                    yield text.format(n=n, service=service)
    except sa.exc.OperationalError:
        yield f"The database of {service} does not answer; nothing of {service} can work without."


def _used(statement: str) -> dict[str, int]:
    return {"late": LATE_SECONDS} if ":late" in statement else {}


def databases(environ: Mapping[str, str], base: str = "") -> dict[str, str]:
    """Find the databases: of `make run`, whose server is `base`, or those that are named."""
    if base:
        server = sa.make_url(base)
        return {
            name: server.set(database=f"oms_{name}").render_as_string(hide_password=False)
            for name in WITH_DATABASE
        }
    named = {name: environ.get(f"DATABASE_URL_{name.upper()}", "") for name in WITH_DATABASE}
    return {name: url for name, url in named.items() if url}


def main(arguments: list[str]) -> int:
    """Look at everything, say what is wrong."""
    base = ""
    match arguments:
        case []:
            if not (STATE / "url").exists():
                print("Nothing runs here: start it with `make run`, or name URL and KEY.")
                return 1
            url, key = (STATE / "url").read_text(), (STATE / "api-key").read_text()
            base = (STATE / "database-url").read_text()
        case [url, key]:
            pass
        case [url] if key := os.environ.get("OMS_KEY", ""):
            pass
        case _:
            print(__doc__)
            return 2
    found = list(by_api(url.rstrip("/"), key))
    looked = databases(os.environ, base)
    for service, where in looked.items():
        found += by_database(service, where)
    print("\n".join(found) or "Nothing is wrong: all services answer, and nothing waits in vain.")
    if not looked:
        print("The databases were not looked at: no DATABASE_URL_ORDERS and so on is set.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
