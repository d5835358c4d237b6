"""Hosts on Ray that are killed, or kill themselves, and count what their minds are asked."""

import os
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import orjson

from actors.cluster import HostActor, HostOrder
from actors.host import Host, MindMaker
from actors.plan import Planned, Planner
from events.log import WritableLog
from tests.actors.fragile import Fragile, When, counting, note

HOSTS = "hosts.txt"
ASKED = "asked.txt"
DEATHS = "deaths.json"
"""Stream -> how many events it has before the append that kills, and when."""


class CountingHost(HostActor):
    """Says which process it is before it does anything else; what it and the others note lies beside the run's folder."""

    def __init__(self, order: HostOrder) -> None:
        note(order.folder.parent / HOSTS, f"{order.own} {os.getpid()}")
        super().__init__(order)

    def minds(self, order: HostOrder) -> MindMaker:
        return counting(super().minds(order), order.folder.parent / ASKED)


class DoomedHost(CountingHost):
    """Holds copies of one conversation, each of which kills its host once, at an append of its own."""

    def __init__(self, order: HostOrder) -> None:
        super().__init__(order)
        copied(self._host)

    def log(self, order: HostOrder) -> WritableLog:
        deaths = orjson.loads((order.folder.parent / DEATHS).read_bytes())

        def fatal(stream: str, position: int) -> When | None:
            at, when = deaths[stream]
            return when if position == at and first_time(order.folder.parent / f"{stream.replace('/', '-')}.died") else None

        return Fragile(super().log(order), fatal, kill_me)  # type: ignore[return-value]


def kill_me() -> NoReturn:
    """Die as a process does that the machine ends: nothing is flushed, closed or caught."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def first_time(file: Path) -> bool:
    """Whether nobody has asked so far, in any process."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def copied(host: Host) -> Host:
    """The same host; whatever it is to hold, it is the run's first conversation under another name."""
    host._planner = Copies(host._planner)  # type: ignore[assignment]
    return host


@dataclass
class Copies:
    """Plans one conversation again and again."""

    planner: Planner

    def plan(self, index: int) -> Planned:
        return replace(self.planner.plan(0), stream=self.planner.settings.stream(index))
