"""What can go wrong in single conversations of a run, in hosts and sub-agents that are processes on Ray."""

import os
import signal
from typing import Any

import pytest

from actors import cluster
from actors.cluster import minds_apart
from actors.minds import minds_here
from tests.actors.trouble import CHILD_BREAKS, CHILD_LOST, cause, seed_of, troubled_mind


class TroubledMind(cluster.MindActor):
    """A sub-agent's process: breaks as it would in the host, or dies whenever it is asked."""

    def __init__(self, path: str, model: str, setting: str, goal: Any, persona: Any, seed: int) -> None:
        cluster.make_mind = troubled_mind
        super().__init__(path, model, setting, goal, persona, seed)
        self._deadly = seed == seed_of(CHILD_LOST)

    async def reply(self, observed: Any) -> Any:
        if self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().reply(observed)


class TroubledHost(cluster.HostActor):
    """A host process in which it goes wrong; only sub-agents that are to fail have processes of their own, which are slow to start."""

    def minds(self, order: Any) -> Any:  # noqa: ARG002
        cause(pytest.MonkeyPatch())
        cluster.MindActor = TroubledMind
        apart = {seed_of(CHILD_LOST), seed_of(CHILD_BREAKS)}
        return lambda planned: (minds_apart(minds_here) if planned.started.seed in apart else minds_here)(planned)
