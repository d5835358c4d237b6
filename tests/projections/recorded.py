"""A small finished run of the parcel world, in a folder, as ``worldloom generate`` leaves it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from domain.conversation import CallTools, Command, Conversation, End, RunTool, Speak, Wanted, decide, replay
from domain.policy import Memory
from domain.world import World
from events.conversation import ConversationStarted, ModelReplied
from events.digests import streams_digest
from events.log import WritableLog
from events.run import ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from projections.dataset import write_dataset
from projections.folder import RunFolder
from tests.parcels import ENVIRONMENT, POLICY, TOOLSET, base

SETTINGS: dict[str, Any] = {"settings": ["parcels"], "count": 3, "seed": 5}
CLOCK = "2025-01-01T00:00:00+00:00"


def said(agent: str, content: str, reasoning: str | None = None) -> Speak:
    """Somebody's model says something."""
    return Speak(agent, content, reasoning, ModelReplied(agent=agent, model=f"offline/{agent}", request="r"))


def asked(*calls: Wanted, content: str | None = None, reasoning: str | None = None) -> CallTools:
    """The assistant's model asks for tools in one step."""
    return CallTools("assistant", calls, content, reasoning, ModelReplied(agent="assistant", model="offline/assistant", request="r"))


TALK: tuple[Command, ...] = (
    said("user", "What about R-1 and R-2? Grüße 🙂"),
    asked(
        Wanted("find_return", {"return_id": "R-1"}),
        Wanted("find_return", {"return_id": "R-404"}),
        content="Let me see.",
        reasoning="Look first.",
    ),
    said("assistant", "R-1 is open. Shall I cancel it?", "It is open."),
    said("user", "Yes, go ahead."),
    asked(Wanted("cancel_return", {"return_id": "R-1"})),
    asked(Wanted("half_way", {"return_id": "R-2", "then": "raise"})),
    asked(Wanted("open_return", {"customer_id": "C-1", "amount": 3, "note": None})),
    said("assistant", "Done."),
    said("user", "Thanks!"),
    End("user-done"),
)


def hold(store: WritableLog, stream: str, started: ConversationStarted, commands: Sequence[Command] = TALK) -> Conversation:
    """Record a conversation: one append per step, each with circumstances."""
    state, memory = Conversation(World(base())), Memory()
    head = store.append(stream, [started], store.head(stream), {"at": 1.5})
    state = replay(state, [started])
    for command in commands:
        for step in (command, *([RunTool()] * len(command.calls) if isinstance(command, CallTools) else [])):
            events = decide(state, step, ENVIRONMENT, memory)
            head = store.append(stream, events, head, {"at": 2.5, "latency_s": 0.1})
            state = replay(state, events)
            for event in events:
                memory.observe(event)
    return state


def begin(store: WritableLog, index: int, run: str = "run-test") -> ConversationStarted:
    """A first event, with the content that it names."""
    put = store.put
    return ConversationStarted(
        run=run,
        setting="parcels",
        index=index,
        seed=index + 1,
        world=put(orjson.dumps(base().document())),
        scenario=put(orjson.dumps({"scenario.yaml": "name: parcels\nsummary: A desk for\n  parcel returns.\n"})),
        policy=put(POLICY.prose.encode()),
        toolset=put(orjson.dumps(TOOLSET.specs)),
        persona=put(orjson.dumps({"traits": {"patience": index / 10}})),
        goal=put(orjson.dumps({"id": f"goal-{index}", "instruction": "Cancel R-1."})),
        models={"user": "offline/user", "assistant": "offline/assistant"},
        clock=CLOCK,
    )


def make_run(path: Path, count: int = 3, commands: Sequence[Command] = TALK, logs: Sequence[str] | None = None) -> RunFolder:
    """A run that came to its end, with its data set."""
    folder = RunFolder.start(path, SETTINGS, logs)
    store = folder.write_log()
    names = [f"parcels/{index:06d}" for index in range(count)]
    head = store.append("run", [RunStarted(run="run-test", settings=SETTINGS)], store.head("run"))
    head = store.append("run", [ConversationScheduled(stream=name) for name in names], head)
    ends = []
    for index, name in enumerate(names):
        hold(store, name, begin(store, index), commands)
        last = store.head(name)
        findings = ("state-differs:returns.R-1.status",) if index % 2 else ()
        ends.append(ConversationFinished(stream=name, events=last.position, digest=last.digest, accepted=not findings, findings=findings))
    digest = streams_digest({end.stream: end.digest for end in ends})
    closed = RunFinished(conversations=count, accepted=sum(end.accepted for end in ends), digest=digest)
    store.append("run", [*ends, closed], head)
    write_dataset(store, folder.dataset)
    store.close()
    return folder
