"""Limits, reading a reply, redaction, and what a played user is told: each on its own, without a provider."""

import asyncio
import re
import subprocess
import sys
from random import Random

import pytest

from actors.gateway.calls import MOST_CHARACTERS, Answer, AskedCall, CallFailed, Request
from actors.gateway.limits import Limiter
from actors.gateway.parse import understand
from actors.gateway.redact import HIDDEN, Redactor
from actors.gateway.settings import Role, for_role, read_models_file
from actors.mind import Say, Unusable, UseTools
from actors.playing import user_prompt
from domain.errors import SettingError
from domain.persona.sampling import draw_persona
from domain.world import World
from scenarios.load import load
from tests.parcels import TOOLSET

SECRETS = (
    "sk-proj-abcdefghijklmnop0123",
    "sk-ant-api03-abcdefghijklmnop",
    "AKIAABCDEFGHIJKLMNOP",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "hf_abcdefghijklmnopqrstuvwxyzABCDEF",
    "AIzaabcdefghijklmnopqrstuvwxyz012345678",
    "xoxb-1234567890-abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop",
    "ada:opensesame",
)


class Time:
    """Seconds that pass only where somebody waits."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_kept(monkeypatch):
    """Of 60 requests a minute the 31st starts half a minute after the first."""
    clock, starts = Time(), []

    async def sleep(seconds):
        clock.now += seconds
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)

    monkeypatch.setattr("actors.gateway.limits.asyncio.sleep", sleep)

    async def one(limiter):
        async with limiter.place(10):
            starts.append(clock.now)

    async def run():
        limiter = Limiter(8, requests_per_minute=60, clock=clock)
        await asyncio.gather(*(one(limiter) for _ in range(31)))

    asyncio.run(run())
    assert starts == sorted(starts)
    assert 28 <= starts[-1] <= 31


def test_calls_at_a_time_halve_and_grow():
    """One throttled call halves them, its companions do not again, and what goes well brings them back."""
    clock = Time()

    async def throttled(limiter):
        with pytest.raises(CallFailed):
            async with limiter.place(1):
                await asyncio.sleep(0)
                raise CallFailed("rate-limited", "no")

    async def fine(limiter):
        async with limiter.place(1):
            pass

    async def run():
        limiter = Limiter(16, clock=clock)
        clock.now = 1.0
        await asyncio.gather(*(throttled(limiter) for _ in range(5)))
        assert limiter.window == 8
        for _ in range(400):
            await fine(limiter)
        assert limiter.window == 16
        assert limiter.running == 0

    asyncio.run(run())


def answer(content="", *calls, **more):
    """A reply; calls are (id, name, arguments)."""
    return Answer(model="m", content=content, calls=tuple(AskedCall(id=a, name=b, arguments=c) for a, b, c in calls), **more)


def test_a_good_reply_is_what_it_says():
    """Text, and calls with their ids, text and reasoning."""
    assert understand(answer("hi", reasoning="why"), TOOLSET) == ((), Say("hi", "why"))
    reasons, reply = understand(answer("one moment", ("a", "find_return", '{"return_id": "R-1"}')), TOOLSET)
    assert not reasons
    assert isinstance(reply, UseTools)
    assert (reply.content, reply.calls[0].tool, reply.calls[0].call_id) == ("one moment", "find_return", "a")


GOOD = ("a", "find_return", '{"return_id": "R-1"}')


@pytest.mark.parametrize(
    ("given", "code", "kept"),
    [
        (answer(" \n"), "empty", False),
        (answer("cut in the mid", finish="length"), "cut-off", False),
        (answer("x", characters=MOST_CHARACTERS + 1), "too-long", False),
        (answer("", ("a", "find_return", '{"return_id": ')), "invalid-json", False),
        (answer("", ("a", "find_return", "[1]")), "invalid-json", False),
        (answer("", ("a", "", "{}")), "invalid-json", False),
        (answer("", ("a", "find_return", "[" * 100_000)), "invalid-json", False),
        (answer("", ("a", "no_such", "{}")), "unknown-tool", True),
        (answer("", ("a", "find_return", '{"return_id": 7}')), "invalid-arguments", True),
        (answer("", GOOD, GOOD), "duplicate-call-id", True),
    ],
)
def test_a_bad_reply_is_named(given, code, kept):
    """Each kind by its code; what events can hold is kept as it is, the rest is not made into something else."""
    reasons, reply = understand(given, TOOLSET)

    assert reasons[0].startswith(f"{code}: ")
    assert isinstance(reply, UseTools if kept else Unusable)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_hidden(secret):
    """Wherever it stands."""
    text = f"postgresql://{secret}@host/db" if ":" in secret else f'{{"key": "{secret}"}}, said he'
    hidden = Redactor({})(text)
    assert secret not in hidden
    assert HIDDEN in hidden


def test_secrets_of_the_environment_are_hidden():
    """By the names of their variables; short values and other variables are left alone."""
    redact = Redactor({"MY_API_KEY": "abc.def+ghi", "DB_PASSWORD": "abc.def+ghi+more", "HOME": "/somewhere/else", "X_TOKEN": "yes"}, ())
    assert redact("abc.def+ghi+more abc.def+ghi /somewhere/else yes") == f"{HIDDEN} {HIDDEN} /somewhere/else yes"


@pytest.mark.parametrize("name", ["retail", "supply_chain"])
def test_innocent_words_are_left_alone(name):
    """Worlds and prompts of the settings look like no secret."""
    setting = load(name)
    world = str(setting.draw_world(Random(1)))
    assert Redactor({})(world) == world
    assert Redactor({})(setting.policy.prose) == setting.policy.prose


@pytest.mark.parametrize("name", ["retail", "supply_chain"])
def test_a_played_user_is_told_words(name):
    """Goal, identity and manner, but no tool and no trait as a number."""
    setting = load(name)
    world = World(setting.base(setting.draw_world(Random(1))))
    for seed in range(20):
        goal, persona = setting.draw_goal(world, Random(seed)), draw_persona(Random(seed))
        prompt = user_prompt(goal, persona)
        assert goal.instruction in prompt
        assert all(value in prompt for value in goal.identity.values())
        assert not re.search(r"\b0\.\d", prompt)
        assert not any(tool in prompt for tool in setting.toolset)


def test_questions_are_told_apart():
    """Equal prompts have one digest; each conversation, agent and sample has a key of its own."""
    one = Request("m", [{"role": "user", "content": "x"}], conversation="c/1", agent="user")
    others = [
        Request("m", one.messages, conversation="c/2", agent="user"),
        Request("m", one.messages, conversation="c/1", agent="assistant"),
        Request("m", one.messages, conversation="c/1", agent="user", sample=1),
    ]
    assert {other.digest for other in others} == {one.digest}
    assert len({one.key, *(other.key for other in others)}) == 4


def test_a_sub_agent_is_asked_as_its_parent_is():
    """Unless it has a line of its own."""
    roles = {"assistant": Role(temperature=0.5), "assistant/billing": Role(temperature=0)}
    assert for_role("assistant/logistics#2/customs", roles).temperature == 0.5
    assert for_role("assistant/billing#3", roles).temperature == 0
    assert for_role("user", roles) == Role()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("providers: {x: {api_key: sk-1}}", "providers.x.api_key"),
        ("roles: {user: {candidates: 0}}", "roles.user.candidates"),
        ("a: [", "not YAML"),
        ("- 1", "the whole"),
    ],
)
def test_a_bad_models_file_is_named(tmp_path, text, named):
    """By file and place."""
    path = tmp_path / "models.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=re.escape(named)):
        read_models_file(path)
    with pytest.raises(SettingError, match="--models"):
        read_models_file(tmp_path / "none.yaml")


def test_an_offline_run_needs_no_litellm(tmp_path):
    """It is not even imported."""
    words = ["worldloom", "generate", "retail", "-n", "1", "--out", str(tmp_path / "out")]
    code = (
        f"import sys; sys.argv = {words!r}\nfrom worldloom.cli import app\napp(standalone_mode=False)\nsys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
