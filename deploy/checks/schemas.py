"""Are the objects what the API servers and the operators accept? Strictly: a mistyped field is one.

Kubernetes' own schemas come with the package kubernetes-validate, those of custom resources from a
folder that `CRD_SCHEMAS` names (GROUP/KIND_VERSION.json, as in github.com/datreeio/CRDs-catalog).
"""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import kubernetes_validate
from jsonschema import Draft7Validator

from deploy.checks.render import Object, name_of

KUBERNETES = "1.32"
NO_FOLDER = (
    "NOT CHECKED: custom resources (KEDA, RabbitMQ, CloudNativePG, Prometheus, Gateway API,"
    " External Secrets). Get their schemas with `git clone --depth 1"
    " https://github.com/datreeio/CRDs-catalog` and set CRD_SCHEMAS to that folder."
)
CORE = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "scheduling.k8s.io/v1"}
# Go's regular expressions know (?i) in the middle, Python's do not
NOT_PYTHON = "^(?i)(abort|warn)?$"


def faults(objects: list[Object], folder: Path | None) -> list[str]:
    """Name every object that would not be accepted, and why."""
    found = []
    for one in objects:
        if one["apiVersion"] in CORE:
            found += _core(one)
        elif folder is not None:
            found += _custom(one, folder)
    return found


def folder_of_schemas() -> Path | None:
    """Find the folder of the schemas of custom resources."""
    named = os.environ.get("CRD_SCHEMAS", "")
    if named and not Path(named).is_dir():
        raise SystemExit(f"CRD_SCHEMAS must name a folder; {named!r} is none.")
    return Path(named) if named else None


def _core(one: Object) -> list[str]:
    try:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        where = ".".join(str(part) for part in error.path)
        return [f"{name_of(one)}: {where}: {error.message[:200]}"]
    return []


def _custom(one: Object, folder: Path) -> list[str]:
    group, _, version = one["apiVersion"].partition("/")
    place = folder / group / f"{one['kind'].lower()}_{version}.json"
    if not place.exists():
        return [f"{name_of(one)}: there is no schema {group}/{place.name} in CRD_SCHEMAS"]
    return [
        f"{name_of(one)}: {'.'.join(str(part) for part in error.path)}: {error.message[:200]}"
        for error in Draft7Validator(_schema(place)).iter_errors(one)
    ]


@lru_cache
def _schema(place: Path) -> Any:
    return _without(json.loads(place.read_text()))


def _without(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _without(value)
            for key, value in schema.items()
            if not (key == "pattern" and value == NOT_PYTHON)
        }
    return [_without(value) for value in schema] if isinstance(schema, list) else schema
