"""Rerun: makes recorded calls against a setting on outside data, directly or by way of a log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from actors.recordings import Call, Gold, Patch
from domain.agents import ASSISTANT, Agent
from domain.conversation import CallTools, Conversation, RunTool, Wanted, decide, replay
from domain.errors import SettingError
from domain.outcome import Environment
from domain.patch import patched
from domain.policy import Memory, Policy
from domain.setting import OutsideData, Setting
from domain.simulated import SimulatedTool
from domain.tools import Toolset
from domain.values import canonical
from domain.walking import blank_start
from domain.world import World
from events.base import Event
from events.conversation import ConversationStarted
from events.digests import stream_head
from events.log import WritableLog
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from projections.transcript import Outcome


@dataclass(frozen=True)
class Standing:
    """A state between two calls, and its document, made once."""

    state: Conversation
    data: OutsideData
    source: "Standing | None" = None
    """An earlier standing with the very same world."""

    @cached_property
    def document(self) -> Any:
        """The world in the shape of the recordings."""
        return self.source.document if self.source else self.data.document(self.state.world)

    def then(self, state: Conversation) -> "Standing":
        """The standing after this one."""
        return Standing(state, self.data, (self.source or self) if state.world is self.state.world else None)


class Taken(NamedTuple):
    """One call that was made."""

    before: Standing
    after: Standing
    outcome: Outcome


class Rerun:
    """Makes calls in the states that recordings name. States after gold steps are kept, so a probe costs one call.

    Args:
        folder: The data folder, as ``Setting.data`` reads it.
        log: Where given, every call is appended to it, and what counts is what is read back and replayed from there.

    Raises:
        SettingError: The setting has no outside data, or the folder does not fit it.
    """

    def __init__(self, setting: Setting, folder: Path, log: WritableLog | None) -> None:
        if setting.data is None:
            raise SettingError(f"setting {setting.name!r} runs on a world of its own only; recordings need one with outside data")
        self.setting, self._data, self._folder, self._log = setting, setting.data, folder, log
        self._base = setting.base(setting.data.read(folder))
        tools = Toolset(tool.reference if isinstance(tool, SimulatedTool) else tool for tool in setting.toolset.values())
        assistant = Agent(ASSISTANT, "", "", Toolset(tools[name] for name in setting.service_tools))
        user = replace(setting.user, tools=Toolset(tools[name] for name in setting.user.tools)) if setting.user else None
        self._environment = Environment(assistant, Policy(""), setting.schema, user=user)
        self._begun: dict[bytes, Standing] = {}
        self._reached: dict[tuple[str, int, int], Standing] = {}
        self._cases = 0

    def begin(self, patch: Patch) -> Standing:
        """The state in which a task begins.

        Raises:
            SettingError: The setting cannot begin anywhere but in the data as it is.
            PatchError: The patch does not fit the data.
        """
        key = canonical(list(patch))
        if key not in self._begun:
            world = World(self._base)
            if patch:
                if self._data.tables is None:
                    raise SettingError(f"setting {self.setting.name!r} cannot begin in a patched state: its outside data has no 'tables'")
                world = World(self.setting.base(self._data.tables(patched(self._data.document(world), patch))))
            self._begun[key] = Standing(replay(Conversation(world), [_started(self.setting)]), self._data)
        return self._begun[key]

    def beginning(self, task: str) -> Standing | None:
        """The state in which a task begins of which no recording says so; None where the setting does not know either."""
        key = task.encode()
        if key not in self._begun:
            world = self._data.begins(self._folder, World(self._base), task) if self._data.begins else None
            if world is None or self._data.tables is None:
                return None
            base = self.setting.base(self._data.tables(self._data.document(world)))
            self._begun[key] = Standing(replay(Conversation(World(base)), [_started(self.setting)]), self._data)
        return self._begun[key]

    def after_gold(self, task: str, gold: Gold, steps: int, repeats: int) -> Standing:
        """The state of a task after so many of its gold steps, and then so many of them once more."""
        if not steps + repeats:
            known = self.beginning(task) if gold.initial_patch is None else None
            return known or self.begin(gold.initial_patch or ())
        reached = self._reached.get((task, steps, repeats))
        if reached is None:
            call = gold.calls[repeats - 1 if repeats else steps - 1]
            before = self.after_gold(task, gold, steps if repeats else steps - 1, max(repeats - 1, 0))
            reached = self._reached[task, steps, repeats] = self._take(before, call)[0].after if call else before
        return reached

    def make(self, start: Standing, calls: Sequence[Call]) -> list[Taken]:
        """Make calls in a row."""
        made: list[Taken] = []
        appends = [list(start.state.history)]
        for call in calls:
            taken, events = self._take(made[-1].after if made else start, call)
            made.append(taken)
            appends += events
        return self._read_back(self._log, start, appends) if self._log else made

    def _take(self, before: Standing, call: Call) -> tuple[Taken, list[list[Event]]]:
        """Make one call; also the events of its two appends."""
        asked = decide(before.state, CallTools(call.requestor, (Wanted(call.name, call.arguments),)), self._environment, Memory())
        between = replay(before.state, asked)
        done = decide(between, RunTool(), self._environment, Memory())
        outcome = done[-1]
        assert isinstance(outcome, ToolAnswered | ToolRefused | ToolFaulted)
        return Taken(before, before.then(replay(between, done)), outcome), [asked, done]

    def _read_back(self, log: WritableLog, start: Standing, appends: list[list[Event]]) -> list[Taken]:
        """Record a history, and take everything from the replay of what is read back."""
        self._cases += 1
        stream = f"case/{self._cases:06d}"
        head = stream_head(stream)
        for events in appends:
            head = log.append(stream, events, head)
        log.forget(stream)
        standing = Standing(Conversation(World(start.state.world.base)), self._data)
        made: list[Taken] = []
        for record in log.read(stream):
            after = standing.then(replay(standing.state, [record.event]))
            if record.position > len(start.state.history) and isinstance(record.event, ToolAnswered | ToolRefused | ToolFaulted):
                made.append(Taken(standing, after, record.event))
            standing = after
        return made


def _started(setting: Setting) -> ConversationStarted:
    """Policy rules are not enforced: the recorded implementation only had its tools."""
    return blank_start(setting, run="conform", enforced=False)
