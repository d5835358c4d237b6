"""What a transcript's calls are run again on: a setting, as a benchmark speaks it, and a database."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from actors.transcripts.library import Library
from actors.transcripts.transcript import Task, Transcript
from domain.agents import ASSISTANT, USER, Agent
from domain.errors import GoldFault, SettingError
from domain.goal import Action, Check, Goal, gold_world
from domain.outcome import Environment
from domain.patch import PatchError, patched
from domain.policy import Policy
from domain.setting import Dialect, Setting
from domain.tools import Toolset
from domain.values import canonical
from domain.world import Base, World
from events.digests import content_digest
from scenarios.load import load, names

STATE = "DB"
"""The part of tau2-bench's rewards that is about the state at the end."""
_DEFAULT = "tau2"
"""How a transcript is taken that does not say where it comes from."""


@dataclass(frozen=True)
class Ground:
    """A setting in a benchmark's dialect, on one database."""

    setting: Setting
    dialect: Dialect
    database: str
    base: Base

    @cached_property
    def environment(self) -> Environment:
        """Policy rules do not guard: the benchmark had only its tools. Where it runs without a user, the agent has theirs as well."""
        everyone = Agent(ASSISTANT, "", "", self.dialect.toolset)
        return Environment(everyone, Policy(""), self.dialect.schema, user=everyone)

    @cached_property
    def apart(self) -> Environment:
        """The same, and each side has its own tools alone: for a call of a tool that the transcript says is not there."""
        theirs = self.setting.user.tools if self.setting.user else {}
        tools = self.dialect.toolset
        own = Toolset(tool for name, tool in tools.items() if name not in theirs)
        users = Toolset(tool for name, tool in tools.items() if name in theirs)
        return Environment(Agent(ASSISTANT, "", "", own), Policy(""), self.dialect.schema, user=Agent(USER, "", "", users))

    @cached_property
    def content(self) -> Mapping[str, bytes]:
        """What ConversationStarted names by digest. Without ``scenario.yaml``, a prompt is the transcript's policy and no more."""
        source = {name: body.decode("utf-8", "replace") for name, body in self.setting.source.items() if name != "scenario.yaml"}
        return {
            "world": orjson.dumps(self.base.document()),
            "scenario": orjson.dumps(source, option=orjson.OPT_SORT_KEYS),
            "toolset": orjson.dumps(self.dialect.toolset.specs),
        }


class Grounds:
    """Finds the ground of each transcript, and the state that its gold calls lead to; each is made once.

    Args:
        setting: The only setting to be used; None for any that a transcript's domain names.
    """

    def __init__(self, library: Library, setting: str | None) -> None:
        self._library = library
        self._only = load(setting) if setting is not None else None
        self._known: dict[tuple[str, str, str, str], Ground | None] = {}
        self._golds: dict[tuple[int, str], World | str] = {}

    def setting_of(self, transcript: Transcript) -> str | None:
        """Name of the setting whose calls can be run again; None where there is none."""
        found = self._find(transcript)
        return found[0].name if found else None

    def of(self, transcript: Transcript) -> Ground | None:
        """The ground of a transcript; None where its calls cannot be run again."""
        found = self._find(transcript)
        if found is None:
            return None
        setting, dialect, database, benchmark = found
        task = transcript.task
        elsewhere = task is not None and (task.begins or task.initial)
        begins = content_digest(canonical([task.begins, list(task.initial)])) if task is not None and elsewhere else ""
        key = (setting.name, benchmark, database, begins)
        if key not in self._known:
            base: Base | None = self._library.base(setting, dialect, database, benchmark)
            if task is not None and base is not None and begins:
                base = _begun(dialect, base, task)
            self._known[key] = Ground(setting, dialect, database, base) if base is not None else None
        return self._known[key]

    def gold(self, ground: Ground, goal: Goal, version: str) -> World | str:
        """The state that a goal's calls lead to, or a finding that says why there is none."""
        key = (id(ground), version)
        if key not in self._golds:
            try:
                self._golds[key] = gold_world(World(ground.base), goal, ground.dialect.toolset, now=ground.setting.clock)
            except SettingError:
                self._golds[key] = "not-judged:gold-names-unknown-tool"
            except GoldFault as fault:
                self._golds[key] = f"gold-faulted:{fault.tool}"
        return self._golds[key]

    def published(self, ground: Ground, task: Task) -> World | None:
        """The state that the benchmark itself takes for the gold one; None where the source does not say.

        It need not be where the gold calls lead: tau2-bench's evaluator makes them without what else happens after a call.
        """
        if task.ends is None:
            return None
        key = (id(ground), content_digest(canonical(list(task.ends))))
        if key not in self._golds:
            self._golds[key] = World(_moved(ground.dialect, ground.base, task, task.ends))
        found = self._golds[key]
        return found if isinstance(found, World) else None

    def _find(self, transcript: Transcript) -> tuple[Setting, Dialect, str, str] | None:
        domain = transcript.domain or (self._only.name if self._only else "")
        if domain not in names() or (self._only is not None and domain != self._only.name):
            return None
        setting, benchmark = load(domain), transcript.benchmark or _DEFAULT
        dialect = setting.data.dialects.get(benchmark) if setting.data is not None else None
        database = self._library.database(benchmark, domain, transcript.engine)
        return (setting, dialect, database, benchmark) if dialect is not None and database is not None else None


