"""Does each check find the fault that it is for? One is planted, and seen.

long because: a table of planted faults for each check.

The overlays are rendered once; without kubectl these tests cannot run and say so.
"""

import copy
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.checks import alerts, environment, network, pods, references, scaling, schemas
from deploy.checks.render import NO_KUBECTL, OVERLAYS, Object, render

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason=NO_KUBECTL)
RENDERED: dict[str, list[Object]] = {}


@pytest.fixture
def production() -> list[Object]:
    return rendered("production")


def rendered(overlay: str) -> list[Object]:
    if overlay not in RENDERED:
        RENDERED[overlay] = render(overlay)
    return copy.deepcopy(RENDERED[overlay])


def one(objects: list[Object], kind: str, name: str) -> Object:
    return next(o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name)


def pod(objects: list[Object], name: str = "orders-service") -> Object:
    return one(objects, "Deployment", name)["spec"]["template"]["spec"]


def container(objects: list[Object], name: str = "orders-service") -> Object:
    return pod(objects, name)["containers"][0]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_committed_has_no_fault(overlay):
    objects = rendered(overlay)

    found = [*schemas.faults(objects, None), *references.faults(objects)]
    for check in (pods, network, environment, scaling, alerts):
        found += check.faults(objects)

    assert found == []


POD_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "root": (lambda o: pod(o)["securityContext"].pop("runAsNonRoot"), "runAsNonRoot"),
    "root by container": (
        lambda o: container(o)["securityContext"].update(runAsNonRoot=False), "runAsNonRoot",
    ),
    "user 0": (lambda o: pod(o)["securityContext"].update(runAsUser=0), "runAsUser"),
    "privileged": (lambda o: container(o)["securityContext"].update(privileged=True), "privileged"),
    "escalation": (
        lambda o: container(o)["securityContext"].pop("allowPrivilegeEscalation"), "Escalation",
    ),
    "capability": (
        lambda o: container(o)["securityContext"]["capabilities"].update(add=["NET_ADMIN"]),
        "capabilities",
    ),
    "writable": (
        lambda o: container(o)["securityContext"].update(readOnlyRootFilesystem=False),
        "readOnlyRootFilesystem",
    ),
    "seccomp": (lambda o: pod(o)["securityContext"].pop("seccompProfile"), "seccompProfile"),
    "host network": (lambda o: pod(o).update(hostNetwork=True), "hostNetwork"),
    "host path": (
        lambda o: pod(o)["volumes"].append({"name": "h", "hostPath": {"path": "/"}}), "hostPath",
    ),
    "latest": (lambda o: container(o).update(image="oms-orders:latest"), "names no version"),
    "no tag": (lambda o: container(o).update(image="ghcr.io:443/oms-orders"), "names no version"),
    "no limit": (lambda o: container(o)["resources"].pop("limits"), "limits.memory"),
    "no request": (lambda o: container(o)["resources"]["requests"].pop("cpu"), "requests.cpu"),
    "liveness asks the broker": (
        lambda o: container(o)["livenessProbe"]["httpGet"].update(path="/ready"), "livenessProbe",
    ),
    "no startup probe": (lambda o: container(o).pop("startupProbe"), "startupProbe"),
    "no patience": (
        lambda o: pod(o).update(terminationGracePeriodSeconds=10), "terminationGracePeriodSeconds",
    ),
    "no preStop": (lambda o: container(o).pop("lifecycle"), "preStop"),
    "no spread": (lambda o: pod(o).pop("topologySpreadConstraints"), "topologySpread"),
    "token": (lambda o: pod(o).pop("automountServiceAccountToken"), "automountServiceAccountToken"),
    "no budget": (
        lambda o: o.remove(one(o, "PodDisruptionBudget", "orders-service")), "PodDisruptionBudget",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", POD_FAULTS)
def test_a_pod_that_may_too_much_or_dies_badly_is_found(production, planted):
    plant, told = POD_FAULTS[planted]
    plant(production)

    found = pods.faults(production)

    assert found
    assert all("orders-service" in fault for fault in found)
    assert told in " ".join(found)


def test_a_mistyped_field_of_a_core_object_is_found(production):
    container(production)["readinesProbe"] = container(production).pop("readinessProbe")

    (fault,) = schemas.faults(production, None)

    assert "orders-service" in fault
    assert "readinesProbe" in fault


@pytest.fixture
def crds() -> Path:
    """The real schemas if they are there, otherwise one that is like theirs."""
    if named := os.environ.get("CRD_SCHEMAS"):
        return Path(named)
    return Path(__file__).parent / "crds"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("maxReplicaCout", 3, "maxReplicaCout"),
        ("maxReplicaCount", "three", "maxReplicaCount"),
        ("scaleTargetRef", {}, "name"),
    ],
)
def test_a_mistyped_scaled_object_is_found(production, crds, field, value, told):
    rule = one(production, "ScaledObject", "orders-service")
    assert schemas.faults([rule], crds) == []
    rule["spec"][field] = value

    (fault,) = schemas.faults([rule], crds)

    assert "ScaledObject orders-service" in fault
    assert told in fault


