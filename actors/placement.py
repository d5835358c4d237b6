"""Where the conversations of a run are held: a setting, not a second way through the code."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from actors.gateway.settings import NOWHERE, Reach
from actors.host import Host
from actors.inline import InlineCrew
from actors.minds import minds_for
from actors.plan import Place, RunSettings
from actors.run import Crew
from domain.errors import SettingError
from events.log import WritableLog
from projections.folder import RunFolder, shard_names

KINDS = ("auto", "inline", "shared", "dedicated")
_INLINE_UP_TO = 2000
"""Conversations that are held before a cluster has paid for its start."""
_CAPACITY = 500


@dataclass(frozen=True)
class Placement:
    """Where and how many.

    Args:
        kind: ``inline`` in this process, ``shared`` in a few host processes, ``dedicated`` in one for each conversation
            and one for each sub-agent; ``auto`` is shared for large runs and on a cluster, else inline.
        workers: Host processes; 0 means one for each core, of this machine or of the cluster.
        capacity: Conversations that a host holds at a time.
        address: Of a running Ray cluster.
    """

    kind: str = "auto"
    workers: int = 0
    capacity: int = _CAPACITY
    address: str | None = None

    def settled(self, count: int) -> "Placement":
        """The same with nothing left open, for a run of so many conversations.

        Raises:
            SettingError: There is no such kind, or inline is asked to use a cluster.
        """
        if self.kind not in KINDS:
            raise SettingError(f"there is no placement {self.kind!r}; there are {', '.join(KINDS)}")
        if self.kind == "inline" and self.address:
            raise SettingError(f"placement 'inline' uses no cluster; leave out the address {self.address!r}, or choose shared")
        large = count > _INLINE_UP_TO or self.address is not None or self.workers > 1
        kind = self.kind if self.kind != "auto" else "shared" if large else "inline"
        workers = 1 if kind == "inline" else self.workers or self._cores()
        return Placement(kind, workers, 1 if kind == "dedicated" else self.capacity, self.address)

    def _cores(self) -> int:
        return _cluster(self.kind).cores(self.address) if self.address else os.cpu_count() or 1

    def logs(self) -> list[str]:
        """The run's own file, and one for each host process besides."""
        return shard_names(1 if self.kind == "inline" else self.workers + 1)


@contextmanager
def crew_of(
    placement: Placement,
    settings: RunSettings,
    places: Mapping[str, Place],
    folder: Path,
    store: WritableLog,
    data: Path | None,
    reach: Reach = NOWHERE,
    blueprints: Path | None = None,
) -> Iterator[Crew]:
    """The hosts of a run, and their end."""
    if placement.kind == "inline":
        cast = minds_for(settings, reach, folder)
        host = Host(settings, places, store, capacity=placement.capacity, minds=cast.agents, tools=cast.tools)
        yield InlineCrew(host, placement.capacity)
        return
    cluster = _cluster(placement.kind)
    logs = RunFolder(folder.resolve()).addresses()
    share = reach.model_copy(update={"share": 1 / placement.workers})
    order = cluster.HostOrder(
        settings,
        logs,
        placement.capacity,
        data and data.resolve(),
        blueprints and blueprints.resolve(),
        placement.kind == "dedicated",
        reach=share,
        folder=folder.resolve(),
    )
    crew = cluster.RayCrew(order, hosts=placement.workers, address=placement.address)
    try:
        yield crew
    finally:
        crew.close()


def _cluster(kind: str) -> ModuleType:
    try:
        from actors import cluster  # noqa: PLC0415, ray is an extra, and slow to import
    except ImportError as error:
        raise SettingError(f"placement {kind!r} needs Ray ({error}); pip install 'worldloom[cluster]'") from error
    return cluster
