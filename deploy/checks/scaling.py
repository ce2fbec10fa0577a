"""Do the ceilings hold?

All replicas at their ceilings must find room in the database, and each deployment without a fixed
number has somebody who scales it, in bounds.
"""

from chassis.bus import QUESTIONS_AT_ONCE
from deploy.checks.render import Object, labels_of, name_of, of_kind, ours, pod_of
from gateway.serve import CONNECTIONS

COMPONENT, NAME = "app.kubernetes.io/component", "app.kubernetes.io/name"
BUS = 2 * (QUESTIONS_AT_ONCE + 4)  # a pool may grow to twice its size
MIGRATION = 5
# connections of one process at most; channels has a second engine
OPEN = {"service": BUS, "relay": 2, "gateway": 2 * CONNECTIONS, "deliveries": BUS}
MORE = {"channels": 8}
KEPT_FREE = 20  # for PostgreSQL's own and for people
SLOWEST_DOWN = 300


def faults(objects: list[Object]) -> list[str]:
    """Name every ceiling that is too high, and every deployment that nobody scales well."""
    if not of_kind(objects, "ScaledObject"):
        return []
    rules = {one["spec"]["scaleTargetRef"]["name"]: one for one in of_kind(objects, "ScaledObject")}
    found, wanted = [], dict.fromkeys({labels_of(one)[NAME] for one in ours(objects)}, MIGRATION)
    for one in of_kind(ours(objects), "Deployment"):
        labels, name = labels_of(one), one["metadata"]["name"]
        rule, fixed = rules.get(name), one["spec"].get("replicas")
        if (rule is None) == (fixed is None):
            found.append(f"{name_of(one)}: either replicas or a ScaledObject")
            continue
        if rule is not None:
            found += [f"{name_of(rule)}: {what}" for what in _rule(rule, one)]
        most = rule["spec"]["maxReplicaCount"] + 1 if rule else fixed + 1  # one more in a roll-out
        each = OPEN[labels[COMPONENT]] + (
            MORE.get(labels[NAME], 0) if labels[COMPONENT] == "service" else 0
        )
        wanted[labels[NAME]] += most * each
    return found + _room(objects, wanted)


def _room(objects: list[Object], wanted: dict[str, int]) -> list[str]:
    found = []
    for cluster in of_kind(objects, "Cluster"):
        roles = {
            role["name"]: role["connectionLimit"] for role in cluster["spec"]["managed"]["roles"]
        }
        found += [
            f"{name_of(cluster)}: {name} may take {needed} connections at its ceilings,"
            f" its connectionLimit is {roles.get(name)}"
            for name, needed in sorted(wanted.items())
            if roles.get(name, 0) < needed
        ]
        room = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"]) - KEPT_FREE
        if sum(roles.values()) > room:
            found.append(
                f"{name_of(cluster)}: the connectionLimits add up to {sum(roles.values())},"
                f" max_connections leaves {room}"
            )
    return found


def _rule(rule: Object, target: Object) -> list[str]:
    spec, found = rule["spec"], []
    if not 1 <= spec.get("minReplicaCount", 0) <= spec.get("maxReplicaCount", 0):
        found.append("minReplicaCount and maxReplicaCount must be set, in this order")
    queues = [t for t in spec["triggers"] if t["type"] == "rabbitmq"]
    for trigger in queues:
        told = trigger["metadata"]
        if told.get("protocol") != "http" or told.get("excludeUnacknowledged") != "false":
            found.append("a queue is measured over HTTP, with what is unacknowledged")
        own = {f"oms.{labels_of(target)[NAME]}", f"rpc-{labels_of(target)[NAME]}"}
        if told["queueName"] not in own:
            found.append(f"queue {told['queueName']} is not its own")
    if queues and "fallback" not in spec:
        found.append("fallback is missing: without the broker's API it would not scale")
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    if behavior["scaleDown"]["stabilizationWindowSeconds"] < SLOWEST_DOWN:
        found.append(f"scaleDown.stabilizationWindowSeconds must be {SLOWEST_DOWN} at least")
    if not queues and "cpu" not in pod_of(target)["spec"]["containers"][0]["resources"]["requests"]:
        found.append("a cpu trigger needs resources.requests.cpu")
    return found
