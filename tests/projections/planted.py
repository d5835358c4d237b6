"""Runs of real settings in which a tool has a bug, and settings as they are today, with or without one."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from actors.inline import hold_inline
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from domain.setting import Setting
from domain.tools import CodeTool, Tool, Toolset
from domain.transaction import Transaction
from events.log import WritableLog
from events.open import open_log
from projections.records.sft import examples
from scenarios.load import load
from scenarios.simulation import _with

PLANTED = int(os.environ.get("WORLDLOOM_PLANTED", "24"))
"""Conversations of the largest runs; some hundreds take minutes."""
Bug = Callable[[Transaction, Any], Any]
"""The world as the sound tool leaves it, and what it shows -> what the broken tool shows."""


class Broken(CodeTool):
    """A tool that is told of as the sound one is."""

    sound: CodeTool

    @cached_property
    def spec(self) -> dict[str, Any]:
        return self.sound.spec


def broken(tool: Tool, bug: Bug) -> Tool:
    """A tool with a bug."""
    assert isinstance(tool, CodeTool)

    def function(world: Transaction, **arguments: Any) -> Any:
        return bug(world, tool.function(world, **arguments))

    function.__name__ = tool.name
    made = Broken(function, tool.writes)
    object.__setattr__(made, "sound", tool)
    return made


def with_bugs(setting: Setting, bugs: Mapping[str, Bug]) -> Setting:
    """The setting with bugs in some of its tools."""
    switched = {name: broken(setting.toolset[name], bug) for name, bug in bugs.items()}
    team = _with(setting.assistant, switched) if switched else setting.team
    return replace(setting, toolset=Toolset({**setting.toolset, **switched}.values()), team=team)


def hold(folder: Path, settings: RunSettings, bugs: Mapping[str, Bug] | None = None) -> WritableLog:
    """A run, held to its end; the bugs are in whichever setting has the tools."""
    places = {}
    for name in settings.settings:
        place = prepare(load(name), settings.seed, None)
        own = {tool: bug for tool, bug in (bugs or {}).items() if tool in place.setting.toolset}
        places[name] = replace(place, setting=with_bugs(place.setting, own)) if own else place
    log = open_log(folder / "0.sqlite")
    ledger = Ledger(settings, log)
    asyncio.run(hold_inline(ledger, places, log))
    assert not ledger.view.abandoned
    return log


def messages(log: WritableLog) -> dict[tuple[str, str], str]:
    """(conversation, agent) -> the messages of its row."""
    return {(row.conversation, row.agent): row.model_dump_json(include={"messages"}) for row in examples(log)}
