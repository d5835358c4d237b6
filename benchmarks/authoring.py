"""How many blueprints come through, with and without reflection, where a model writes their instructions and others vote on them.

``python -m benchmarks.authoring 100 retail`` has a scripted provider on this machine, over HTTP, whose author is wrong 40 % of the time.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from actors.authoring import ROUNDS, Authors, make_authors
from actors.gateway.settings import Provider, Reach
from actors.plan import prepare
from actors.verifying import Verified
from benchmarks.walks import walked
from domain.blueprints.verifying.ground import Ground
from projections.blueprints.yields import Yield
from scenarios.load import load
from tests.loopback.authors import Script
from tests.loopback.canned import canned
from worldloom.blueprints import yield_table

AUTHOR, MEMBERS = "hosted_vllm/author", ("hosted_vllm/first", "hosted_vllm/second", "hosted_vllm/third")


async def written(authors: Authors, grounds: Sequence[Ground]) -> list[list[Verified]]:
    """What the rounds of each came to."""
    try:
        return [await authors.write(ground) for ground in grounds]
    finally:
        await authors.close()


def measure(count: int, settings: Sequence[str]) -> None:
    """Print the table, beside what APIGen-MT reports."""
    grounds = [ground for name in settings for ground in walked(prepare(load(name), 0, None), count)]
    script = Script()
    with canned(script) as url, TemporaryDirectory() as folder:
        reach = Reach(providers={"hosted_vllm": Provider(api_base=url, trace=True)})
        found = asyncio.run(written(make_authors(AUTHOR, MEMBERS, Path(folder), reach, rounds=ROUNDS), grounds))
    console = Console()
    events = (one.event(number, again) for number, rounds in enumerate(found) for again, one in enumerate(rounds))
    console.print(yield_table(", ".join(settings), Yield.of(events)))
    answers = Counter(kind or "sound" for kinds in script.written.values() for kind in kinds)
    console.print("the author's answers: " + ", ".join(f"{many} {kind}" for kind, many in answers.most_common()))


if __name__ == "__main__":
    measure(int(sys.argv[1]), sys.argv[2:] or ("retail",))
