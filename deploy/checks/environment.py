"""Is each process told what it must be told, and nothing that it does not know?

Every variable is one of chassis.config.Settings. Of every setting somebody has decided here
whether it must be set in a cluster: a new one without a decision is a fault.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import fields

from chassis.config import Settings
from contracts import SERVICES
from deploy.checks.render import Object, labels_of, name_of, of_kind, ours, pod_of

ALL = frozenset({*SERVICES, "gateway"})
COMPONENT, NAME = "app.kubernetes.io/component", "app.kubernetes.io/name"
LONG = frozenset({"service", "relay", "gateway", "deliveries"})
# setting: of which services, in which of their processes it must be set
MUST = {
    "DATABASE_URL": (ALL, LONG | {"migration"}),
    "AMQP_URI": (ALL, LONG | {"migration"}),
    "HEALTH_PORT": (ALL, LONG),
    "SEALING_KEYS": (
        frozenset({"channels", "payments", "shipping", "gateway"}),
        LONG - {"relay"},
    ),
    "SMTP_URI": (frozenset({"shipping", "gateway"}), LONG - {"relay"}),
    "MAIL_FROM": (frozenset({"shipping", "gateway"}), LONG - {"relay"}),
    "SANDBOX_PROVIDER_SECRET": (frozenset({"payments"}), frozenset({"service"})),
    "SANDBOX_CARRIER_SECRET": (frozenset({"shipping"}), frozenset({"service"})),
    "PUBLIC_URL": (frozenset({"gateway"}), frozenset({"gateway"})),
    "PROXIES": (frozenset({"gateway"}), frozenset({"gateway"})),
}
# for trials and drills: never in a cluster
NEVER = {"CLOCK_FILE", "BUS_NAMESPACE", "WEBHOOKS_ALLOW_PRIVATE"}
# what holds if it is not set is good in a cluster, too
MAY = set(
    "LOG_FORMAT LOG_LEVEL PORT RATE_LIMIT OIDC_ISSUER OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_NAME"
    " BATCH IMPORT_WINDOW CALL_LEASE INBOX_KEPT CALLS_KEPT_DAYS STEPS_KEPT_DAYS HISTORY_KEPT_DAYS"
    " LABELS_KEPT_DAYS LEDGER_KEPT_DAYS SCANS_KEPT_DAYS MARKS_KEPT_DAYS WEBHOOKS_KEPT_DAYS"
    " OTEL_EXPORTER_OTLP_ENDPOINT TRACES_PERCENT CALLS_AT_ONCE JOBS_RATE JOBS_KEPT_DAYS"
    " JOB_FILES_KEPT_DAYS".split()
)
OUR_DATABASE = re.compile(r"postgres(ql)?(\+psycopg2)?://")
SECRET = ("URL", "URI", "KEYS", "SECRET")


def faults(objects: list[Object]) -> list[str]:
    """Name every variable that is unknown, missing, or not where it belongs."""
    known = {setting.name.upper() for setting in fields(Settings)}
    decided = set(MUST) | NEVER | MAY
    found = [
        f"{name}: deploy/checks/environment.py must decide whether a cluster sets it"
        for name in sorted(known - decided)
    ]
    found += [f"{name} is no setting any more" for name in sorted(decided - known)]
    found += [
        f"{name_of(one)}: DATABASE_URL must begin with postgresql://, without another driver"
        for one in of_kind(objects, "Secret", "ExternalSecret")
        if (url := _database_url(one)) and not OUR_DATABASE.match(url)
    ]
    maps = {one["metadata"]["name"]: one.get("data", {}) for one in of_kind(objects, "ConfigMap")}
    for one in ours(objects):
        found += [f"{name_of(one)}: {what}" for what in _process(one, maps, known)]
    return found


def _process(one: Object, maps: dict[str, dict[str, str]], known: set[str]) -> Iterator[str]:
    (container,) = pod_of(one)["spec"]["containers"]
    told = {entry["name"]: entry for entry in container.get("env", ())}
    for source in container.get("envFrom", ()):
        for name, value in maps.get(source["configMapRef"]["name"], {}).items():
            told.setdefault(name, {"name": name, "value": value})
    labels = labels_of(one)
    for name, entry in told.items():
        if name not in known:
            yield f"{name} is no setting"
        elif name in NEVER:
            yield f"{name} is for trials and drills only"
        elif _is_secret(name) and entry.get("value"):
            yield f"{name} must come from a Secret"
        if (ref := entry.get("valueFrom", {}).get("secretKeyRef")) and (
            ref["name"] != labels[NAME] or ref["key"] != name
        ):
            yield f"{name} must come from {name} of the Secret {labels[NAME]}"
    for name, (services, components) in MUST.items():
        if labels[NAME] in services and labels[COMPONENT] in components and name not in told:
            yield f"{name} is not set"


def _database_url(one: Object) -> str:
    """Tell the address that a secret holds, or will be made to hold."""
    if one["kind"] == "Secret":
        kept = one.get("stringData", {}).get("DATABASE_URL", "")
        return kept or b64decode(one.get("data", {}).get("DATABASE_URL", "")).decode()
    made = one["spec"]["target"].get("template", {}).get("data", {})
    return str(made.get("DATABASE_URL", ""))


def _is_secret(name: str) -> bool:
    return name.endswith(SECRET) and name != "PUBLIC_URL"
