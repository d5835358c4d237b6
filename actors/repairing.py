"""Repairing: a conversation that was not accepted is rewound to before its first bad event, and goes on from there otherwise."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from actors.flawed.assistant import FAMILY
from actors.forking import Forks, another_seed
from actors.minds import OFFLINE
from domain.agents import ASSISTANT
from domain.blame import Blame, Failed, first_bad
from domain.errors import GoldFault, SettingError
from domain.goal import gold_world
from domain.slips import wanted
from events.forks import append_of
from events.log import Log
from events.run import ConversationFinished
from projections.contents import Contents
from projections.origins import briefed
from projections.state import history


class Rewound(NamedTuple):
    """A conversation to be repaired, and the forks that try."""

    blame: Blame
    forks: tuple[str, ...]


def blame_of(forks: Forks, log: Log, finished: ConversationFinished) -> Blame:
    """The first bad event of a conversation that was not accepted.

    Raises:
        GoldFault: Its goal's own action breaks its tool, so nothing that an agent does would be accepted.
        NoSuchPlace: There is no such conversation.
        CorruptLog: The log is damaged.
    """
    planned, records, contents = forks.planned(finished.stream), history(log, finished.stream), Contents(log)
    setting, world = planned.place.setting, planned.place.world
    events = [record.event for record in records]
    goal = wanted(planned.goal, events)
    gold = gold_world(world, goal, setting.toolset, seed=planned.started.seed, now=setting.clock)
    return first_bad(Failed(events, world, gold, goal, setting.toolset, lambda: briefed(contents, records), finished.fault))


def rewind(forks: Forks, log: Log, finished: ConversationFinished, tries: int, models: Sequence[str]) -> Rewound | None:
    """Fork a conversation before its first bad event; forks that were made so before are found again.

    Args:
        tries: Continuations by each model, each with a seed of its own; none has the seed of the conversation itself.
        models: Who plays the assistant from there on; where there are none, whoever played it, or if that was a flawed one, the sound one.

    Returns:
        None where nothing can be repaired, since the goal's own action breaks its tool.
    """
    try:
        blame = blame_of(forks, log, finished)
    except GoldFault:
        return None
    stream, started = finished.stream, forks.planned(finished.stream).started
    at = append_of(log, stream, blame.position)[0].position - 1
    made = [
        forks.fork(stream, at, amends={"seed": another_seed(started.seed, number), **_played(started.models, model)})
        for model in models or (sound(started.models[ASSISTANT]),)
        for number in range(1, tries + 1)
    ]
    return Rewound(blame, tuple(made))


def sound(model: str) -> str:
    """Who goes on where a model played the assistant: itself, or in place of a flawed one the sound one."""
    return OFFLINE[ASSISTANT] if model.startswith(FAMILY) else model


def _played(models: Mapping[str, str], assistant: str) -> dict[str, JsonValue]:
    return {} if models[ASSISTANT] == assistant else {"models": {**models, ASSISTANT: assistant}}


def failed_of(ends: Mapping[str, ConversationFinished], named: Sequence[str]) -> list[ConversationFinished]:
    """The conversations to be repaired, sorted: those that are named, or all that were not accepted.

    Raises:
        SettingError: One that is named was accepted, or has not ended.
    """
    for stream in named:
        if stream not in ends:
            raise SettingError(f"{stream} has not ended, so nothing is known to be wrong with it; go on with it first")
        if ends[stream].accepted:
            raise SettingError(f"{stream} was accepted, so there is nothing to repair; name one that `worldloom log` shows as not accepted")
    return [ends[stream] for stream in sorted(named or ends) if not ends[stream].accepted]
