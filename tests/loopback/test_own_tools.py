"""A model that plays a user with tools of their own: what it is offered, and what is made of its replies."""

import asyncio
from importlib.util import find_spec
from random import Random

import pytest

from actors.gateway.cache import ReplyCache
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Provider, Reach, Role
from actors.mind import Say, UseTools
from actors.playing import UserMind
from domain.conversation import Wanted
from domain.goal import Goal
from domain.persona.sampling import draw_persona
from events.conversation import AssistantSpoke, UserSpoke
from events.tools import ToolAnswered, ToolCalled
from scenarios.load import load
from tests import settings as test_settings

pytestmark = pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm")
if find_spec("aiohttp"):
    from tests.loopback.canned import canned, said

CALL = {"id": "c1", "type": "function", "function": {"name": "read_display", "arguments": '{"serial": "TH-100"}'}}
SEEN = (
    UserSpoke(agent="user", content="I am cold."),
    AssistantSpoke(agent="assistant", content="What does the display show?"),
    ToolCalled(agent="user", call_id="c1", tool="read_display", arguments={"serial": "TH-100"}),
    ToolAnswered(agent="user", call_id="c1", observation={"display": "off"}),
)


def replies(monkeypatch, *answers, seen=SEEN[:2], candidates=1):
    """What the mind makes of a model's answers, and the questions that it was asked."""
    test_settings.add_to(monkeypatch)
    own = load("thermostat").user
    asked = []

    async def handle(body, _):
        asked.append(body)
        return answers[len(asked) - 1]()

    async def ask(url):
        gateway = Gateway(Reach(providers={"hosted_vllm": Provider(api_base=url, patience_s=30)}), ReplyCache(None))
        goal = Goal(id="g", instruction="You are cold.")
        mind = UserMind(gateway, "hosted_vllm/m", goal, draw_persona(Random(1)), Role(candidates=candidates), "c/1", own)
        for event in seen:
            mind.observe(event)
        return await mind.reply()

    with canned(handle) as url:
        return asyncio.run(ask(url)), asked


def test_a_model_is_offered_the_users_tools_and_no_others(monkeypatch):
    """It is told what it can do; its calls are the user's, its words go to the assistant."""
    reply, (body,) = replies(monkeypatch, lambda: said("", tool_calls=[CALL]))

    assert reply == UseTools((Wanted("read_display", {"serial": "TH-100"}, "c1"),))
    assert [tool["function"]["name"] for tool in body["tools"]] == ["read_display", "press_heat"]
    assert "You can read its display and press its buttons." in body["messages"][0]["content"]


def test_a_model_sees_what_its_tools_show(monkeypatch):
    """Call and outcome stand before its next words, which may end the conversation as ever."""
    reply, (body,) = replies(monkeypatch, lambda: said("It is off. ###DONE###"), seen=SEEN)

    assert reply == Say("It is off.", done="user-done")
    assert [message["role"] for message in body["messages"][-3:]] == ["user", "assistant", "tool"]
    assert body["messages"][-1]["content"] == '{"display":"off"}'


def test_candidates_may_act(monkeypatch):
    """Of several, the one that is named counts, be it words or a call."""
    answers = [lambda: said("It is off."), lambda: said("", tool_calls=[CALL]), lambda: said("2")]
    reply, asked = replies(monkeypatch, *answers, candidates=2)

    assert isinstance(reply, UseTools) or reply == Say("It is off.")
    assert "(does: read_display" in str(asked[2]["messages"])
