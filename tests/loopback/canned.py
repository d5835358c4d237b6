"""A provider that says what a test wants, in this process."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

Handler = Callable[[dict[str, Any], web.Request], Awaitable[web.StreamResponse]]


def said(content: str, **message: Any) -> web.Response:
    """A usual reply."""
    answer = {"role": "assistant", "content": content, **message}
    finish = "tool_calls" if "tool_calls" in message else "stop"
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    choice = {"index": 0, "finish_reason": finish, "message": answer}
    return web.json_response({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage})


def failed(status: int, message: str = "no", **headers: str) -> web.Response:
    """An error."""
    return web.json_response({"error": {"message": message}}, status=status, headers=headers)


@contextmanager
def canned(handler: Handler) -> Iterator[str]:
    """Address of a server that answers with a handler: (body, request) -> response."""
    loop, started, port = asyncio.new_event_loop(), threading.Event(), 0
    runner: web.AppRunner | None = None

    async def chat(request: web.Request) -> web.StreamResponse:
        return await handler(await request.json(), request)

    async def serve() -> None:
        nonlocal port, runner
        app = web.Application()
        app.router.add_post("/v1/chat/completions", chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        started.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        assert runner is not None
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
