"""Whole runs, with the product's own parts: begun or gone on with, held by any crew, and read back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

from actors.host import Host, minds_here
from actors.inline import InlineCrew
from actors.placement import Placement
from actors.plan import Place, RunSettings, prepare
from actors.run import Crew, Ledger, Supervisor
from events.log import Log, WritableLog
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import read_run
from projections.verify import verify
from scenarios.load import load
from tests.actors.fragile import counting

INLINE = Placement("inline", 1)
Disturb = Callable[[Any, Ledger], Awaitable[None]]
"""Given the crew and the ledger: what happens meanwhile."""
Result = tuple[str, dict[str, bytes]]
"""The log's digest, and the data set's bytes."""


@cache
def place(setting: str, seed: int) -> Place:
    """A setting, made ready once."""
    return prepare(load(setting), seed, None)


def begin(folder: Path, settings: RunSettings, placement: Placement, address: str | None = None) -> RunFolder:
    """Begin a run, its log in files or at an address, or find it again."""
    return RunFolder.start(folder, settings.model_dump(mode="json"), [address] if address else placement.logs())


def inline(settings: RunSettings, log: WritableLog, asked: Path | None = None) -> InlineCrew:
    """One host in this process; its minds are counted where a file is named."""
    places = {name: place(name, settings.seed) for name in settings.settings}
    return InlineCrew(Host(settings, places, log, minds=counting(minds_here, asked) if asked else None))


def hold(settings: RunSettings, log: WritableLog, crew: Crew, disturb: Disturb | None = None) -> Ledger:
    """Hold the run to its end."""
    ledger = Ledger(settings, log)

    async def go() -> None:
        task = asyncio.ensure_future(disturb(crew, ledger)) if disturb else None
        async for _ in Supervisor(ledger, crew).hold_all():
            pass
        if task:
            task.cancel()

    asyncio.run(go())
    return ledger


def hold_on_ray(run: RunFolder, settings: RunSettings, placement: Placement, actor: Any = None, disturb: Disturb | None = None) -> Ledger:
    """Hold the run on the cluster that is there, by hosts of some class."""
    from actors.cluster import HostActor, HostOrder, RayCrew  # not all that use this module need Ray

    log = run.write_log()
    order = HostOrder(settings, run.addresses(), placement.capacity, dedicated=placement.kind == "dedicated", folder=run.path)
    crew = RayCrew(order, hosts=placement.workers, actor=actor or HostActor)
    try:
        return hold(settings, log, crew, disturb)
    finally:
        crew.close()
        log.close()


def result(run: RunFolder, check: Callable[[Log], object] = lambda _: None, lost: Collection[str] = ()) -> Result:
    """What lies in the folder of a run that finished all but what is lost; all of it verified."""
    log = run.open_log()
    write_dataset(log, run.dataset)
    assert verify(run, log).problems == []
    view = read_run(log)
    assert view.closed is not None
    assert set(view.abandoned) == set(lost)
    check(log)
    log.close()
    return view.closed.digest, {path.name: path.read_bytes() for path in run.dataset.iterdir()}


def held_inline(folder: Path, settings: RunSettings, lost: Collection[str] = ()) -> Result:
    """The run in one process, on files."""
    run = begin(folder, settings, INLINE)
    log = run.write_log()
    hold(settings, log, inline(settings, log))
    log.close()
    return result(run, lost=lost)