def test_a_kind_without_a_schema_is_not_taken_for_checked(tmp_path, production):
    rule = one(production, "ScaledObject", "orders-service")

    (fault,) = schemas.faults([rule], tmp_path)

    assert "no schema keda.sh/scaledobject_v1alpha1.json" in fault


def test_a_folder_of_schemas_that_is_not_there_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("CRD_SCHEMAS", str(tmp_path / "missing"))

    with pytest.raises(SystemExit, match="CRD_SCHEMAS must name a folder"):
        schemas.folder_of_schemas()


def policy(objects: list[Object], name: str) -> Object:
    return one(objects, "NetworkPolicy", name)


NETWORK_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "open by default": (
        lambda o: o.remove(policy(o, "nothing-by-default")), "no NetworkPolicy closes all",
    ),
    "no names": (lambda o: o.remove(policy(o, "names")), "does not reach names"),
    "no way to the collector": (
        lambda o: o.remove(policy(o, "traces")), "does not reach the collector of traces"
    ),
    "no broker": (
        lambda o: policy(o, "broker-and-database")["spec"]["egress"].pop(0),
        "does not reach the broker",
    ),
    "orders speaks to the world": (
        lambda o: policy(o, "outside-by-https")["spec"].update(
            podSelector={"matchLabels": {"app.kubernetes.io/part-of": "oms"}}
        ),
        "orders-service: may speak to the outside on [443]",
    ),
    "the keys of the machine": (
        lambda o: policy(o, "outside-by-https")["spec"]["egress"][0]["to"][0]["ipBlock"][
            "except"
        ].remove("169.254.0.0/16"),
        "must leave out 169.254.0.0/16",
    ),
    "payments without its provider": (
        lambda o: o.remove(policy(o, "outside-by-https")),
        "payments-service: does not reach the outside on [443]",
    ),
    "nobody gets in": (lambda o: o.remove(policy(o, "clients")), "do not reach port 8080"),
    "orders is spoken to": (
        lambda o: policy(o, "clients")["spec"].update(podSelector={}),
        "orders-service: may be spoken to on [8080]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", NETWORK_FAULTS)
def test_an_open_or_a_closed_network_is_found(production, planted):
    plant, told = NETWORK_FAULTS[planted]
    plant(production)

    assert told in "\n".join(network.faults(production))


def env(objects: list[Object], name: str, variable: str) -> Object:
    return next(e for e in container(objects, name)["env"] if e["name"] == variable)


ENVIRONMENT_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "mistyped": (
        lambda o: env(o, "orders-service", "HEALTH_PORT").update(name="HEALTHPORT"),
        "orders-service: HEALTHPORT is no setting",
    ),
    "no key": (
        lambda o: container(o, "payments-service")["env"].remove(
            env(o, "payments-service", "SEALING_KEYS")
        ),
        "payments-service: SEALING_KEYS is not set",
    ),
    "secret in the open": (
        lambda o: env(o, "gateway", "DATABASE_URL").update(value="postgresql+psycopg2://a:b@c/d"),
        "gateway: DATABASE_URL must come from a Secret",
    ),
    "another's database": (
        lambda o: env(o, "returns-relay", "DATABASE_URL")["valueFrom"]["secretKeyRef"].update(
            name="orders"
        ),
        "returns-relay: DATABASE_URL must come from DATABASE_URL of the Secret returns",
    ),
    "a drill's clock": (
        lambda o: one(o, "ConfigMap", "settings")["data"].update(CLOCK_FILE="/tmp/clock"),
        "orders-service: CLOCK_FILE is for trials and drills only",
    ),
    "another driver": (
        lambda o: one(o, "ExternalSecret", "orders-service")["spec"]["target"]["template"][
            "data"
        ].update(DATABASE_URL="postgresql+asyncpg://orders:x@postgres-rw/orders"),
        "ExternalSecret orders-service: DATABASE_URL must begin with postgresql://",
    ),
    "no address": (
        lambda o: one(o, "ConfigMap", "settings")["data"].pop("PUBLIC_URL"),
        "gateway: PUBLIC_URL is not set",
    ),
}


@pytest.mark.parametrize("planted", ENVIRONMENT_FAULTS)
def test_a_process_that_is_told_wrong_things_is_found(production, planted):
    plant, told = ENVIRONMENT_FAULTS[planted]
    plant(production)

    assert told in "\n".join(environment.faults(production))


