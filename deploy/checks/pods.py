"""Is every pod of ours as a careful platform team wants it? Each rule names what breaks it."""

from collections.abc import Iterator

from chassis.bus import FINISH_SECONDS as BUS_SECONDS
from chassis.relay import CONFIRM_SECONDS
from deploy.checks.render import Object, labels_of, name_of, of_kind, ours, pod_of, selects
from gateway.serve import FINISH_SECONDS as GATEWAY_SECONDS
from gateway.webhooks.service import FINISH_SECONDS as WEBHOOK_SECONDS

COMPONENT = "app.kubernetes.io/component"
# how long a process takes to end what is in hand after SIGTERM, from the code
DRAIN = {
    "service": BUS_SECONDS,
    "relay": CONFIRM_SECONDS,
    "gateway": GATEWAY_SECONDS,
    "deliveries": WEBHOOK_SECONDS + BUS_SECONDS,
}
PROBES = {"startupProbe": "/ready", "readinessProbe": "/ready", "livenessProbe": "/live"}
ENOUGH = 3  # seconds between the end of the drain and the end of patience


def faults(objects: list[Object]) -> list[str]:
    """Name everything that is not as it should be."""
    found = [
        f"{name_of(one)}: {what}"
        for one in of_kind(objects, "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
        for what in [*_privileges(one), *_images(one), *_resources(one)]
    ]
    for one in ours(objects):
        found += [f"{name_of(one)}: {what}" for what in _ours(one)]
        if one["kind"] == "Deployment":
            found += [f"{name_of(one)}: {what}" for what in [*_probes(one), *_end(one)]]
            found += [f"{name_of(one)}: {what}" for what in _disruption(one, objects)]
    return found


def _privileges(one: Object) -> Iterator[str]:
    spec = pod_of(one)["spec"]
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{key} is set"
    for container in [*spec.get("initContainers", ()), *spec["containers"]]:
        yield from _container(container.get("securityContext", {}), spec.get("securityContext", {}))
    for volume in spec.get("volumes", ()):
        if "hostPath" in volume:
            yield f"volume {volume['name']} is a hostPath"
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            yield f"volume {volume['name']} has no sizeLimit"


def _container(own: Object, pod: Object) -> Iterator[str]:
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot must be true"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runAsUser must not be 0"
    if own.get("privileged") or own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation must be false, and privileged unset"
    if own.get("capabilities", {}).get("drop") != ["ALL"] or own["capabilities"].get("add"):
        yield "all capabilities must be dropped, and none added"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "readOnlyRootFilesystem must be true"
    profile = own.get("seccompProfile") or pod.get("seccompProfile") or {}
    if profile.get("type") != "RuntimeDefault":
        yield "seccompProfile must be RuntimeDefault"


def _images(one: Object) -> Iterator[str]:
    for container in pod_of(one)["spec"]["containers"]:
        image = container["image"]
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in image and tag in {"", "latest"}:
            yield f"image {image} names no version"


def _resources(one: Object) -> Iterator[str]:
    for container in pod_of(one)["spec"]["containers"]:
        resources = container.get("resources", {})
        for key in ("cpu", "memory"):
            if key not in resources.get("requests", {}):
                yield f"resources.requests.{key} is missing"
        if "memory" not in resources.get("limits", {}):
            yield "resources.limits.memory is missing"
        if "cpu" in resources.get("limits", {}):
            yield "resources.limits.cpu only adds delay"


def _ours(one: Object) -> Iterator[str]:
    spec = pod_of(one)["spec"]
    if spec.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false"
    if spec.get("enableServiceLinks") is not False:
        yield "enableServiceLinks must be false"
    if not spec.get("priorityClassName"):
        yield "priorityClassName is missing"
    if not spec.get("serviceAccountName"):
        yield "serviceAccountName is missing"


def _probes(one: Object) -> Iterator[str]:
    (container,) = pod_of(one)["spec"]["containers"]
    for probe, path in PROBES.items():
        if (asked := container.get(probe, {}).get("httpGet", {}).get("path")) != path:
            yield f"{probe} must ask {path}, not {asked}"
    if not pod_of(one)["spec"].get("topologySpreadConstraints"):
        yield "topologySpreadConstraints are missing"


def _end(one: Object) -> Iterator[str]:
    spec = pod_of(one)["spec"]
    (container,) = spec["containers"]
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds")
    if pause is None:
        yield "lifecycle.preStop.sleep is missing"
        return
    needed = pause + DRAIN[labels_of(one)[COMPONENT]] + ENOUGH
    if needed > spec.get("terminationGracePeriodSeconds", 30):
        yield f"terminationGracePeriodSeconds must be {needed} at least: it would be killed at work"


def _disruption(one: Object, objects: list[Object]) -> Iterator[str]:
    budgets = [
        budget
        for budget in of_kind(objects, "PodDisruptionBudget")
        if selects(budget["spec"]["selector"], labels_of(one))
    ]
    if len(budgets) != 1:
        yield f"{len(budgets)} PodDisruptionBudgets select its pods, not one"
