"""The gateway against a provider: what is tried again, what is not, what is kept, and what never gets out."""

import asyncio
import time
from importlib.util import find_spec

import pytest

from actors.gateway.cache import ReplyCache
from actors.gateway.calls import MOST_CHARACTERS, Request
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Price, Provider, Reach
from actors.mind import BudgetSpent, MindBroke, MindLost
from domain.errors import SettingError

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("loopback")]
if find_spec("aiohttp"):
    from tests.loopback.canned import canned, failed, said

PRICE = Price(input=1.0, output=10.0)


def request(model="hosted_vllm/m", text="hello", **more):
    """A question."""
    return Request(model, [{"role": "user", "content": text}], conversation="c/1", agent="user", **more)


def ask(url, *requests, cache=None, reach=None, **provider):
    """The answers of one gateway, or what it raises; all at the same time."""

    async def run():
        settings = Provider(api_base=url, **{"price": PRICE, "patience_s": 30, **provider})
        gateway = Gateway((reach or Reach()).model_copy(update={"providers": {"hosted_vllm": settings}}), cache or ReplyCache(None))
        answers = await asyncio.gather(*map(gateway.ask, requests), return_exceptions=True)
        return gateway, answers

    return asyncio.run(run())


def scripted(*replies):
    """A handler that gives one after another, and the last for ever; and the list of when it was asked."""
    asked = []

    async def handle(body, _):
        asked.append((time.monotonic(), body))
        reply = replies[min(len(asked), len(replies)) - 1]
        return reply() if callable(reply) else reply

    return handle, asked


def test_what_may_pass_is_tried_again():
    """A rate limit, an error and a broken reply are named in order, and the reply comes."""
    handle, asked = scripted(
        lambda: failed(429, **{"Retry-After": "0.3"}), lambda: failed(500), lambda: failed(503), lambda: said("hi", reasoning_content="why")
    )
    with canned(handle) as url:
        _, (answer,) = ask(url, request())

    assert answer.incidents == ("rate-limited", "server-error", "overloaded")
    assert (answer.content, answer.reasoning) == ("hi", "why")
    assert asked[1][0] - asked[0][0] >= 0.3, "it did not wait as long as it was asked to"
    assert answer.cost_nano == 1000 * 1000 + 100 * 10_000


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_what_is_wrong_for_all_stops_the_run(status):
    """A wrong key or name is not tried again, and says what to do."""
    handle, asked = scripted(lambda: failed(status, "no such thing"))
    with canned(handle) as url:
        _, (error,) = ask(url, request())

    assert isinstance(error, SettingError)
    assert "check key, name and parameters" in str(error)
    assert len(asked) == 1


def test_a_prompt_that_is_too_long_is_the_minds_own_failure():
    """It is a fact of this conversation, not of the run."""
    handle, _ = scripted(lambda: failed(400, "This model's maximum context length is 8192 tokens"))
    with canned(handle) as url:
        _, (error,) = ask(url, request())

    assert isinstance(error, MindBroke)


def test_a_model_that_cannot_be_reached_is_lost():
    """After its time, with the last reason; nothing is made a fact."""
    handle, _ = scripted(lambda: failed(500, "boom"))
    with canned(handle) as url:
        _, (error,) = ask(url, request(), patience_s=0.3)
    assert isinstance(error, MindLost)
    assert "boom" in str(error)
    _, (error,) = ask(url, request(), patience_s=0.3)  # nobody listens there any more
    assert isinstance(error, MindLost)
    assert "connection" in str(error)


def test_a_fallback_takes_over():
    """The reply says whose it is, and what went wrong before."""

    async def handle(body, _):
        return failed(500) if body["model"] == "m" else said("from the other")

    with canned(handle) as url:
        _, (answer,) = ask(url, request(), reach=Reach(fallbacks=("hosted_vllm/other",)))

    assert (answer.model, answer.content) == ("hosted_vllm/other", "from the other")
    assert set(answer.incidents) == {"server-error"}


