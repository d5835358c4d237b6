"""An OpenAI-compatible server that answers from the offline models and misbehaves as planned: ``python -m tests.loopback.server``.

It knows nothing of a conversation but the messages that it is sent and, from the headers, its name: it rebuilds what the
agent observed, shows it to an offline mind made anew, and sends what that says.
"""

import argparse
import asyncio
import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from actors.mind import Reply, Say
from actors.minds import OFFLINE, make_mind
from actors.plan import Planned, Planner, RunSettings, prepare
from actors.playing import ENDS, FEELING
from actors.thinking import AGAIN
from domain.agents import ASSISTANT, USER
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.store import EventStore
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from scenarios.load import load
from tests.loopback.mischief import CALM, TRANSPORT, WILD, planned
from tests.loopback.roles import ROLES, THOUGHT, played, question_of

_MARKS = {reason: mark for mark, reason in ENDS.items()}
_HUGE = 500_000


class Provider:
    """Answers and misbehaves.

    Args:
        settings: Of the run, with offline models: they decide goals, personas and seeds.
        hang_s: Longer than the client waits.
    """

    def __init__(self, settings: RunSettings, folder: Any, rates: Any, seed: int = 0, hang_s: float = 30) -> None:
        places = {name: prepare(load(name), settings.seed, None, settings.simulate) for name in settings.settings}
        self._planner = Planner(settings, places, EventStore(folder / "planner.sqlite"))
        self._rates, self._seed, self._hang_s = rates, seed, hang_s
        self._left: dict[str, list[str]] = {}
        self.done: list[tuple[str, str, str]] = []
        """(conversation, agent, kind) of everything that was done wrong."""
        self.questions: Counter[str] = Counter()
        """How often each question was answered."""
        self.prompts: dict[str, list[Any]] = {}
        """Conversation and agent -> the longest prompt, and the tools with it."""
        self.served: list[tuple[str, str, int, int]] = []
        """(conversation, agent, prompt tokens, completion tokens) of every whole answer."""
        self.forms: set[str] = set()
        """Agents that asked for JSON."""
        self._judging = Path()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """``POST /v1/chat/completions``."""
        body = await request.json()
        stream, agent = request.headers["x-worldloom-conversation"], request.headers["x-worldloom-agent"]
        messages = body["messages"]
        while len(messages) > 1 and str(messages[-1]["content"]).startswith(AGAIN):  # asked again: as if for the first time
            messages = messages[:-2]
        question = f"{stream} {agent} {len(messages)}"
        if agent in ROLES:
            question = question_of(stream, agent, messages[0]["content"], body["model"])
        if body.get("response_format"):
            self.forms.add(agent)
        if question not in self._left:
            self._left[question] = planned(self._seed, question, self._rates, agent, has_tools=bool(body.get("tools")))
        tricks = self._left[question]
        if tricks:
            kind = tricks.pop(0)
            self.done.append((stream, agent, kind))
            if kind in TRANSPORT and kind != "drip":
                return await self._fail(request, kind)
        else:
            kind = ""
        plan = self._planner.plan(int(stream.rpartition("/")[2]))
        if agent in ROLES:
            text = await played(plan, agent, messages[0]["content"], kind, self._judging)
            right = {"role": "assistant", "content": text, "reasoning_content": THOUGHT}
        else:
            right = written(await think(plan, agent, messages), len(messages))
            if agent == USER:
                right["reasoning_content"] = THOUGHT
        if kind in ("", "drip"):
            self.questions[question] += 1
            self.prompts[f"{stream} {agent}"] = (messages, body.get("tools"))
        message = spoiled(kind, right, body.get("tools") or [])
        whole = completion(body["model"], message, messages)
        if request.transport is not None and not request.transport.is_closing():  # else nobody waits for it any more
            self.served.append((stream, agent, whole["usage"]["prompt_tokens"], whole["usage"]["completion_tokens"]))
        answer = json.dumps(whole).encode()
        return await self._drip(request, answer, 0.02) if kind == "drip" else web.Response(body=answer, content_type="application/json")

    async def _fail(self, request: web.Request, kind: str) -> web.StreamResponse:
        error = {"error": {"message": "no", "type": kind}}
        match kind:
            case "429":
                return web.json_response(error, status=429)
            case "429-retry-after":
                return web.json_response(error, status=429, headers={"Retry-After": "0.2"})
            case "500" | "503":
                return web.json_response(error, status=int(kind))
            case "hang":
                await asyncio.sleep(self._hang_s)
                return web.Response(status=504)
            case "drip-too-slow":
                return await self._drip(request, b" " * 100, self._hang_s / 10)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"id": "x", "choices": [{"mess')
        assert request.transport is not None
        request.transport.close()
        return response

    async def _drip(self, request: web.Request, body: bytes, pause_s: float) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        size = max(1, len(body) // 10)
        with suppress(ConnectionError):  # who waits no more has gone
            for first in range(0, len(body), size):
                await response.write(body[first : first + size])
                await asyncio.sleep(pause_s)
        return response

    async def report(self, _: web.Request) -> web.Response:
        """``GET /report``: what was done wrong, and how often each question was answered."""
        told = {"done": self.done, "questions": self.questions, "prompts": self.prompts, "served": self.served}
        return web.json_response({**told, "forms": sorted(self.forms)})

    async def forget(self, _: web.Request) -> web.Response:
        """``POST /forget``: begin anew."""
        for kept in (self._left, self.done, self.questions, self.prompts, self.served, self.forms):
            kept.clear()
        return web.Response()

    async def rates(self, request: web.Request) -> web.Response:
        """``POST /rates``: misbehave otherwise from now on."""
        self._rates = await request.json()
        return web.Response()

    async def judging(self, request: web.Request) -> web.Response:
        """``POST /judging``: the folder of the run that is judged from now on."""
        self._judging = Path(await request.text())
        return web.Response()


async def think(plan: Planned, agent: str, messages: list[dict[str, Any]]) -> Reply:
    """What the offline mind says that observed what the messages tell."""
    setting = plan.place.setting
    mind = make_mind(agent, OFFLINE[agent.partition("/")[0]], setting, plan.goal, plan.persona, plan.started.seed)
    for event in observed(agent, messages[1:]):
        mind.observe(event)
    return await mind.reply()


def observed(agent: str, messages: list[dict[str, Any]]) -> list[Event]:
    """The events behind messages, the system prompt left out."""
    events: list[Event] = []
    for number, message in enumerate(messages):
        content = message.get("content") or ""
        match message["role"]:
            case "user" if agent == USER:
                said = content.partition(f"\n\n{FEELING}")[0]
                events += [AssistantSpoke(agent=ASSISTANT, content=said)] if number else []
            case "user" if agent == ASSISTANT:
                events.append(UserSpoke(agent=USER, content=content))
            case "user":
                events.append(SubagentStarted(agent=agent, call_id="c0", request=content, prompt="", toolset="", model=""))
            case "assistant" if message.get("tool_calls"):
                for call in message["tool_calls"]:
                    arguments = json.loads(call["function"]["arguments"])
                    events.append(ToolCalled(agent=agent, call_id=call["id"], tool=call["function"]["name"], arguments=arguments))
            case "assistant" if agent == USER:
                events.append(UserSpoke(agent=USER, content=content))
            case "assistant":
                events.append(AssistantSpoke(agent=agent, content=content))
            case "tool":
                events.append(_outcome(agent, message["tool_call_id"], content))
    return events


def _outcome(agent: str, call_id: str, content: str) -> ToolAnswered | ToolRefused | ToolFaulted:
    if content.startswith("Error: "):
        return ToolRefused(agent=agent, call_id=call_id, code="refused", reason=content.removeprefix("Error: "))
    try:
        return ToolAnswered(agent=agent, call_id=call_id, observation=json.loads(content))
    except ValueError:
        return ToolAnswered(agent=agent, call_id=call_id, observation=content)


def written(reply: Reply, place: int) -> dict[str, Any]:
    """A reply as a message of the wire."""
    if isinstance(reply, Say):
        mark = f" {_MARKS[reply.done]}" if reply.done else ""
        return {"role": "assistant", "content": reply.content + mark, "reasoning_content": reply.reasoning}
    calls = [
        {
            "id": f"call_{place}_{number}",
            "type": "function",
            "function": {"name": wanted.tool, "arguments": json.dumps(dict(wanted.arguments))},
        }
        for number, wanted in enumerate(reply.calls)
    ]
    return {"role": "assistant", "content": reply.content, "reasoning_content": reply.reasoning, "tool_calls": calls}


def spoiled(kind: str, message: dict[str, Any], tools: list[dict[str, Any]]) -> dict[str, Any]:
    """A message made unusable."""
    if kind in ("", "drip", "lie", "broken", "no-evidence"):
        return message
    if kind == "empty":
        return {"role": "assistant", "content": ""}
    if kind == "huge":
        return {"role": "assistant", "content": "so to say " * (_HUGE // 10)}
    name = tools[0]["function"]["name"] if tools else "lookup"
    call = {"id": "call_x", "type": "function", "function": {"name": name, "arguments": '{"a": '}}
    if kind == "invalid-json":
        calls = [call]
    elif kind == "unknown-tool":
        calls = [{**call, "function": {"name": "no_such_tool", "arguments": "{}"}}]
    elif kind == "wrong-types":
        calls = [{**call, "function": {"name": name, "arguments": '{"nothing_like_it": [1, 2]}'}}]
    else:
        calls = (message.get("tool_calls") or [{**call, "function": {"name": name, "arguments": "{}"}}]) * 2
    return {"role": "assistant", "content": None, "tool_calls": calls}


def completion(model: str, message: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The body of a reply."""
    used = {"prompt_tokens": sum(len(str(m)) for m in messages) // 4, "completion_tokens": len(str(message)) // 4}
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {**used, "total_tokens": sum(used.values())},
    }


async def serve(provider: Provider) -> tuple[web.AppRunner, int]:
    """Listen on a free port of this machine."""
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", provider.chat)
    app.router.add_get("/report", provider.report)
    app.router.add_post("/forget", provider.forget)
    app.router.add_post("/rates", provider.rates)
    app.router.add_post("/judging", provider.judging)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]


async def _main() -> None:
    from tempfile import TemporaryDirectory

    parser = argparse.ArgumentParser()
    parser.add_argument("settings", nargs="+")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hang", type=float, default=30)
    parser.add_argument("--wild", action="store_true")
    parser.add_argument("--simulate", default="")
    words = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = RunSettings(
            settings=tuple(words.settings), count=words.count, seed=words.seed, simulate=tuple(filter(None, words.simulate.split(",")))
        )
        provider = Provider(settings, Path(folder), WILD if words.wild else CALM, words.seed, words.hang)
        _, port = await serve(provider)
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
