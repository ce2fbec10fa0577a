"""How does the autoscaler decide? KEDA's triggers and the HPA's rules, as in their documentation.

Every 15 seconds: desired = ceil(measured / target), the highest of all triggers; within a tenth of
the target nothing changes; upward limited by the policies of `scaleUp`; downward only as far as the
highest wish of the stabilization window, limited by the policies of `scaleDown`. New processes work
after `START_SECONDS`. Cron triggers are left out: the peak that is played is one that nobody knew.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SYNC_SECONDS = 15.0
START_SECONDS = (
    30.0  # find a node, pull, start, connect; the last two took 17 with 16 at once on 2 cores
)
TOLERANCE = 0.1


@dataclass
class Scaler:
    """Decides over one deployment, by its rendered ScaledObject."""

    name: str
    floor: int
    ceiling: int
    queues: dict[str, float]  # queue: messages for each process
    cpu: float  # cores for each process, 0: not asked
    up: list[dict[str, Any]]
    down: list[dict[str, Any]]
    window: float
    wanted: int = 0
    running: int = 0
    _starting: list[float] = field(default_factory=list)
    _wishes: deque[tuple[float, int]] = field(default_factory=deque)
    _changes: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Begin at the floor."""
        self.wanted = self.running = self.floor

    def tick(self, now: float) -> None:
        """Let processes that have started take work."""
        ready = [at for at in self._starting if at <= now]
        self._starting = [at for at in self._starting if at > now]
        self.running += len(ready)

    def decide(self, now: float, depth: Mapping[str, float], cores: float) -> None:
        """Change the number of processes, as the HPA does each 15 seconds."""
        ratios = [depth[queue] / target / self.wanted for queue, target in self.queues.items()]
        if self.cpu:
            ratios.append(cores / self.cpu / self.wanted)
        wish = max(
            self.wanted if abs(ratio - 1) <= TOLERANCE else math.ceil(ratio * self.wanted - 1e-9)
            for ratio in ratios
        )
        wish = min(max(wish, self.floor), self.ceiling)
        self._wishes.append((now, wish))
        while self._wishes[0][0] < now - self.window:
            self._wishes.popleft()
        if wish > self.wanted:
            self._set(now, min(wish, self._allowed(now, self.up, 1)))
        elif wish < self.wanted:
            highest = max(earlier for _, earlier in self._wishes)
            self._set(now, max(min(highest, self.wanted), self._allowed(now, self.down, -1)))

    def _allowed(self, now: float, policies: list[dict[str, Any]], way: int) -> int:
        bounds = []
        for policy in policies:
            since = now - policy["periodSeconds"]
            changed = sum(by for at, by in self._changes if at > since and by * way > 0)
            began = self.wanted - changed
            share = policy["type"] == "Percent"
            step = began * policy["value"] / 100 if share else policy["value"]
            bounds.append(math.ceil(began + step) if way > 0 else math.floor(began - step + 1e-9))
        return int(max(bounds) if way > 0 else min(bounds))

    def _set(self, now: float, wanted: int) -> None:
        if (by := wanted - self.wanted) == 0:
            return
        self._changes.append((now, by))
        self.wanted = wanted
        if by > 0:
            self._starting += [now + START_SECONDS] * by
        else:
            gone = min(len(self._starting), -by)
            del self._starting[len(self._starting) - gone :]
            self.running += by + gone


def scalers_of(objects: list[dict[str, Any]]) -> dict[str, Scaler]:
    """Read the rules of all deployments from the rendered objects."""
    found = {}
    for spec in (one["spec"] for one in objects if one["kind"] == "ScaledObject"):
        name = spec["scaleTargetRef"]["name"]
        behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        told = {(t["type"], t.get("name", "")): t["metadata"] for t in spec["triggers"]}
        found[name] = Scaler(
            name=name,
            floor=spec["minReplicaCount"],
            ceiling=spec["maxReplicaCount"],
            queues={
                m["queueName"]: float(m["value"]) for (kind, _), m in told.items()
                if kind == "rabbitmq"
            },
            cpu=next(
                (_cores(m["value"]) for (kind, _), m in told.items() if kind == "cpu"), 0.0
            ),
            up=behavior.get("scaleUp", {}).get(
                "policies",
                [
                    {"type": "Percent", "value": 100, "periodSeconds": 15},
                    {"type": "Pods", "value": 4, "periodSeconds": 15},
                ],
            ),
            down=behavior["scaleDown"]["policies"],
            window=behavior["scaleDown"]["stabilizationWindowSeconds"],
        )  # fmt: skip
    return found


def _cores(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)
