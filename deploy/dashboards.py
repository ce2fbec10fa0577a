"""What do people look at? Grafana dashboards, made from one table each.

`python -m deploy.dashboards` writes deploy/k8s/components/monitoring/dashboards/; `--check` only
looks. Each row is a panel: title, unit, and what it draws (a legend and an expression).
"""

import json
import sys
from typing import Any

from local.processes import ROOT

FOLDER = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "dashboards"
WIDTH, HEIGHT, ACROSS = 8, 7, 3
Panel = tuple[str, str, tuple[tuple[str, str], ...]]

QUEUES = r'queue=~"oms\\.[a-z]+"'
DASHBOARDS: dict[str, tuple[str, tuple[Panel, ...]]] = {
    "oms-orders": (
        "OMS: orders",
        (
            ("Orders accepted", "reqps", (("{{status}}", 'sum by (status) (rate(oms_http_requests_total{method="POST", route="/orders"}[5m]))'),)),
            ("Waiting for a person", "short", (("{{service}} {{kind}}", "max by (service, kind) (oms_stuck) > 0"),)),
            ("Requests by status", "reqps", (("{{status}}", "sum by (status) (rate(oms_http_requests_total[5m]))"),)),
            ("Time of a request", "s", (
                ("p50", "histogram_quantile(0.5, sum by (le) (rate(oms_http_seconds_bucket[5m])))"),
                ("p95", "histogram_quantile(0.95, sum by (le) (rate(oms_http_seconds_bucket[5m])))"),
                ("p99", "histogram_quantile(0.99, sum by (le) (rate(oms_http_seconds_bucket[5m])))"),
            )),
            ("Messages handled", "ops", (("{{service}}", "sum by (service) (rate(oms_handled_total[5m]))"),)),
            ("Messages in a batch", "short", (("{{service}}", "sum by (service) (rate(oms_batch_size_sum[5m])) / sum by (service) (rate(oms_batch_size_count[5m]))"),)),
            ("Time of a batch, p95", "s", (("{{service}}", "histogram_quantile(0.95, sum by (le, service) (rate(oms_handled_seconds_bucket[5m])))"),)),
            ("Put aside", "short", (("{{service}} {{state}}", "max by (service, state) (oms_deferred_rows)"),)),
            ("Waiting to be published", "short", (("{{service}}", "max by (service) (oms_outbox_rows)"),)),
            ("Calls to the outside", "ops", (("{{kind}} {{outcome}}", "sum by (kind, outcome) (rate(oms_calls_total[5m]))"),)),
            ("Questions", "ops", (("{{outcome}}", "sum by (outcome) (rate(oms_asked_total[5m]))"),)),
            ("Webhooks", "ops", (("{{outcome}}", "sum by (outcome) (rate(oms_webhook_attempts_total[5m]))"),)),
        ),
    ),
    "oms-platform": (
        "OMS: platform",
        (
            ("Messages waiting", "short", (("{{queue}}", f"sum by (queue) (rabbitmq_detailed_queue_messages{{{QUEUES}}})"),)),
            ("Processes ready", "short", (("{{deployment}}", 'kube_deployment_status_replicas_available{namespace="oms"}'),)),
            ("At the ceiling", "percentunit", (("{{horizontalpodautoscaler}}", 'kube_horizontalpodautoscaler_status_current_replicas{namespace="oms"} / kube_horizontalpodautoscaler_spec_max_replicas{namespace="oms"}'),)),
            ("CPU", "short", (("{{pod}}", 'sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="oms", container="oms"}[5m]))'),)),
            ("Memory of its limit", "percentunit", (("{{pod}}", 'sum by (pod) (container_memory_working_set_bytes{namespace="oms", container="oms"}) / sum by (pod) (kube_pod_container_resource_limits{namespace="oms", container="oms", resource="memory"})'),)),
            ("Restarts in an hour", "short", (("{{pod}}", 'sum by (pod) (increase(kube_pod_container_status_restarts_total{namespace="oms"}[1h]))'),)),
            ("Connections to PostgreSQL", "short", (("{{usename}}", 'sum by (usename) (cnpg_backends_total{namespace="oms"})'),)),
            ("Copies that follow", "short", (("{{pod}}", 'cnpg_pg_replication_streaming_replicas{namespace="oms"}'),)),
            ("Memory of the broker", "bytes", (("{{pod}}", 'rabbitmq_process_resident_memory_bytes{namespace="oms"}'),)),
        ),
    ),
}  # fmt: skip


def dashboard(name: str) -> dict[str, Any]:
    """Give a dashboard as Grafana reads it."""
    title, panels = DASHBOARDS[name]
    return {
        "uid": name,
        "title": title,
        "tags": ["oms"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [
                {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}
            ]
        },
        "panels": [_panel(number, *panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, title: str, unit: str, draws: tuple[tuple[str, str], ...]) -> Any:
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "${source}"},
        "gridPos": {
            "x": number % ACROSS * WIDTH, "y": number // ACROSS * HEIGHT, "w": WIDTH, "h": HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(65 + index), "expr": expression, "legendFormat": legend}
            for index, (legend, expression) in enumerate(draws)
        ],
    }  # fmt: skip


def expressions() -> list[str]:
    """Give all that is drawn, for whoever checks it."""
    return [e for _, panels in DASHBOARDS.values() for *_, draws in panels for _, e in draws]


def main(arguments: list[str]) -> int:
    """Write the dashboards, or only check them; return 1 if one is out of date."""
    bad = 0
    FOLDER.mkdir(exist_ok=True)
    for name in DASHBOARDS:
        place, text = FOLDER / f"{name}.json", json.dumps(dashboard(name), indent=1) + "\n"
        if place.exists() and place.read_text() == text:
            continue
        bad = 1
        if "--check" in arguments:
            print(f"{place.relative_to(ROOT)} is out of date: python -m deploy.dashboards")
        else:
            place.write_text(text)
    return bad if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
