"""A loopback provider in a process of its own, and runs against it."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson

from events.conversation import ReplyRejected
from projections.folder import RunFolder
from tests.loopback.mischief import MALFORMED, TRANSPORT
from worldloom.cli import app

ROOT = Path(__file__).resolve().parents[2]
MODEL = "hosted_vllm/offline"


class Loopback:
    """The running server."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def report(self) -> dict[str, Any]:
        with urlopen(f"{self.url}/report") as answer:
            return json.load(answer)

    def forget(self) -> None:
        urlopen(Request(f"{self.url}/forget", method="POST")).close()

    def misbehave(self, rates: Any) -> None:
        """With other rates from now on."""
        urlopen(Request(f"{self.url}/rates", data=json.dumps(dict(rates)).encode(), method="POST")).close()

    def judging(self, out: Path) -> None:
        """The folder of the run that is judged from now on."""
        urlopen(Request(f"{self.url}/judging", data=str(out).encode(), method="POST")).close()


@contextmanager
def loopback(*settings: str, count: int = 20, seed: int = 0, hang_s: float = 30, simulate: str = "") -> Iterator[Loopback]:
    """A server for the conversations of a run with these settings; calm."""
    words = [sys.executable, "-m", "tests.loopback.server", *settings, "--count", str(count), "--seed", str(seed), "--hang", str(hang_s)]
    words += ["--simulate", simulate]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Loopback(int(process.stdout.readline()))
        finally:
            process.kill()


def models_file(path: Path, server: Loopback, roles: Any = None, **provider: Any) -> Path:
    """What ``--models`` names."""
    settings = {"api_base": f"{server.url}/v1", "trace": True, **provider}
    path.write_text(json.dumps({"providers": {"hosted_vllm": settings}, "roles": roles or {}}))
    return path


def generate(*words: object) -> None:
    """``worldloom generate`` in this process."""
    app(["generate", *map(str, words)], standalone_mode=False)


def command(*words: object) -> tuple[int, str]:
    """Exit code and output of ``worldloom`` in this process."""
    with redirect_stdout(StringIO()) as out:
        code = app([*map(str, words)], standalone_mode=False) or 0
    return code, out.getvalue()


def rows(out: Path) -> dict[tuple[str, str], Any]:
    """Conversation and agent -> messages and tools of the data set, and whether it is accepted."""
    found = {}
    for line in (out / "dataset" / "sft.jsonl").read_bytes().splitlines():
        row = orjson.loads(line)
        found[row["conversation"], row["agent"], row["first_event"]] = (row["messages"], row["tools"], row["accepted"])
    return _numbered(found)


def _numbered(found: dict[tuple[str, str, int], Any]) -> dict[tuple[str, str], Any]:
    return {(conversation, agent): content for (conversation, agent, _), content in sorted(found.items())}


def logged(out: Path) -> Counter[tuple[str, str, str]]:
    """(conversation, agent, kind) of every incident and rejected reply in the log of a run."""
    store = RunFolder.find(out).open_log()
    found: Counter[tuple[str, str, str]] = Counter()
    for stream in store.streams():
        for record in store.read(stream):
            agent = getattr(record.event, "agent", "")
            found.update((stream, agent, kind) for kind in record.circumstances.get("incidents", ()))
            if isinstance(record.event, ReplyRejected):
                found[stream, agent, record.event.reasons[0].partition(":")[0]] += 1
    return found


def misdeeds(server: Loopback) -> Counter[tuple[str, str, str]]:
    """The same as the server has it, in the words of the log."""
    words = {**TRANSPORT, **MALFORMED}
    return Counter((stream, agent, words[kind]) for stream, agent, kind in server.report()["done"] if words[kind])
