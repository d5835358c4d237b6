"""Result files of tau-bench and tau2-bench."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actors.transcripts.library import instruction
from actors.transcripts.published import number, text
from actors.transcripts.transcript import Task, Transcript, TranscriptError
from domain.agents import ASSISTANT, USER
from domain.values import legible


def is_tau(value: Any) -> bool:
    """Whether a value is one result of tau-bench."""
    return isinstance(value, Mapping) and isinstance(value.get("traj"), list) and "task_id" in value


def is_tau2(value: Any) -> bool:
    """Whether a value is a result file of tau2-bench."""
    return isinstance(value, Mapping) and isinstance(value.get("simulations"), list)


def tau1(results: Sequence[Mapping[str, Any]], place: str) -> Iterator[Transcript]:
    """The transcripts of a file of tau-bench: ``[{task_id, trial, reward, info, traj}]``."""
    for position, result in enumerate(results):
        info = _object(result.get("info"))
        published = _object(info.get("reward_info"))
        task = _object(info.get("task"))
        actions = [{"name": each.get("name"), "arguments": each.get("kwargs")} for each in _objects(task.get("actions"))]
        name = str(result["task_id"])
        known = bool(task)
        yield Transcript(
            key=f"{place}/{name}/{result.get('trial', position)}",
            place=f"{place}[{position}]",
            shape="tau-bench",
            messages=result["traj"],
            benchmark="tau1",
            task=Task(name, instruction(task.get("instruction")), actions, _texts(task.get("outputs"))) if known else None,
            reward=number(result.get("reward")),
            rewards=legible(_object(published.get("info"))),
            termination=text(info.get("source")),
        )


def tau2(file: Mapping[str, Any], place: str) -> Iterator[Transcript]:
    """
    The transcripts of a result file of tau2-bench: ``{info, tasks, simulations}``.

    Raises:
        TranscriptError: A simulation has no list of messages.
    """
    info = _object(file.get("info"))
    environment = _object(info.get("environment_info"))
    models = {ASSISTANT: _object(info.get("agent_info")).get("llm"), USER: _object(info.get("user_info")).get("llm")}
    tasks = {str(task.get("id")): task for task in _objects(file.get("tasks"))}
    for position, held in enumerate(file["simulations"]):
        where = f"{place}: simulations[{position}]"
        if not isinstance(held, Mapping) or not isinstance(held.get("messages"), list):
            raise TranscriptError(f"{where}: a simulation is an object with a list of messages")
        name = str(held.get("task_id", ""))
        published = _object(held.get("reward_info"))
        yield Transcript(
            key=str(held.get("id") or f"{place}/{name}/{held.get('trial', position)}"),
            place=f"{place}[{position}]",
            shape="tau2-bench",
            messages=held["messages"],
            benchmark="tau2",
            domain=str(environment.get("domain_name") or ""),
            task=_task(tasks[name]) if name in tasks else None,
            policy=str(environment.get("policy") or ""),
            models={role: model for role, model in models.items() if isinstance(model, str)},
            reward=number(published.get("reward")),
            rewards=legible(_object(published.get("reward_breakdown"))),
            termination=text(held.get("termination_reason")),
        )


def _task(task: Mapping[str, Any]) -> Task:
    criteria = _object(task.get("evaluation_criteria"))
    return Task(
        id=str(task.get("id")),
        instruction=instruction(_object(task.get("user_scenario"))),
        actions=_objects(criteria.get("actions")),
        outputs=_texts(criteria.get("communicate_info")),
        criterion=_texts(criteria.get("reward_basis")),
        begins={name: value for name, value in _object(task.get("initial_state")).items() if value},
        checks=_objects(criteria.get("env_assertions")),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
