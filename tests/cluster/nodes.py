"""Several Ray nodes on this machine, each at a loopback address of its own, as if they were machines."""

import os
import signal
import socket
import subprocess
from typing import Any

import ray
from ray.cluster_utils import Cluster

_QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 2,
}
"""A lost node is noticed after a second; by itself Ray takes five periods of three."""
_STORE_BYTES = 80 * 2**20
FIRST, SECOND = "127.0.0.2", "127.0.0.3"
"""Ray takes 127.0.0.1 for the machine's own address, at which there is one node only."""


class Nodes:
    """A cluster. The driver is at its first node, which is never lost.

    Args:
        cores: Of each node.
    """

    def __init__(self, cores: int = 1) -> None:
        self._common: dict[str, Any] = {"num_cpus": cores, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        first = {**self._common, "node_ip_address": FIRST, "_system_config": _QUICK}
        self._cluster = Cluster(initialize_head=True, head_node_args=first)

    def add(self) -> None:
        """One more node."""
        self._cluster.add_node(node_ip_address=SECOND, **self._common)

    @property
    def address(self) -> str:
        """For ``connect``."""
        return str(self._cluster.address)

    @property
    def second(self) -> bool:
        """Whether there is another node beside the first."""
        return bool(self._cluster.worker_nodes)

    def lose(self, *, workers: bool = True) -> list[int]:
        """Kill the node that was added, with SIGKILL; its workers are left alone where ``workers`` is false.

        Returns:
            Its worker processes.
        """
        (node,) = self._cluster.worker_nodes
        (raylet,) = (process.process.pid for process in node.all_processes["raylet"])
        found = _children(raylet)
        for pid in found if workers else ():
            os.kill(pid, signal.SIGKILL)
        self._cluster.remove_node(node, allow_graceful=False)
        return found

    def close(self) -> None:
        """End all nodes, and the connection to them."""
        ray.shutdown()
        self._cluster.shutdown()


def several_addresses() -> bool:
    """Whether this machine has more than one loopback address."""
    try:
        with socket.create_server((SECOND, 0)):
            return True
    except OSError:
        return False


def runs(pid: int) -> bool:
    """Whether a process is there, and is not only waiting to be buried."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def _children(pid: int) -> list[int]:
    """Processes that a process started, without those that it needs itself."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
    table = [line.split(None, 2) for line in lines]
    return [int(child) for child, parent, name in table if int(parent) == pid and "Agent" not in name and "agent" not in name]
