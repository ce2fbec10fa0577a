"""What if a node of the broker's cluster dies, the very one that leads a busy queue?

Three nodes on this machine. Processes know the addresses of all of them and go to another one.
"""

from pathlib import Path

from chassis.testing import eventually
from local.broker import private_node
from local.rabbit_node import PrivateNode
from local.supervisor import System
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

NODES = 3
BUSY = "oms.orders"  # all answers come here


class Cluster:
    """Three nodes that are one broker."""

    def __init__(self, state: Path) -> None:
        def quietly(_said: str) -> None: ...

        self.nodes = [private_node(state, quietly, "rabbitmq-1")]
        try:
            self.nodes[0].wait()
            for number in range(2, NODES + 1):
                joining = private_node(state, quietly, f"rabbitmq-{number}", self.nodes[0])
                self.nodes.append(joining)
                joining.wait()
        except BaseException:
            self.stop()
            raise
        self.away: PrivateNode | None = None

    @property
    def uri(self) -> str:
        """Where a node is that lives."""
        return self._living().uri

    @property
    def uris(self) -> str:
        """Where all nodes are, as the processes are told."""
        return ",".join(node.uri for node in self.nodes)

    def leader(self, queue: str) -> PrivateNode | None:
        """Find the living node that leads a queue; none does while they elect one."""
        name = self._told(queue, "leader")
        living = (node for node in self.nodes if node is not self.away)
        return next((node for node in living if node.name == name), None)

    def online(self, queue: str) -> int:
        """Count the members of a queue that live."""
        return self._told(queue, "online").count("@")

    def connections(self, node: PrivateNode) -> int:
        """Count the connections to a node."""
        return self._living().ctl("list_connections", "pid").count(f"<{node.name}.")

    def kill(self, node: PrivateNode) -> None:
        """End a node as a power cut would."""
        self.away = node
        node.kill()

    def bring_back(self) -> None:
        """Start the node that was killed on what it had."""
        if self.away:
            self.away.start()
            self.away = None

    def wait(self) -> None:
        """All nodes have been waited for."""

    def stop(self) -> None:
        """End all nodes, the first one last: it has the port mapper."""
        for node in reversed(self.nodes):
            node.stop()

    def _living(self) -> PrivateNode:
        return next(node for node in self.nodes if node is not self.away)

    def _told(self, queue: str, what: str) -> str:
        for line in self._living().ctl("list_queues", "name", what).splitlines():
            name, _, told = line.partition("\t")
            if name == queue:
                return told
        return ""


class ClusteredSystem(System):
    """A system whose broker is a cluster."""

    broker: Cluster

    def _find_broker(self) -> Cluster:
        return Cluster(self.state)

    @property
    def amqp_uri(self) -> str:
        """Where the processes find the broker: at any of its nodes."""
        return self.broker.uris


def clustered_system(state: Path) -> ClusteredSystem:
    """Make a system whose broker has three nodes."""
    return ClusteredSystem(state, lambda _said: None, drill=True)


@scenario("cluster", seconds=120, cases=("once", "again"), system=clustered_system, sample=False)
def loses_the_leader(world: World, _case: str) -> None:
    """The node that leads the busiest queue dies under load; two go on; it comes back."""
    assert isinstance(world.system, ClusteredSystem)
    cluster = world.system.broker
    sku, with_two = world.new_sku(berlin=100), world.new_sku(berlin=100)
    old = cluster.leader(BUSY)
    assert old
    connected = cluster.connections(old)
    with world.orders_under_way(sku, 60):
        cluster.kill(old)
        new = eventually(lambda: cluster.leader(BUSY), within=90)
    assert new
    world.say(f"  {old.name} led {BUSY}, with {connected} connections; now {new.name} does")
    with world.orders_under_way(with_two):
        if (living := cluster.online(BUSY)) != NODES - 1:
            raise Broken(f"{living} nodes keep {BUSY} while one of {NODES} is away")
    cluster.bring_back()
    eventually(lambda: cluster.online(BUSY) == NODES, within=90)
    world.happened("node killed -9")
