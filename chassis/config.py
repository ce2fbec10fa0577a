"""Which settings does a process have? All come from the environment, read once, into one object."""

import itertools
import os
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields


def _setting(default: str, about: str) -> str:
    return field(default=default, metadata={"about": about})  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one installation and another."""

    amqp_uri: str = _setting(
        "amqp://guest:guest@127.0.0.1:5672/",
        "the broker; the nodes of a cluster with commas between",
    )
    database_url: str = _setting("", "this service's own PostgreSQL database")
    bus_namespace: str = _setting("", "prefix of every queue and exchange")
    health_port: int = field(
        default=0, metadata={"about": "port of /live /ready /metrics; 0: none"}
    )
    log_format: str = _setting("json", "json or console")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    sealing_keys: str = _setting(
        "",
        "keys that seal secrets in the databases of channels, payments, shipping and the gateway,"
        " with commas between: the first seals, each opens",
    )
    otel_exporter_otlp_endpoint: str = _setting(
        "", "who collects traces by OTLP over HTTP, as http://collector:4318; empty: nobody"
    )
    traces_percent: int = field(
        default=100,
        metadata={
            "about": "of so many percent of all traces the spans are told; of those that a client"
            " began, if its traceparent says so"
        },
    )
    clock_file: str = _setting("", "a file with seconds to add to the clock, for drills")
    smtp_uri: str = _setting("smtp://127.0.0.1:25", "where shipping and the gateway send mail")
    mail_from: str = _setting("orders@example.com", "who sends mails to customers and users")
    sandbox_provider_secret: str = _setting(
        "sandbox-secret", "signs the webhooks of the sandbox payment provider"
    )
    sandbox_carrier_secret: str = _setting(
        "sandbox-carrier-secret", "signs the webhooks of the sandbox carrier"
    )
    port: int = field(default=8080, metadata={"about": "the gateway's HTTP port"})
    public_url: str = _setting(
        "http://127.0.0.1:8080", "where people's browsers find the gateway; links in mails begin so"
    )
    proxies: int = field(
        default=0,
        metadata={"about": "proxies of ours before the gateway, whose X-Forwarded-For is believed"},
    )
    rate_limit: int = field(
        default=30_000,
        metadata={"about": "requests that a key or a person may make in a minute; 0: any number"},
    )
    oidc_issuer: str = _setting("", "the OpenID provider of single sign-on; empty: there is none")
    oidc_client_id: str = _setting("", "who we are to that provider")
    oidc_client_secret: str = _setting("", "how we prove it to that provider")
    oidc_name: str = _setting("Single sign-on", "how the button of single sign-on is called")
    batch: int = field(
        default=200, metadata={"about": "messages handled in one transaction, at most"}
    )
    import_window: int = field(
        default=200,
        metadata={"about": "orders of files and pulls that are on their way at one time, about"},
    )
    call_lease: int = field(
        default=60,
        metadata={"about": "seconds after which a call that nobody has concluded is made again"},
    )
    inbox_kept: int = field(
        default=7 * 24 * 3600,
        metadata={"about": "seconds for which a message that comes again is known as such"},
    )
    calls_kept_days: int = field(
        default=90,
        metadata={
            "about": "days for which a call to the outside that has ended (a mail, too) is shown;"
            " 0: for ever, here and below"
        },
    )
    labels_kept_days: int = field(
        default=180, metadata={"about": "days for which labels that carriers made are kept"}
    )
    steps_kept_days: int = field(
        default=30, metadata={"about": "days for which the log of the sagas' steps is kept"}
    )
    history_kept_days: int = field(
        default=3650, metadata={"about": "days for which the history of orders is kept"}
    )
    ledger_kept_days: int = field(
        default=3650,
        metadata={"about": "days after which movements of stock are added up to one"},
    )
    scans_kept_days: int = field(
        default=30, metadata={"about": "days for which a scan that comes again is known as such"}
    )
    marks_kept_days: int = field(
        default=365,
        metadata={"about": "days for which inventory knows what it must not do a second time"},
    )
    webhooks_kept_days: int = field(
        default=30,
        metadata={"about": "days for which events are kept that webhooks can be told of again"},
    )
    jobs_kept_days: int = field(
        default=30, metadata={"about": "days for which jobs and what became of each row are kept"}
    )
    job_files_kept_days: int = field(
        default=7, metadata={"about": "days for which files are kept that exports have written"}
    )
    jobs_rate: int = field(
        default=50,
        metadata={"about": "rows of jobs that a process takes up in a second, at most"},
    )
    webhooks_allow_private: int = field(
        default=0,
        metadata={"about": "1: webhooks may go to private addresses and by http, for trials"},
    )
    calls_at_once: int = field(default=16, metadata={"about": "calls to the outside at one time"})


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; a number that is none is an error that names the variable."""
    values: dict[str, str | int] = {}
    for setting in fields(Settings):
        name = setting.name.upper()
        if not (text := environ.get(name, "")):
            continue
        if setting.type is int or setting.type == "int":
            try:
                values[setting.name] = int(text)
            except ValueError:
                raise SystemExit(f"{name} must be a whole number, not {text!r}.") from None
        else:
            values[setting.name] = with_driver(text) if setting.name == "database_url" else text
    return Settings(**values)  # type: ignore[arg-type]


def with_driver(url: str) -> str:
    """Give a database's URL the driver that we use, as operators and hosts write it without."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url)


def nodes_in_turn(amqp_uri: str) -> Iterator[str]:
    """Tell for ever where to connect next: the nodes of a cluster in turn, beginning anywhere."""
    nodes = [one for part in amqp_uri.split(",") if (one := part.strip())]
    random.shuffle(nodes)
    return itertools.cycle(nodes)


def database_url_of(service: str, environ: Mapping[str, str]) -> str:
    """Tell the database of one of several services: DATABASE_URL_ORDERS, or else DATABASE_URL."""
    name = f"DATABASE_URL_{service.upper()}"
    if url := environ.get(name) or environ.get("DATABASE_URL"):
        return with_driver(url)
    raise SystemExit(f"{name} must name the database of {service}.")
