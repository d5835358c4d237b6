"""Examples for supervised fine-tuning: what one agent saw and wrote in one conversation, and where it comes from."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from domain.world import World
from events.conversation import ConversationStarted
from events.log import Log, Recorded
from events.run import ConversationFinished
from events.tools import ToolAnswered
from projections.contents import Contents
from projections.errors import RecordError
from projections.runs import RunView, mismatch, read_run
from projections.transcript import ASSISTANT, Message, system_prompt, transcript

VERSION = "sft.v1"
"""Changes whenever equal logs would give other rows."""


class Example(BaseModel):
    """One training record. All but ``messages`` and ``tools`` is lineage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: str
    """Name of its stream in the log."""
    messages: tuple[Message, ...]
    tools: str
    """JSON text of the tool specifications, as the agent was offered them."""
    run: str
    setting: str
    agent: str
    """Path of the agent whose messages are trained on."""
    goal: str
    seed: int
    model: str
    """Model that played the agent."""
    first_event: int
    last_event: int
    """Events that the messages come from, counted from 1, both included."""
    stream_digest: str
    """Digest of the whole stream."""
    projection: str
    world_digest: str
    """Digest of the world at the end."""
    accepted: bool
    findings: tuple[str, ...]
    """Why it is not accepted."""
    persona: str
    """JSON text of the user's persona."""


def examples(store: Log, *, accepted_only: bool = False, run: RunView | None = None) -> Iterator[Example]:
    """One example per finished conversation, sorted by name; one conversation in memory at a time.

    Raises:
        RecordError: The log holds no run, or a conversation is not the one that the run recorded.
        CorruptLog: A stream or a content is damaged.
    """
    run = run or read_run(store)
    contents = Contents(store)
    for stream in sorted(run.finished):
        finished = run.finished[stream]
        if accepted_only and not finished.accepted:
            continue
        records = list(store.read(stream))
        wrong = mismatch(records, finished)
        if records and wrong:
            raise RecordError(f"stream {stream}: {wrong}; restore the log from a copy")
        example = example_of(contents, records, finished)
        if example is not None:
            yield example


def example_of(contents: Contents, records: Sequence[Recorded], finished: ConversationFinished, agent: str = ASSISTANT) -> Example | None:
    """What an agent can learn from a conversation; None where it wrote nothing.

    Messages after its last one are left out: nothing of them is trained on.

    Raises:
        RecordError: The stream is not a conversation's.
        CorruptLog: A content is damaged.
    """
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        raise RecordError(f"{finished.stream} is no conversation, though the run says that it was held; restore the log from a copy")
    lines = list(transcript(records, agent))
    while lines and not lines[-1].message.train:
        lines.pop()
    if not lines:
        return None
    return Example(
        conversation=records[0].stream,
        messages=(Message(role="system", content=system_prompt(contents, started)), *(line.message for line in lines)),
        tools=contents.text(started.toolset),
        run=started.run,
        setting=started.setting,
        agent=agent,
        goal=_goal_id(contents, started),
        seed=started.seed,
        model=started.models.get(agent) or started.models.get(agent.partition("/")[0], ""),
        first_event=1,
        last_event=lines[-1].last,
        stream_digest=records[-1].link.hex(),
        projection=VERSION,
        world_digest=_last_world(contents, started, records),
        accepted=finished.accepted,
        findings=finished.findings,
        persona=contents.text(started.persona),
    )


def _goal_id(contents: Contents, started: ConversationStarted) -> str:
    goal = contents.json(started.goal)
    return str(goal.get("id", "")) if isinstance(goal, dict) else ""


def _last_world(contents: Contents, started: ConversationStarted, records: Sequence[Recorded]) -> str:
    """As recorded with the last change; ``verify`` compares it with the replayed world."""
    for record in reversed(records):
        if isinstance(record.event, ToolAnswered) and record.event.world is not None:
            return record.event.world
    return World(contents.base(started.world)).digest
