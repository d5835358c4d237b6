"""Lists of OpenAI messages, and the rows of ``data/trajectories``, which have them with all that was published beside."""

from collections.abc import Mapping
from typing import Any

from actors.transcripts.library import Library, task_of
from actors.transcripts.transcript import Transcript
from domain.agents import ASSISTANT, USER
from domain.values import legible
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
        replayed=_replayed(replay, engine) if engine else None,
    )


def number(value: Any) -> float | None:
    """A reward, where it is one."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(value: Any) -> str | None:
    """A code, where it is one."""
    return value if isinstance(value, str) and value else None


def _replayed(replay: Mapping[str, Any], engine: str) -> Replayed:
    calls = list(replay.get("per_call_equal") or ())
    match = replay.get("db_match")
    return Replayed(
        engine=engine,
        differing=tuple(place for place, equal in enumerate(calls) if equal is False),
        unknown=tuple(place for place, equal in enumerate(calls) if equal is None),
        state_equal=match if isinstance(match, bool) else None,
    )
