"""What does an overlay come to? `kubectl kustomize` says so; no cluster is asked."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from local.processes import ROOT

K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("local", "production")
PODS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
SECONDS = 60
NO_KUBECTL = (
    "kubectl is missing, so nothing under deploy/k8s can be checked. It is one file: get it as"
    " https://kubernetes.io/docs/tasks/tools/ says (1.32 or newer; no cluster is needed)."
)

Object = dict[str, Any]


class NotRendered(Exception):  # noqa: N818 - told as it is
    """An overlay cannot be rendered; the message is kubectl's."""


def render(overlay: str, folder: Path = K8S) -> list[Object]:
    """Render an overlay into its objects. Raises NotRendered."""
    if shutil.which("kubectl") is None:
        raise NotRendered(NO_KUBECTL)
    done = subprocess.run(  # noqa: S603 - kubectl, with a path of ours
        ["kubectl", "kustomize", str(folder / "overlays" / overlay)],  # noqa: S607
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotRendered(f"{overlay}: {done.stderr.strip()[-600:]}")
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def name_of(one: Object) -> str:
    """Say which object is meant, for people."""
    return f"{one['kind']} {one['metadata']['name']}"


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    """Find the objects of some kinds."""
    return [one for one in objects if one["kind"] in kinds]


def pod_of(one: Object) -> Object:
    """Give the pod template of a workload."""
    spec = one["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if one["kind"] == "CronJob" else None
    return template or spec["template"]  # type: ignore[no-any-return]


def labels_of(one: Object) -> dict[str, str]:
    """Give the labels of a workload's pods."""
    return pod_of(one)["metadata"].get("labels", {})  # type: ignore[no-any-return]


def ours(objects: list[Object]) -> list[Object]:
    """Find the workloads that run our code."""
    return [
        one
        for one in of_kind(objects, *PODS)
        if labels_of(one).get("app.kubernetes.io/part-of") == "oms"
    ]


def selects(selector: Object | None, labels: dict[str, str]) -> bool:
    """Tell whether a label selector selects a pod; the empty one selects each."""
    if selector is None:
        return False
    operators: dict[str, Callable[[str | None, Any], bool]] = {
        "In": lambda value, wanted: value in wanted,
        "NotIn": lambda value, wanted: value not in wanted,
        "Exists": lambda value, _: value is not None,
        "DoesNotExist": lambda value, _: value is None,
    }
    return all(labels.get(k) == v for k, v in selector.get("matchLabels", {}).items()) and all(
        operators[x["operator"]](labels.get(x["key"]), x.get("values", ()))
        for x in selector.get("matchExpressions", ())
    )