def test_a_reply_is_paid_for_once(tmp_path):
    """The same question of the same conversation is answered from the file, by another process too; another conversation's is not."""
    handle, asked = scripted(lambda: said("hi"))
    with canned(handle) as url:
        _, (first,) = ask(url, request(), cache=ReplyCache(tmp_path / "0.sqlite"))
        _, (again, third) = ask(
            url,
            request(),
            Request("hosted_vllm/m", request().messages, conversation="c/2", agent="user"),
            cache=ReplyCache(tmp_path / "1.sqlite"),
        )

    assert again == first
    assert third == first
    assert len(asked) == 2


def test_the_budget_is_kept(tmp_path):
    """What was paid before counts; once it is spent nothing is asked."""
    handle, asked = scripted(lambda: said("hi"))
    with canned(handle) as url:
        cache = ReplyCache(tmp_path / "0.sqlite")
        ask(url, request(text="1"), cache=cache)
        _, (error,) = ask(url, request(text="2"), cache=ReplyCache(tmp_path / "1.sqlite"), reach=Reach(most_usd=0.002))
        assert isinstance(error, BudgetSpent)
        _, (answer,) = ask(url, request(text="2"), cache=ReplyCache(tmp_path / "1.sqlite"), reach=Reach(most_usd=0.01))
        assert answer.content == "hi"
        _, (error,) = ask(url, request(text="3"), reach=Reach(most_usd=1), price=None)
        assert isinstance(error, SettingError)
        assert "price" in str(error)
    assert len(asked) == 3


def test_a_huge_reply_is_cut():
    """What is kept of it is bounded, and its length is known."""
    handle, _ = scripted(lambda: said("x" * 3_000_000))
    with canned(handle) as url:
        _, (answer,) = ask(url, request())

    assert len(answer.content) == MOST_CHARACTERS
    assert answer.characters == 3_000_000
    assert answer.is_cut


def test_a_throttled_provider_is_asked_less_at_a_time():
    """Calls at a time halve when it says no; all replies come."""
    running = most = 0

    async def handle(_body, _request):
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            if running > 4:
                return failed(429)
            await asyncio.sleep(0.05)
            return said("hi")
        finally:
            running -= 1

    with canned(handle) as url:
        gateway, answers = ask(url, *(request(text=str(number)) for number in range(40)), concurrency=32)

    assert [answer.content for answer in answers] == ["hi"] * 40
    assert gateway._limiters["hosted_vllm"].window < 32
    assert gateway.incidents["rate-limited"] < 120


def test_secrets_never_get_out(tmp_path, monkeypatch, capfd):
    """Keys that the provider repeats, in errors and replies, are in no file and no message of a run; nor are their like."""
    from tests.loopback.running import MODEL, generate

    key, like, other = "planted-7f3d9c2e1b", "sk-live0123456789abcdefghij", "hunter2hunter2"
    monkeypatch.setenv("LOOPBACK_KEY", key)
    monkeypatch.setenv("DATABASE_PASSWORD", other)
    times = 0

    async def handle(_body, http):
        nonlocal times
        times += 1
        assert http.headers["authorization"] == f"Bearer {key}"
        if times % 2:
            return failed(500, f"key {key} is over its limit, {like}, {other}")
        leak = f"my key is {key}, {like} and {other}"
        return said(f"{leak} ###DONE###", reasoning_content=leak)

    with canned(handle) as url:
        file = tmp_path / "models.yaml"
        file.write_text(f"providers: {{hosted_vllm: {{api_base: '{url}', key: LOOPBACK_KEY}}}}")
        generate("retail", "-n", 2, "--out", tmp_path / "out", "--user", MODEL, "--models", file)
        file.write_text(f"providers: {{hosted_vllm: {{api_base: '{url}', key: LOOPBACK_KEY, patience_s: 0.1}}}}")
        generate("retail", "-n", 3, "--seed", 1, "--out", tmp_path / "lost", "--user", MODEL, "--models", file)

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    shown = "".join(capfd.readouterr())
    assert b"[redacted]" in written
    for secret in (key, like, other):
        assert secret.encode() not in written
        assert secret not in shown
