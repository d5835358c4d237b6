"""Writes golden lines for new events; run by hand when one is added: ``python -m tests.golden.write``.

A line that is there is never written again: it is what some release stored, and must be read for ever.
"""

import json
from pathlib import Path

from events.digests import next_link, pack, stream_head
from tests.events.samples import SAMPLES

HERE = Path(__file__).parent
STREAM = "parcels/000000"


def main() -> None:
    """Add facts of topics that have no line yet, and the stream where there is none."""
    facts, stream = HERE / "facts.jsonl", HERE / "stream.v1.jsonl"
    known = {json.loads(line)["topic"] for line in facts.read_text("utf-8").splitlines()} if facts.is_file() else set()
    with facts.open("a", encoding="utf-8") as file:
        for event in SAMPLES:
            if event.TOPIC not in known:
                file.write(json.dumps({"topic": event.TOPIC, "fact": event.to_json().decode()}) + "\n")
    if not stream.is_file():
        stream.write_text("".join(_stored()), "utf-8")


def _stored() -> list[str]:
    link, lines = stream_head(STREAM).link, []
    for position, event in enumerate(SAMPLES[5:], 1):
        fact = event.to_json()
        link = next_link(link, event.TOPIC, fact)
        state = pack(link, fact, b'{"at":1763700000.125}' if position % 2 else b"")
        lines.append(json.dumps({"stream": STREAM, "position": position, "topic": event.TOPIC, "state": state.decode()}) + "\n")
    return [*lines, json.dumps({"digest": link.hex()}) + "\n"]


if __name__ == "__main__":
    main()