def test_a_setting_of_which_nobody_has_decided_is_found(production, monkeypatch):
    monkeypatch.setattr(environment, "MAY", environment.MAY - {"BATCH"})

    assert any(fault.startswith("BATCH:") for fault in environment.faults(production))


REFERENCE_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "no secret": (
        lambda o: o.remove(one(o, "ExternalSecret", "orders-service")), "no Secret orders",
    ),
    "no settings": (lambda o: o.remove(one(o, "ConfigMap", "settings")), "no ConfigMap settings"),
    "no target": (
        lambda o: one(o, "ScaledObject", "orders-service")["spec"]["scaleTargetRef"].update(
            name="order-service"
        ),
        "no Deployment order-service",
    ),
    "no pods": (
        lambda o: one(o, "Service", "gateway")["spec"]["selector"].update({"a": "b"}),
        "Service gateway: it selects no pod",
    ),
    "no broker": (
        lambda o: o.remove(one(o, "RabbitmqCluster", "broker")), "no RabbitmqCluster broker",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", REFERENCE_FAULTS)
def test_what_leads_nowhere_is_found(production, planted):
    plant, told = REFERENCE_FAULTS[planted]
    plant(production)

    assert told in "\n".join(references.faults(production))


def rule(objects: list[Object], name: str = "orders-service") -> Object:
    return one(objects, "ScaledObject", name)["spec"]


SCALING_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "too high": (lambda o: rule(o).update(maxReplicaCount=20), "orders may take 681 connections"),
    "limits above the server": (
        lambda o: one(o, "Cluster", "postgres")["spec"]["postgresql"]["parameters"].update(
            max_connections="1000"
        ),
        "max_connections leaves 980",
    ),
    "blind to what is in hand": (
        lambda o: rule(o)["triggers"][0]["metadata"].update(protocol="amqp"), "over HTTP",
    ),
    "another's queue": (
        lambda o: rule(o)["triggers"][0]["metadata"].update(queueName="oms.payments"),
        "queue oms.payments is not its own",
    ),
    "no fallback": (lambda o: rule(o).pop("fallback"), "fallback is missing"),
    "restless": (
        lambda o: rule(o)["advanced"]["horizontalPodAutoscalerConfig"]["behavior"][
            "scaleDown"
        ].update(stabilizationWindowSeconds=0),
        "stabilizationWindowSeconds",
    ),
    "no floor": (lambda o: rule(o).pop("minReplicaCount"), "minReplicaCount"),
    "nobody scales": (
        lambda o: o.remove(one(o, "ScaledObject", "gateway")), "either replicas or a ScaledObject",
    ),
    "two who scale": (
        lambda o: one(o, "Deployment", "gateway")["spec"].update(replicas=2),
        "either replicas or a ScaledObject",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", SCALING_FAULTS)
def test_a_rule_that_scales_badly_is_found(production, planted):
    plant, told = SCALING_FAULTS[planted]
    plant(production)

    assert told in "\n".join(scaling.faults(production))


def alert(objects: list[Object], name: str) -> Object:
    return next(r for r in alerts.rules_of(objects) if r["alert"] == name)


ALERT_FAULTS: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "no runbook": (lambda o: alert(o, "OutboxGrows").update(alert="Outbox"), "Outbox.md lacks"),
    "no test": (lambda o: alert(o, "OutboxGrows").update(alert="Outbox"), "sees it fire"),
    "no link": (
        lambda o: alert(o, "OutboxGrows")["annotations"].pop("runbook_url"), "runbook_url",
    ),
    "unknown metric": (
        lambda o: alert(o, "OutboxGrows").update(expr="oms_outbox_row > 1000"),
        "no process tells oms_outbox_row",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", ALERT_FAULTS)
def test_an_alert_that_helps_nobody_is_found(production, planted):
    plant, told = ALERT_FAULTS[planted]
    plant(production)

    assert told in "\n".join(alerts.faults(production))


@pytest.mark.skipif(shutil.which("promtool") is None, reason=alerts.NO_PROMTOOL)
def test_every_alert_has_a_test_that_sees_it_broken(production):
    assert alerts.promtool(production) == []
    for broken in alerts.rules_of(rendered("production")):
        objects = rendered("production")
        alert(objects, broken["alert"])["expr"] = "vector(1) > 2"

        assert broken["alert"] in "\n".join(alerts.promtool(objects)), broken["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason=alerts.NO_PROMTOOL)
def test_an_expression_that_is_none_is_found(production):
    alert(production, "OutboxGrows")["expr"] = "max by (service (oms_outbox_rows) > 1"

    assert "promtool check" in "\n".join(alerts.promtool(production))
