"""What offline agents say to each other is understood from its text alone; a worker does as it is told and reports what it saw."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.drawing.rehearsal import think
from actors.mind import Reply, Say, UseTools
from actors.offline import handover
from actors.offline.worker import OfflineWorker
from domain.values import canonical
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from scenarios.load import load
from tests.domain.strategies import json_values, texts

SETTING = load("supply_chain")
TOWER = SETTING.assistant
ABOUT: dict[str, Any] = {"agent": "assistant", "call_id": "c1"}


def answered(text: str) -> ToolAnswered:
    return ToolAnswered(**ABOUT, observation=text)


def worker(path: str, request: str, *seen: ToolAnswered | ToolRefused | ToolFaulted, seed: int = 1) -> Reply:
    """What the agent of a path does about a request, after what it has seen."""
    mind = OfflineWorker("offline/assistant", path, TOWER.at(path), SETTING.phrases, seed)
    mind.observe(SubagentStarted(agent=path, call_id="c1", request=request, prompt="p", toolset="t", model="m"))
    for event in seen:
        mind.observe(ToolCalled(agent=path, call_id=event.call_id, tool="any", arguments={}))
        mind.observe(event)
    return think(mind)


@pytest.mark.parametrize("tool", TOWER.abilities)
@given(arguments=st.dictionaries(texts, json_values, max_size=3), seed=st.integers(0, 99))
def test_requests_are_understood(tool: str, arguments: dict[str, Any], seed: int) -> None:
    """Whatever the arguments are: tool and arguments come out as they went in."""
    assert handover.understood(TOWER, handover.ask(TOWER, tool, arguments, Random(seed))) == (tool, arguments)


def test_tools_are_told_apart() -> None:
    """No agent of any setting has two tools that are described by the same sentence."""
    for _, agent in TOWER.walk():
        sentences = [ability.sentence.lower() for ability in agent.abilities.values()]
        assert len(set(sentences)) == len(sentences)


@given(json_values, st.booleans(), st.integers(0, 99))
def test_answers_are_understood(observation: Any, acted: bool, seed: int) -> None:
    """What a tool showed comes out as it went in, down to the type of a number."""
    text = handover.answer(ToolAnswered(**ABOUT, observation=observation), Random(seed), acted=acted)
    heard = handover.outcome(answered(text))

    assert isinstance(heard, ToolAnswered)
    assert canonical(heard.observation) == canonical(observation)


@given(texts, texts, st.integers(0, 99))
def test_refusals_and_faults_are_understood(code: str, reason: str, seed: int) -> None:
    """A no keeps its code and its reason; what broke is told from what was refused."""
    for event in (ToolRefused(**ABOUT, code=code, reason=reason), ToolFaulted(**ABOUT, kind=code, reason=reason)):
        assert handover.outcome(answered(handover.answer(event, Random(seed), acted=False))) == event


@pytest.mark.parametrize("text", ["", "No idea.", "Here is what I found: {", "That was refused: 3", 'That failed: {"why": 1}', "So: 3"])
def test_an_answer_without_facts_is_a_fault(text: str) -> None:
    """Nothing is read into an answer that does not say it."""
    assert isinstance(handover.outcome(answered(text)), ToolFaulted)


def test_faults_of_the_hand_over_itself_stay() -> None:
    """A sub-agent that broke, or could not be put to work, is no answer to be read."""
    event = ToolFaulted(**ABOUT, kind="subagent", reason="The agent could not finish.")
    assert handover.outcome(event) is event


def test_worker_uses_its_own_tool() -> None:
    """It calls what the request describes, with the facts of the request."""
    request = handover.ask(TOWER, "check_stock", {"product_id": "HX-204"}, Random(1))
    reply = worker("assistant/inventory", request)

    assert isinstance(reply, UseTools)
    assert [(call.tool, call.arguments) for call in reply.calls] == [("check_stock", {"product_id": "HX-204"})]
    assert "check_stock" in str(reply.reasoning)


def test_worker_hands_on_what_is_not_its_own() -> None:
    """Logistics asks customs about holds, and passes on what customs say."""
    request = handover.ask(TOWER, "get_hold", {"hold_id": "CH-1"}, Random(1))
    reply = worker("assistant/logistics#3", request)

    assert isinstance(reply, UseTools)
    assert [call.tool for call in reply.calls] == ["customs"]
    customs = TOWER.at("assistant/logistics/customs")
    assert handover.understood(customs, str(reply.calls[0].arguments["request"])) == ("get_hold", {"hold_id": "CH-1"})

    said = worker("assistant/logistics#3", request, answered('The answer is no: {"code":"unknown-hold","reason":"There is none."}'))
    assert isinstance(said, Say)
    assert handover.outcome(answered(said.content)) == ToolRefused(**ABOUT, code="unknown-hold", reason="There is none.")


def test_worker_reports_what_broke() -> None:
    """A tool's fault is passed on as one, and not tried again."""
    request = handover.ask(TOWER, "check_stock", {"product_id": "HX-204"}, Random(1))
    said = worker("assistant/inventory", request, ToolFaulted(**ABOUT, kind="exception", reason="KeyError: x"))

    assert isinstance(said, Say)
    assert isinstance(handover.outcome(answered(said.content)), ToolFaulted)


@pytest.mark.parametrize("request_text", ["Make me a sandwich.", "Please do this: cancel an invoice. {}", "check_stock"])
def test_worker_says_when_it_does_not_understand(request_text: str) -> None:
    """Nothing is done about a request that describes none of its tools."""
    said = worker("assistant/inventory", request_text)

    assert isinstance(said, Say)
    assert getattr(handover.outcome(answered(said.content)), "code", None) == "not-understood"


def test_words_vary_with_the_seed() -> None:
    """Equal requests are not always said in equal words."""
    texts_said = {handover.ask(TOWER, "get_order", {"order_id": "SO-1"}, Random(seed)) for seed in range(20)}
    assert len(texts_said) == 3
