"""What a call through the gateway costs this machine, beside the library alone and beside a bare aiohttp client."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from actors import llm
from actors.gateway.cache import ReplyCache
from actors.gateway.calls import Request
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Provider, Reach
from benchmarks.measure import Finding, Timing, interleaved
from scenarios.load import load

CALLS = {1: 60, 64: 192, 256: 512}
"""Calls at a time -> calls in a round."""
ROUNDS = 5
_OWN_MS = 1.0
"""CPU that our part may take of a call."""
_MODEL = "hosted_vllm/m"
_ANSWER = orjson.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Here it is. " * 10}}],
        "usage": {"prompt_tokens": 2000, "completion_tokens": 30, "total_tokens": 2030},
    }
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_ANSWER)


def measure(folder: Path) -> Iterator[Finding]:
    """CPU milliseconds of this process for each call, at 1, 64 and 256 at a time; the server is a process of its own."""
    if find_spec("litellm") is None:
        yield Finding("call a model through the gateway", "not measured", "LiteLLM is not installed", "", "", True)
        return
    tools = load("retail").toolset.specs
    with server() as url:
        for at_a_time, calls in CALLS.items():
            taken = asyncio_rounds(folder, url, at_a_time, calls, tools)
            ours, library, bare = (taken[name].cpu_s / calls * 1e3 for name in ("gateway", "library", "bare"))
            wall = taken["gateway"].wall_s / calls * 1e3
            yield Finding(
                f"call a model through the gateway, {at_a_time} at a time, cpu",
                f"{ours:.2f} ms ({wall:.2f} ms wall); {ours - library:.2f} ms of it ours",
                f"{library:.2f} ms LiteLLM alone; {bare:.2f} ms a bare aiohttp client",
                f"{ours / bare:.0f}x",
                f"ours <= {_OWN_MS:.0f} ms",
                ours - library <= _OWN_MS,
            )


def asyncio_rounds(folder: Path, url: str, at_a_time: int, calls: int, tools: list[dict[str, Any]]) -> dict[str, Timing]:
    """Time the three in turns, on one event loop."""
    loop = asyncio.new_event_loop()
    with closing_gateway(folder / f"{at_a_time}.sqlite", url, at_a_time) as gateway:
        provider = Provider(api_base=url)
        loop.run_until_complete(llm.load())

        async def through(number: int) -> None:
            await gateway.ask(question(f"gateway {number}", tools))

        async def alone(number: int) -> None:
            await llm.complete(question(f"library {number}", tools), _MODEL, provider)

        session = loop.run_until_complete(_session())

        async def bare(number: int) -> None:
            body = {"model": "m", "messages": question(f"bare {number}", tools).messages, "tools": tools}
            headers = {"Content-Type": "application/json"}
            async with session.post(f"{url}/chat/completions", data=orjson.dumps(body), headers=headers) as response:
                orjson.loads(await response.read())

        def rounds(one: Callable[[int], Awaitable[None]]) -> Callable[[int], object]:
            return lambda number: loop.run_until_complete(_many(one, range(number * calls, (number + 1) * calls), at_a_time))

        try:
            return interleaved({"gateway": rounds(through), "library": rounds(alone), "bare": rounds(bare)}, ROUNDS)
        finally:
            loop.run_until_complete(session.close())
            loop.run_until_complete(llm.close())
            loop.close()


def soak(calls: int = 100_000, at_a_time: int = 64) -> Iterator[str]:
    """Memory and open files while so many calls are made; both must stay flat."""
    tools = load("retail").toolset.specs
    loop = asyncio.new_event_loop()
    with TemporaryDirectory() as folder, server() as url, closing_gateway(Path(folder) / "0.sqlite", url, at_a_time) as gateway:

        async def through(number: int) -> None:
            await gateway.ask(question(str(number), tools))

        part, began = max(1, calls // 10), time.monotonic()
        for first in range(0, calls, part):
            loop.run_until_complete(_many(through, range(first, first + part), at_a_time))
            done = first + part
            yield f"{done:7,} calls: {_rss_mib():6.1f} MiB, {_open_files()} open files, {done / (time.monotonic() - began):.0f} calls/s"
    loop.close()


def question(text: str, tools: list[dict[str, Any]]) -> Request:
    """A prompt of about 8 kB with its tools."""
    messages = [{"role": "system", "content": "Follow the policy. " * 200}, {"role": "user", "content": text}]
    return Request(_MODEL, messages, tools, {"temperature": 0.0}, "retail/000000", "assistant")


@contextmanager
def closing_gateway(path: Path, url: str, at_a_time: int) -> Iterator[Gateway]:
    """A gateway with room for so many calls."""
    cache = ReplyCache(path)
    try:
        yield Gateway(Reach(providers={"hosted_vllm": Provider(api_base=url, concurrency=at_a_time)}), cache)
    finally:
        cache.close()


@contextmanager
def server() -> Iterator[str]:
    """Address of a process that gives the same answer to everything, as cheaply as it can."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.gateway", "serve"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


async def _many(one: Callable[[int], Awaitable[None]], numbers: range, at_a_time: int) -> None:
    left = iter(numbers)

    async def work() -> None:
        for number in left:
            await one(number)

    await asyncio.gather(*(work() for _ in range(at_a_time)))


async def _session() -> Any:
    import aiohttp  # noqa: PLC0415, LiteLLM has it

    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def _serve() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(length)
                writer.write(_HEAD + _ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**20, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


def _rss_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(_serve())
    else:
        for line in soak(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
            print(line, flush=True)
