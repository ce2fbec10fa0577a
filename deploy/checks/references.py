"""Does everything that an object names exist? Kubernetes would say so only while it rolls out."""

from collections.abc import Callable, Iterator

from deploy.checks.render import Object, name_of, of_kind, ours, selects
from deploy.checks.render import labels_of as pods_labels


def faults(objects: list[Object]) -> list[str]:
    """Name every reference that leads nowhere."""
    there = {(one["kind"], one["metadata"]["name"]) for one in objects}
    for one in of_kind(objects, "ExternalSecret"):
        there.add(("Secret", one["spec"]["target"]["name"]))
    return [
        f"{name_of(one)}: there is no {kind} {name}"
        for one in objects
        for kind, name in _named(one)
        if (kind, name) not in there
    ] + _services(objects)


def _named(one: Object) -> Iterator[tuple[str, str]]:
    if find := NAMED.get(one["kind"]):
        yield from find(one.get("spec", {}))


def _by_scaling(spec: Object) -> Iterator[tuple[str, str]]:
    yield "Deployment", spec["scaleTargetRef"]["name"]
    for trigger in spec["triggers"]:
        if "authenticationRef" in trigger:
            yield "TriggerAuthentication", trigger["authenticationRef"]["name"]


def _by_login(spec: Object) -> Iterator[tuple[str, str]]:
    for target in spec["secretTargetRef"]:
        yield "Secret", target["name"]


def _by_user(spec: Object) -> Iterator[tuple[str, str]]:
    yield "RabbitmqCluster", spec["rabbitmqClusterReference"]["name"]
    if "importCredentialsSecret" in spec:
        yield "Secret", spec["importCredentialsSecret"]["name"]


def _by_cluster(spec: Object) -> Iterator[tuple[str, str]]:
    for role in spec.get("managed", {}).get("roles", ()):
        yield "Secret", role["passwordSecret"]["name"]


def _by_database(spec: Object) -> Iterator[tuple[str, str]]:
    yield "Cluster", spec["cluster"]["name"]


def _by_route(spec: Object) -> Iterator[tuple[str, str]]:
    for rule in spec["rules"]:
        for backend in rule.get("backendRefs", ()):
            yield "Service", backend["name"]
    for parent in spec["parentRefs"]:
        yield "Gateway", parent["name"]


def _by_workload(spec: Object) -> Iterator[tuple[str, str]]:
    yield from _by_pod(spec["template"]["spec"])


def _by_pod(spec: Object) -> Iterator[tuple[str, str]]:
    for container in spec["containers"]:
        for source in container.get("envFrom", ()):
            yield "ConfigMap", source["configMapRef"]["name"]
        for entry in container.get("env", ()):
            ref = entry.get("valueFrom", {}).get("secretKeyRef")
            if ref and not ref.get("optional"):
                yield "Secret", ref["name"]
    if "serviceAccountName" in spec:
        yield "ServiceAccount", spec["serviceAccountName"]
    if "priorityClassName" in spec:
        yield "PriorityClass", spec["priorityClassName"]
    for volume in spec.get("volumes", ()):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]


def _services(objects: list[Object]) -> list[str]:
    workloads = [*ours(objects), *of_kind(objects, "StatefulSet")]
    return [
        f"{name_of(one)}: it selects no pod"
        for one in of_kind(objects, "Service")
        if not any(
            selects({"matchLabels": one["spec"]["selector"]}, pods_labels(w)) for w in workloads
        )
    ]


NAMED: dict[str, Callable[[Object], Iterator[tuple[str, str]]]] = {
    **dict.fromkeys(("Deployment", "StatefulSet", "Job"), _by_workload),
    **dict.fromkeys(("User", "Permission"), _by_user),
    **dict.fromkeys(("Database", "ScheduledBackup"), _by_database),
    "ScaledObject": _by_scaling,
    "TriggerAuthentication": _by_login,
    "Cluster": _by_cluster,
    "HTTPRoute": _by_route,
}
