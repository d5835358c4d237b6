"""A short conversation with sub-agents, event by event, as the log holds it."""

from collections.abc import Sequence
from pathlib import Path

from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ModelReplied, UserSpoke
from events.run import ConversationScheduled, RunStarted
from events.store import EventStore
from events.subagents import SubagentFinished, SubagentStarted, ToolConflicted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted
from projections.folder import RunFolder
from tests.projections.recorded import SETTINGS, begin

STREAM = "parcels/000000"
PROMPT, TOOLS = b"You are a clerk.", b"[]"
TOP, CLERK, PORTER = "assistant", "assistant/clerk", "assistant/clerk#2"


def thought(agent: str) -> ModelReplied:
    return ModelReplied(agent=agent, model="m")


def asked(agent: str, call_id: str, tool: str, request: str) -> ToolCalled:
    return ToolCalled(agent=agent, call_id=call_id, tool=tool, arguments={"request": request}, reasoning=f"Thought before {call_id}.")


def events(store: EventStore) -> list[Event]:
    """All of it but the beginning; prompt and tools are put into the store."""
    prompt, toolset = store.put(PROMPT), store.put(TOOLS)

    def started(agent: str, call_id: str, request: str) -> SubagentStarted:
        return SubagentStarted(agent=agent, call_id=call_id, request=request, prompt=prompt, toolset=toolset, model="m/clerk")

    return [
        thought("user"),
        UserSpoke(agent="user", content="Where are R-1 and R-2?"),
        thought(TOP),
        asked(TOP, "c1", "clerk", "Find R-1."),
        asked(TOP, "c2", "clerk", "Find R-2."),
        started(CLERK, "c1", "Find R-1."),
        started(PORTER, "c2", "Find R-2."),
        thought(CLERK),
        ToolCalled(agent=CLERK, call_id="c3", tool="find_return", arguments={"return_id": "R-1"}),
        ToolConflicted(agent=CLERK, call_id="c3", place=("returns", "R-1", "status"), overtaken_by="c9"),
        ToolAnswered(agent=CLERK, call_id="c3", observation={"status": "open"}),
        SubagentFinished(agent=PORTER, call_id="c2", reason="fell over"),
        ToolFaulted(agent=TOP, call_id="c2", kind="subagent", reason="The agent could not finish: fell over"),
        thought(CLERK),
        AssistantSpoke(agent=CLERK, content="R-1 is open.", reasoning="It is there."),
        SubagentFinished(agent=CLERK, call_id="c1"),
        ToolAnswered(agent=TOP, call_id="c1", observation="R-1 is open."),
        thought(TOP),
        AssistantSpoke(agent=TOP, content="R-1 is open; R-2 I could not find."),
        ConversationEnded(reason="user-done"),
    ]


def make(path: Path, change: Sequence[tuple[int, Event]] = ()) -> RunFolder:
    """An interrupted run of this conversation, with events replaced by index."""
    folder = RunFolder.start(path, SETTINGS)
    store = EventStore(folder.log)
    head = store.append("run", [RunStarted(run="run-test", settings=SETTINGS)], store.head("run"))
    store.append("run", [ConversationScheduled(stream=STREAM)], head)
    held = events(store)
    for index, event in change:
        held[index] = event
    store.append(STREAM, [begin(store, 0), *held], store.head(STREAM))
    store.close()
    return folder
