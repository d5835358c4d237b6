"""What failed, as the command tells it: while a run goes on, in its summary, and whenever it is looked at later."""

from collections.abc import Callable
from typing import Any

import pytest

from actors import host, minds
from actors.mind import MindLost
from events.conversation import Usage
from tests.worldloom.command import Command
from tests.worldloom.test_generate import contents

WORDS = ("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out")
"""The run that ``made`` has held."""


def change_minds(patch: pytest.MonkeyPatch, change: Callable[[Any], None], *streams: int) -> None:
    """Change the minds of conversations, given their indices; without any, of all."""
    make = minds.make_mind
    seeds: dict[int, int] = {}
    plan = host.Planner.plan

    def noting(self: host.Planner, index: int) -> Any:
        planned = plan(self, index)
        seeds[planned.started.seed] = index
        return planned

    def making(path: str, model: str, setting: Any, goal: Any, persona: Any, seed: int, *more: Any) -> Any:
        mind = make(path, model, setting, goal, persona, seed, *more)
        if not streams or seeds[seed] in streams:
            change(mind)
        return mind

    patch.setattr(host.Planner, "plan", noting)
    patch.setattr(minds, "make_mind", making)


def lose(mind: Any) -> None:
    """Let a mind be out of reach."""

    def reply() -> Any:
        raise MindLost("the line is dead")

    mind.reply = reply


def test_what_was_abandoned_is_named_and_tried_again(worldloom, made, monkeypatch, tmp_path):
    """By the same command, which ends where an undisturbed run does; until then every command knows of it."""
    with monkeypatch.context() as patch:
        change_minds(patch, lose, 3)
        first = worldloom(*WORDS, tmp_path)

    named = "supply_chain/000003"
    for told in (first.out, worldloom("log", "--out", tmp_path).out):
        assert f"infrastructure  conversation abandoned: 1, such as {named}: MindLost: the line is dead\n" in told
        assert f"look at one: worldloom show {named} --out {tmp_path}\n" in told
        assert "1 abandoned; the same generate command tries it again" in told
    assert first.code == 0
    assert "abandoned, fault of the infrastructure: MindLost: the line is dead" in worldloom("show", named, "--out", tmp_path).out
    assert "no problem(s); the run is finished, without 1 that were abandoned" in worldloom("verify", tmp_path).out

    again = worldloom(*WORDS, tmp_path)

    assert "abandoned;" not in again.out
    assert "abandoned" not in worldloom("show", named, "--out", tmp_path).out
    assert worldloom("verify", tmp_path).out.strip().endswith("no problem(s); the run is finished")
    (_, digest), files = contents(tmp_path)
    assert ([digest], files) == contents(made)


def test_a_model_that_breaks_is_named_with_what_broke(worldloom, monkeypatch, tmp_path):
    """In the summary by its kind, in the conversation in full."""

    def spoil(mind: Any) -> None:
        def reply() -> Any:
            raise KeyError("[the price]")

        mind.reply = reply

    change_minds(monkeypatch, spoil, 2)
    told = worldloom(*WORDS, tmp_path).out

    assert "user  conversation not accepted: 1, such as retail/000002: ended:model-fault:KeyError\n" in told
    shown = worldloom("show", 2, "--out", tmp_path).out
    assert "KeyError: '[the price]'" in shown
    assert "ended: model-fault, fault of the user" in shown


def test_a_run_in_which_nothing_could_be_held_fails(worldloom, made, monkeypatch, tmp_path):
    """Exit code 1 and an empty data set; what stands in the way once gone, the same command holds all of it."""
    with monkeypatch.context() as patch:
        change_minds(patch, lose)
        first = worldloom(*WORDS, tmp_path)

    assert first.code == 1
    assert first.err == ""
    assert "6 abandoned; the same generate command tries them again" in first.out
    assert "0 rows in" in first.out
    assert worldloom("verify", tmp_path).code == 0
    assert worldloom(*WORDS, tmp_path).code == 0
    assert contents(tmp_path)[1] == contents(made)[1]


def test_a_run_without_those_that_were_abandoned_can_be_sealed(worldloom, monkeypatch, tmp_path):
    """Whoever cannot get them held need not wait for them."""
    with monkeypatch.context() as patch:
        change_minds(patch, lose, 3)
        worldloom(*WORDS, tmp_path)

    assert worldloom("seal", tmp_path).code == 0
    assert "without 1 that were abandoned" in worldloom("verify", tmp_path).out
    worldloom(*WORDS, tmp_path).fails_with("is sealed")


def test_tokens_and_cost_are_told(worldloom, monkeypatch, tmp_path):
    """Of models that take any; counted once, however often the command is run."""

    def charge(mind: Any) -> None:
        mind.usage, mind.cost_usd = Usage(prompt_tokens=1000, completion_tokens=10), 0.01

    change_minds(monkeypatch, charge, 1)
    first, second = worldloom(*WORDS, tmp_path).out, worldloom(*WORDS, tmp_path).out

    events = worldloom("log", "supply_chain/000001", "--out", tmp_path).out
    replies = sum("model-replied.v1" in line for line in events.splitlines())
    for told in (first, second):
        assert f"cost: ${replies / 100:.2f}" in told
        assert f"{replies * 1000:,} + {replies * 10:,} tokens" in told


def test_an_unheld_conversation_is_told_from_an_unknown_one(worldloom, monkeypatch, tmp_path):
    """Abandoned before it began, it has no events, and the reason is named instead."""

    def fail(_self: Any, index: int) -> Any:
        raise ValueError(f"no goal for {index}")

    with monkeypatch.context() as patch:
        patch.setattr(host.Planner, "plan", fail)
        worldloom(*WORDS, tmp_path)

    worldloom("show", "retail/000000", "--out", tmp_path).fails_with("retail/000000 was abandoned before it began", "no goal for 0")
    worldloom("show", "retail/000001", "--out", tmp_path).fails_with("there is no conversation 'retail/000001'")


def test_an_interrupted_conversation_says_so(worldloom: Command, monkeypatch, tmp_path):
    """It has no end, and is not abandoned."""

    def interrupt(mind: Any) -> None:
        def reply() -> Any:
            raise KeyboardInterrupt

        mind.reply = reply

    with monkeypatch.context() as patch:
        change_minds(patch, interrupt, 1)
        assert worldloom(*WORDS, tmp_path).code == 130

    assert "it has not ended; the same generate command goes on with it" in worldloom("show", 1, "--out", tmp_path).out
