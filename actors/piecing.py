"""Gold steps of a task of which only probes are at hand: the probes quote them.

A ``repeat`` probe is a gold call itself. A probe that leaves one argument out, or replaces it, quotes all the other
arguments of the gold call that follows its state; two such probes quote the whole call. A step that no probe quotes
is taken for one that changes nothing, which the outcomes judged after it then confirm or not.
"""

from collections import defaultdict
from collections.abc import Iterable

from pydantic import JsonValue

from actors.recordings import Call, Gold, Probe


def pieced_together(probes: Iterable[Probe]) -> dict[str, Gold]:
    """Task -> what its probes tell of its gold steps."""
    by_task: defaultdict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        by_task[probe.task_id].append(probe)
    return {task: _gold(some) for task, some in by_task.items()}


def _gold(probes: list[Probe]) -> Gold:
    calls: dict[int, Call] = {}
    quoting: defaultdict[int, list[Probe]] = defaultdict(list)
    for probe in probes:
        if probe.kind == "repeat":
            calls[probe.repeat_index] = _call(probe, probe.arguments)
        elif probe.arg is not None:
            quoting[probe.after_gold_steps].append(probe)
    for step, some in quoting.items():
        arguments = _arguments(some)
        if step not in calls and arguments is not None:
            calls[step] = _call(some[0], arguments)
    length = max([probe.after_gold_steps for probe in probes] + [step + 1 for step in calls])
    return Gold(None, tuple(calls.get(step) for step in range(length)))


def _arguments(quoting: list[Probe]) -> dict[str, JsonValue] | None:
    """The gold call's arguments; None where only one of them was ever altered, so that its value is nowhere."""
    found: dict[str, JsonValue] = {}
    altered = set()
    for probe in quoting:
        own = (probe.arg or "").split("[")[0]
        altered.add(own)
        found.update((name, value) for name, value in probe.arguments.items() if name != own)
    return found if altered <= set(found) else None


def _call(probe: Probe, arguments: dict[str, JsonValue]) -> Call:
    return Call(name=probe.name, arguments=arguments, requestor=probe.requestor)
