"""Who may speak to whom? Every pod is closed by default, and opened only as far as it must be."""

from collections.abc import Iterator

from deploy.checks.render import Object, labels_of, name_of, of_kind, ours, selects

NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
# who speaks to machines that are not ours, and on which ports
OUTSIDE = {
    ("channels", "service"): {22, 443},
    ("payments", "service"): {443},
    ("shipping", "service"): {25, 443, 465, 587},
    ("gateway", "gateway"): {25, 443, 465, 587},  # single sign-on, mail
    ("gateway", "deliveries"): {443},
}
PRIVATE = {"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}
TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT"
INSIDE = {5672: "the broker", 5432: "the database", 53: "names"}


def faults(objects: list[Object]) -> list[str]:
    """Name every pod that is open where it must not be, or closed where it must be open."""
    policies = of_kind(objects, "NetworkPolicy")
    inside = dict(INSIDE)
    if any(TRACES in config.get("data", {}) for config in of_kind(objects, "ConfigMap")):
        inside[4318] = "the collector of traces"
    found = []
    if not any(_closes_all(policy) for policy in policies):
        found.append("no NetworkPolicy closes all pods in both directions by default")
    for one in ours(objects):
        labels = labels_of(one)
        chosen = [p for p in policies if selects(p["spec"]["podSelector"], labels)]
        found += [f"{name_of(one)}: {what}" for what in _outward(chosen, labels, inside)]
        if labels[COMPONENT] == "gateway" and 8080 not in _ports(chosen, "ingress"):  # noqa: PLR2004 - its port
            found.append(f"{name_of(one)}: clients do not reach port 8080")
        if labels[COMPONENT] != "gateway" and (extra := _ports(chosen, "ingress") - {9000}):
            found.append(f"{name_of(one)}: may be spoken to on {sorted(extra)}")
    for policy in policies:
        found += [f"{name_of(policy)}: {what}" for what in _whole_world(policy)]
    return found


def _closes_all(policy: Object) -> bool:
    spec = policy["spec"]
    return (
        spec["podSelector"] == {}
        and set(spec["policyTypes"]) == {"Ingress", "Egress"}
        and not spec.get("ingress")
        and not spec.get("egress")
    )


def _outward(chosen: list[Object], labels: dict[str, str], needed: dict[int, str]) -> Iterator[str]:
    inside, outside = set(), set()
    for rule in _rules(chosen, "egress"):
        ports = {port["port"] for port in rule.get("ports", ())}
        peers = rule.get("to", ())
        if not ports:
            yield "a rule opens all ports"
        if not peers or any("ipBlock" in peer for peer in peers):
            outside |= ports
        else:
            inside |= ports
    for port, what in needed.items():
        if port not in inside:
            yield f"does not reach {what} (port {port})"
    allowed = OUTSIDE.get((labels[NAME], labels[COMPONENT]), set())
    if extra := outside - allowed:
        yield f"may speak to the outside on {sorted(extra)}"
    if missing := allowed - outside:
        yield f"does not reach the outside on {sorted(missing)}"


def _whole_world(policy: Object) -> Iterator[str]:
    for rule in _rules([policy], "egress"):
        for peer in rule.get("to", ()):
            block = peer.get("ipBlock", {})
            if block.get("cidr") == "0.0.0.0/0" and (
                left := PRIVATE - set(block.get("except", ()))
            ):
                yield f"0.0.0.0/0 must leave out {', '.join(sorted(left))}"


def _rules(policies: list[Object], way: str) -> Iterator[Object]:
    for policy in policies:
        yield from policy["spec"].get(way) or ()


def _ports(policies: list[Object], way: str) -> set[int]:
    return {port["port"] for rule in _rules(policies, way) for port in rule.get("ports", ())}
