"""One event of every kind, with every field told."""

from events.base import Event
from events.conversation import (
    AssistantSpoke,
    ConversationEnded,
    ConversationStarted,
    Limits,
    ModelReplied,
    Usage,
    UserSpoke,
)
from events.run import ConversationAbandoned, ConversationFinished, ConversationScheduled, Incident, RunFinished, RunStarted
from events.subagents import SubagentFinished, SubagentStarted, ToolConflicted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

SAMPLES: list[Event] = [
    RunStarted(run="run-1", settings={"settings": ["parcels"], "count": 2, "seed": 1, "data": None}),
    ConversationScheduled(stream="parcels/000000"),
    ConversationFinished(
        stream="parcels/000000",
        events=9,
        digest="d",
        accepted=False,
        findings=("state-differs:returns.R-1.status",),
        fault="tool",
        incidents=(Incident(party="tool", who="change_return", code="exception", reason="RuntimeError: broken", count=2),),
        usage=Usage(prompt_tokens=5, completion_tokens=7),
        cost_usd=0.25,
    ),
    ConversationAbandoned(stream="parcels/000001", reason="KeyError: 'x'", fault="infrastructure"),
    RunFinished(conversations=1, accepted=0, digest="d"),
    ConversationStarted(
        run="run-1",
        setting="parcels",
        index=0,
        seed=2**53 + 1,
        world="w",
        scenario="s",
        policy="p",
        toolset="t",
        persona="u",
        goal="g",
        models={"user": "offline/user", "assistant": "offline/assistant"},
        clock="2025-01-01T00:00:00+00:00",
        limits=Limits(turns=3, tool_calls=4),
        enforced=False,
    ),
    ModelReplied(agent="user", model="offline/user", request="r", usage=Usage(prompt_tokens=5, completion_tokens=7), raw='{"tool": '),
    UserSpoke(agent="user", content='Grüße "quoted"\nsecond line\u2028third \x00 \U0001f4e6'),
    ModelReplied(agent="assistant", model="offline/assistant", request="r"),
    ToolCalled(
        agent="assistant",
        call_id="c1",
        tool="change_return",
        arguments={"return_id": "R-1", "amount": 9.5, "tags": ["a", None, True, {"b": [1, 1.0, 2**70]}]},
        content="One moment.",
        reasoning="They said which return.",
    ),
    ToolAnswered(
        agent="assistant",
        call_id="c1",
        observation={"status": "changed", "amount": 9.5},
        changes=(
            Change(table="returns", key="R-1", field="amount", before=25, after=9.5),
            Change(table="returns", key="R-1", field="note", after=None, absent="before"),
            Change(table="returns", key="R-9", before={"return_id": "R-9"}),
        ),
        reads=(("returns", "R-1", "amount"), ("returns", "*", "*")),
        world="d",
    ),
    ToolRefused(agent="assistant", call_id="c2", code="not-open", reason="Return R-2 is collected."),
    ToolFaulted(agent="assistant", call_id="c3", kind="exception", reason="RuntimeError: broken"),
    AssistantSpoke(agent="assistant", content="Done.", reasoning="The tool answered."),
    ConversationEnded(reason="turn-limit", fault="user", detail={"turns": 3}),
    SubagentStarted(agent="assistant/billing#2", call_id="c1", request="Refund R-1.", prompt="p", toolset="t", model="offline/assistant"),
    SubagentFinished(agent="assistant/billing#2", call_id="c1", reason="step-limit"),
    ToolConflicted(agent="assistant/billing", call_id="c2", place=("returns", "R-1", "status"), overtaken_by="c3"),
]