def goal_of(transcript: Transcript) -> Goal:
    """What the conversation is judged by, as its source has it; without a task, nothing."""
    task = transcript.task
    if task is None:
        return Goal(id="", instruction="")
    by_state = not task.criterion or STATE in task.criterion
    return Goal(
        id=f"{transcript.benchmark}-{task.id}",
        instruction=task.instruction,
        actions=tuple(_actions(task)),
        outputs=tuple(task.outputs),
        checks=() if by_state else tuple(_checks(task)),
        calls=tuple(_needed(task)) if "ACTION" in task.criterion and not by_state else (),
    )


def version_of(goal: Goal) -> str:
    """Digest of the gold calls and outputs: two versions of a task differ in it."""
    return content_digest(canonical([[[each.tool, each.arguments] for each in goal.actions], list(goal.outputs)]))[:16]


def _actions(task: Task) -> list[Action]:
    found: list[Any] = [(each.get("name"), each.get("arguments")) for each in task.actions]
    return [Action(tool=name, arguments=dict(given)) for name, given in found if isinstance(name, str) and isinstance(given, Mapping)]


def _checks(task: Task) -> Iterator[Check]:
    if "ENV_ASSERTION" in task.criterion:
        for each in task.checks:
            arguments = each.get("arguments")
            yield Check(
                name=str(each.get("func_name")),
                arguments=dict(arguments) if isinstance(arguments, Mapping) else {},
                expected=each.get("assert_value") is not False,
            )


def _needed(task: Task) -> Iterator[Action]:
    """Calls that must have been made, each with those of its arguments that are compared."""
    for action, each in zip(_actions(task), task.actions, strict=False):
        compared = each.get("compare_args")
        chosen = compared if isinstance(compared, list) else list(action.arguments)
        yield Action(tool=action.tool, arguments={name: action.arguments.get(name) for name in chosen})


def _begun(dialect: Dialect, base: Base, task: Task) -> Base | None:
    """The state in which a task begins, where it is not that of the database; None where only the benchmark's own code can make it.

    Raises:
        SettingError: As ``_moved``.
    """
    if task.begins and dialect.begin is not None:
        with suppress(SettingError):
            return Base(dialect.tables(dialect.document(dialect.begin(World(base), task.begins))), base.sets)
    return _moved(dialect, base, task, task.initial) if task.initial else None


def _moved(dialect: Dialect, base: Base, task: Task, pairs: Iterable[Any]) -> Base:
    """
    A state that differs from another by (JSON pointer, value) pairs.

    Raises:
        SettingError: They do not fit it.
    """
    operations = []
    for pointer, value in pairs:
        path = pointer.replace("_db/", "/", 1)
        gone = isinstance(value, Mapping) and value.get("$removed") is True
        operations.append({"op": "remove", "path": path} if gone else {"op": "add", "path": path, "value": value})
    try:
        return Base(dialect.tables(patched(dialect.document(World(base)), operations)), base.sets)
    except PatchError as error:
        raise SettingError(f"task {task.id}: a state that it names does not fit the database: {error}") from error
