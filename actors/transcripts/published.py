"""Lists of OpenAI messages, and the rows of ``data/trajectories``, which have them with all that was published beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actors.transcripts.library import Library, task_of
from actors.transcripts.transcript import Transcript
from domain.agents import ASSISTANT, USER
from domain.values import is_number, legible
from events.imports import Replayed

_ORIGIN = ("source", "source_file", "source_commit", "license", "agent_impl", "domain_variant", "note")


def openai(value: Mapping[str, Any], place: str) -> Transcript:
    """A list of messages, with ``tools`` where they are given."""
    tools = value.get("tools")
    model = value.get("model")
    return Transcript(
        key=str(value.get("key") or value.get("id") or place),
        place=place,
        shape="openai",
        messages=value["messages"],
        domain=str(value.get("domain") or ""),
        tools=tools if isinstance(tools, list) else (),
        models={ASSISTANT: model} if isinstance(model, str) else {},
        reward=number(value.get("reward")),
    )


def row(value: Mapping[str, Any], place: str, library: Library) -> Transcript:
    """A row of ``data/trajectories``; tasks and policies are looked up in the library."""
    replay = value.get("replay") if isinstance(value.get("replay"), Mapping) else {}
    assert isinstance(replay, Mapping)
    engine = str(replay.get("engine") or "")
    task = library.tasks.get(str(value.get("task_ref")))
    models = {ASSISTANT: value.get("agent_model"), USER: value.get("user_model")}
    rewards = value.get("reward_breakdown")
    return Transcript(
        key=str(value.get("key") or place),
        place=place,
        shape="trajectories",
        messages=value["messages"],
        benchmark=str(value.get("benchmark") or ""),
        domain=str(value.get("domain") or ""),
        engine=engine,
        task=task_of(task, engine) if task is not None else None,
        policy=library.policies.get(str(value.get("policy_ref")), ""),
        models={role: model for role, model in models.items() if isinstance(model, str)},
        reward=number(value.get("reward")),
        rewards=legible(rewards) if isinstance(rewards, Mapping) else {},
        termination=text(value.get("termination")),
        origin={name: str(value[name]) for name in _ORIGIN if value.get(name)},
        replayed=_replayed(value["messages"], replay, engine) if engine else None,
        inferred=_inferred(replay),
    )


def number(value: Any) -> float | None:
    """A reward, where it is one."""
    return float(value) if is_number(value) else None


def text(value: Any) -> str | None:
    """A code, where it is one."""
    return value if isinstance(value, str) and value else None


def _inferred(replay: Mapping[str, Any]) -> dict[int, tuple[str, Mapping[str, Any]]]:
    """``inferred_calls``: [place of the result, tool, arguments] of each call that the messages lack."""
    found = replay.get("inferred_calls")
    whole = (each for each in found if isinstance(each, list) and len(each) == 3) if isinstance(found, list) else ()
    return {place: (str(tool), given) for place, tool, given in whole if isinstance(place, int) and isinstance(given, Mapping)}


def _per_call(messages: Sequence[Any], replay: Mapping[str, Any]) -> Iterator[bool | None]:
    """Whether each call gives what was recorded, those that were inferred among them: nothing is said of these."""
    inferred, said = _inferred(replay), iter(replay.get("per_call_equal") or ())
    for place, message in enumerate(messages if inferred else ()):
        calls = message.get("tool_calls") if isinstance(message, Mapping) else None
        yield from (None for _ in range(place in inferred))
        yield from (next(said, None) for _ in calls or ())
    yield from said


def _replayed(messages: Sequence[Any], replay: Mapping[str, Any], engine: str) -> Replayed:
    calls = list(_per_call(messages, replay))
    match = replay.get("db_match")
    return Replayed(
        engine=engine,
        differing=tuple(place for place, equal in enumerate(calls) if equal is False),
        unknown=tuple(place for place, equal in enumerate(calls) if equal is None),
        state_equal=match if isinstance(match, bool) else None,
    )
