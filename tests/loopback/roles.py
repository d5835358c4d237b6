"""How the loopback server plays simulated tools and the judge: by the offline ones, from what the prompt says or the log holds."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any

from actors.judges import JUDGE
from actors.offline.judge import OfflineJudge
from actors.offline.toolsim import OfflineTools
from actors.plan import Planned
from benchmarks.lying import lie
from domain.simulated import TOOLS, Asked, Proposal, SimulatedTool
from events.tools import Change
from projections.case import Case, case_of
from projections.contents import Contents
from projections.folder import RunFolder

ROLES = (TOOLS, JUDGE)
THOUGHT = "I went through it row by row."
"""What both say that they thought."""
_CALL = re.compile(r"^It is (\S+)\. `(\S+)` calls `(\w+)`, call (\".*\"), with$", re.MULTILINE)
_NOWHERE = 999_999


async def played(plan: Planned, agent: str, prompt: str, kind: str, out: Path) -> str:
    """What a tool's simulator or a judge writes; with a kind of mischief, what is wrong in that way.

    Args:
        out: Folder of the run that is judged.
    """
    if agent == TOOLS:
        asked = asked_in(plan, prompt)
        return _proposed(kind, await OfflineTools().propose(asked, ()), asked)
    return await _judged(kind, _case(out, plan.stream))


def question_of(stream: str, agent: str, prompt: str, model: str) -> str:
    """What tells apart for what a tool's simulator or a judge is asked, however often it is."""
    found = _CALL.search(prompt)
    return f"{stream} {agent} {found[4] if found else model}"


def asked_in(plan: Planned, prompt: str) -> Asked:
    """What a prompt asks; the world is the one that the conversation began with, and the rows that the prompt shows."""
    found = _CALL.search(prompt)
    assert found, prompt
    now, agent, name, call_id = found.groups()
    tool = plan.place.setting.assistant.at(agent).toolset[name]
    assert isinstance(tool, SimulatedTool)
    world = plan.place.world
    for table, key, row in _data_after(prompt, "Rows that may matter"):
        before = world.row(table, key)
        if before != row:
            world = world.with_changes([Change(table=table, key=key, before=before, after=row)])
    (arguments,) = _data_after(prompt, "# The call")
    return Asked(tool, agent, json.loads(call_id), arguments, world, plan.place.setting.schema, now)


def _data_after(prompt: str, heading: str) -> list[Any]:
    """The JSON lines of the first block of data below a heading."""
    block = prompt.partition(heading)[2].partition("<data>\n")[2].partition("</data>")[0]
    return [json.loads(line) for line in block.splitlines() if line]


def _proposed(kind: str, sound: Proposal, asked: Asked) -> str:
    if kind == "lie":
        found = lie(sound, asked, Random(asked.call_id))
        sound = found[1] if found else Proposal({"trust": "me"})
    text = json.dumps(sound.document())
    return f"I would rather say it in words: {text[: len(text) // 2]}" if kind == "broken" else text


def _case(out: Path, stream: str) -> Case:
    log = RunFolder.find(out).open_log()
    return case_of(Contents(log), list(log.read(stream)))


async def _judged(kind: str, case: Case) -> str:
    judgement = (await OfflineJudge().judge(case)).judgement
    assert judgement is not None
    told = judgement.model_dump(mode="json")
    if kind == "no-evidence":
        told["axes"][0]["evidence"] = [_NOWHERE]
    text = json.dumps(told)
    return f"{text[: len(text) // 2]}" if kind == "broken" else f"Here is what I think.\n```json\n{text}\n```\nI hope that helps."
