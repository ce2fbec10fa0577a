"""Does every alert work, and say what to do? A unit test (promtool) and a runbook for each."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from chassis import telemetry
from deploy import dashboards
from deploy.checks.render import Object, of_kind
from local.processes import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
TESTS = ROOT / "deploy" / "checks" / "tests" / "alerts.yaml"
METRIC = re.compile(r"\boms_[a-z_]+")
HEADINGS = ("## Meaning", "## Impact", "## Diagnosis", "## Mitigation")
SECONDS = 180
NO_PROMTOOL = (
    "NOT CHECKED: whether the alerts' expressions work. promtool is missing: it is in the package"
    " `prometheus` of Debian and Ubuntu, and in every release of Prometheus."
)


def rules_of(objects: list[Object]) -> list[Object]:
    """Give all alerting rules."""
    return [
        rule
        for one in of_kind(objects, "PrometheusRule")
        for group in one["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


def faults(objects: list[Object], runbooks: Path = RUNBOOKS, tests: Path = TESTS) -> list[str]:
    """Name every alert without a runbook, a test or a known metric."""
    found = []
    rules = rules_of(objects)
    tested = {
        one["alertname"]
        for test in yaml.safe_load(tests.read_text())["tests"]
        for one in test["alert_rule_test"]
        if one.get("exp_alerts")
    }
    for rule in rules:
        name = rule["alert"]
        page = runbooks / f"{name}.md"
        text = page.read_text() if page.exists() else ""
        if missing := [heading for heading in HEADINGS if heading not in text]:
            found.append(f"alert {name}: docs/runbooks/{name}.md lacks {', '.join(missing)}")
        if not rule.get("annotations", {}).get("runbook_url", "").endswith(f"/{name}.md"):
            found.append(f"alert {name}: runbook_url must end with /{name}.md")
        if rule.get("labels", {}).get("severity") not in {"critical", "warning"}:
            found.append(f"alert {name}: severity must be critical or warning")
        if name not in tested:
            found.append(f"alert {name}: no test in deploy/checks/tests/alerts.yaml sees it fire")
        found += [
            f"alert {name}: no process tells {metric}"
            for metric in sorted(set(METRIC.findall(rule["expr"])) - _told())
        ]
    for expression in dashboards.expressions():
        unknown = sorted(set(METRIC.findall(expression)) - _told())
        found += [f"dashboard: no process tells {metric}" for metric in unknown]
    if rules:
        found += [f"{p.name}: there is no such alert" for p in _left_over(rules, runbooks)]
        found += promtool(objects, tests)
    return found


def promtool(objects: list[Object], tests: Path = TESTS) -> list[str]:
    """Let Prometheus' own tool check the rules and run their tests."""
    if shutil.which("promtool") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        drawn = [
            {"record": f"drawn:panel:{number}", "expr": expression}
            for number, expression in enumerate(dashboards.expressions())
        ]
        groups = [{"name": "dashboards", "rules": drawn}]
        groups += [g for one in of_kind(objects, "PrometheusRule") for g in one["spec"]["groups"]]
        (Path(folder) / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
        (Path(folder) / "tests.yaml").write_text(tests.read_text())
        found = []
        for command in (["check", "rules", "rules.yaml"], ["test", "rules", "tests.yaml"]):
            done = subprocess.run(  # noqa: S603 - files of our own
                ["promtool", *command],  # noqa: S607
                cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False,
            )  # fmt: skip
            if done.returncode:
                found.append(
                    f"promtool {command[0]}: {(done.stdout + done.stderr).strip()[-1500:]}"
                )
        return found


def _left_over(rules: list[Object], runbooks: Path) -> list[Path]:
    names = {rule["alert"] for rule in rules}
    return [page for page in runbooks.glob("[A-Z]*.md") if page.stem not in names | {"README"}]


def _told() -> set[str]:
    """All metrics of ours, as Prometheus knows them."""
    source = Path(telemetry.__file__).read_text()
    for place in ("gateway/around.py", "gateway/webhooks/service.py", "gateway/webhooks/sender.py"):
        source += (ROOT / place).read_text()
    names = set(re.findall(r'"(oms_[a-z_]+)"', source))
    return names | {f"{name}{end}" for name in names for end in ("_bucket", "_sum", "_count")}
