"""Reading a conversation back and replaying it, against bare pydantic parsing of the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.events import step
from benchmarks.measure import Finding, interleaved
from domain.conversation import Conversation, replay
from domain.world import World
from events.catalogue import CLASSES
from events.digests import stream_head, unpack
from events.store import EventStore

STREAMS = 40
STEPS = 8
ROUNDS = 15
_TARGET_PER_S = 20_000
_TARGET_RATIO = 2.0


def measure(folder: Path) -> Iterator[Finding]:
    """Events a second from file to state: read, checked link by link, parsed, folded, the world changed."""
    rng = Random(1)
    store = EventStore(folder / "replay.sqlite")
    start = Conversation(World.of(orders={}))
    facts: list[tuple[str, bytes]] = []
    for number in range(STREAMS):
        stream = f"retail/{number:06d}"
        head = stream_head(stream)
        for each in range(STEPS):
            head = store.append(stream, step(rng, each), head, {"at": 1763700000.125})
        rows = store._recorder.select_events(stream)  # the very bytes that are parsed
        facts += [(row.topic, unpack(row.state)[0]) for row in rows]

    def whole(_: int) -> None:
        for number in range(STREAMS):
            replay(start, (record.event for record in store.read(f"retail/{number:06d}")))

    def bare(_: int) -> None:
        for topic, fact in facts:
            CLASSES[topic].model_validate_json(fact)

    taken = interleaved({"whole": whole, "bare": bare}, ROUNDS)
    store.close()
    per_s, bare_per_s = (len(facts) / taken[name].cpu_s for name in ("whole", "bare"))
    ratio = bare_per_s / per_s
    yield Finding(
        "read and replay a conversation, cpu",
        f"{per_s:,.0f} events/s",
        f"{bare_per_s:,.0f} events/s, bare pydantic",
        f"{ratio:.2f}x the time",
        f">= {_TARGET_PER_S:,}/s or <= {_TARGET_RATIO:.0f}x",
        per_s >= _TARGET_PER_S or ratio <= _TARGET_RATIO,
    )
