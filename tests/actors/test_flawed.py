"""Flaws are planted once, labelled in the log, and seen by nobody who takes part."""

import asyncio

import pytest

from actors.conversation import visible
from actors.drawing.rehearsal import think
from actors.flawed.assistant import FAMILY
from actors.flawed.kinds import KINDS
from actors.inline import hold_inline
from actors.mind import Say
from actors.minds import make_mind
from actors.plan import Planner, RunSettings, prepare
from actors.run import Ledger
from domain.agents import ASSISTANT, USER
from domain.errors import SettingError
from domain.judgement import AXES
from events.conversation import AssistantSpoke, ModelReplied
from events.judgement import FlawPlanted
from events.open import open_log
from events.tools import ToolCalled
from projections.case import case_of
from projections.contents import Contents
from projections.transcript import transcript
from scenarios.load import load

pytestmark = pytest.mark.xdist_group("flawed")
SEED, COUNT = 5, 14


@pytest.fixture(scope="module")
def places():
    return {name: prepare(load(name), SEED, None) for name in ("retail", "supply_chain")}


@pytest.fixture(scope="module")
def held(places, tmp_path_factory):
    """Kind -> log and settings of a small run."""
    folder = tmp_path_factory.mktemp("flawed")
    runs = {}
    for kind in KINDS:
        settings = RunSettings(settings=tuple(places), count=COUNT, seed=SEED, models={USER: "offline/user", ASSISTANT: FAMILY + kind})
        log = open_log(folder / f"{kind}.sqlite")
        ledger = Ledger(settings, log)
        asyncio.run(hold_inline(ledger, places, log))
        assert not ledger.view.abandoned
        runs[kind] = (settings, log)
    return runs


def planted(log, settings):
    """(records, position of the label) of the conversations in which a flaw was planted."""
    for index in range(COUNT):
        records = list(log.read(settings.stream(index)))
        labels = [record.position for record in records if isinstance(record.event, FlawPlanted)]
        assert len(labels) <= 1, settings.stream(index)
        if labels:
            yield index, records, labels[0]


def test_every_axis_has_a_kind():
    """At least ten kinds, and each axis can be tried."""
    assert len(KINDS) >= 10
    assert {kind.axis for kind in KINDS.values()} == {axis.name for axis in AXES}


@pytest.mark.parametrize("kind", KINDS)
def test_a_flaw_is_labelled_where_it_stands(held, kind):
    """Between the model's reply and what it led to, in one append; once in a conversation."""
    settings, log = held[kind]
    found = list(planted(log, settings))

    assert len(found) >= 3
    for _, records, position in found:
        before, label, after = records[position - 2 : position + 1]
        assert isinstance(before.event, ModelReplied)
        assert (label.event.kind, label.event.axis) == (kind, KINDS[kind].axis)
        assert isinstance(after.event, AssistantSpoke | ToolCalled)
        assert before.circumstances  # the circumstances of an append stand at its first event
        assert not label.circumstances
        assert not after.circumstances


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_sees_the_label(held, kind):
    """No agent, no judge, no training row."""
    settings, log = held[kind]
    contents = Contents(log)
    for _, records, position in planted(log, settings):
        label = records[position - 1].event
        assert not visible(label, USER)
        assert not visible(label, ASSISTANT)
        case = case_of(contents, records)
        assert position not in {seen.position for seen in case.seen}
        assert kind not in case.text
        assert all(kind not in line.message.content for line in transcript(records))


@pytest.mark.parametrize("kind", KINDS)
def test_a_flawed_mind_made_anew_says_the_same(held, places, kind):
    """At every step, from what it saw alone: a killed conversation goes on with the same flaw."""
    settings, log = held[kind]
    planner = Planner(settings, places, log)
    for index, records, _ in list(planted(log, settings))[:2]:
        plan = planner.plan(index)
        for number, record in enumerate(records):
            if not isinstance(record.event, ModelReplied) or record.event.agent != ASSISTANT:
                continue
            mind = make_mind(ASSISTANT, FAMILY + kind, plan.place.setting, plan.goal, plan.persona, plan.started.seed)
            for earlier in records[:number]:
                if visible(earlier.event, ASSISTANT):
                    mind.observe(earlier.event)
            reply = think(mind)
            following = records[number + 1].event
            assert (reply.flaw is not None) == isinstance(following, FlawPlanted)
            if reply.flaw is not None:
                assert reply.flaw == following
                following = records[number + 2].event
            if isinstance(reply, Say):
                assert (following.content, following.reasoning) == (reply.content, reply.reasoning)
            else:
                assert (following.tool, following.arguments) == (reply.calls[0].tool, reply.calls[0].arguments)


def test_all_draws_a_kind_for_each_conversation(places, tmp_path):
    """Several kinds turn up."""
    settings = RunSettings(settings=tuple(places), count=24, seed=SEED, models={USER: "offline/user", ASSISTANT: "flawed/all"})
    log = open_log(tmp_path / "all.sqlite")
    asyncio.run(hold_inline(Ledger(settings, log), places, log))

    labels = (record.event for index in range(24) for record in log.read(settings.stream(index)) if isinstance(record.event, FlawPlanted))
    assert len({label.kind for label in labels}) >= 5


def test_an_unknown_kind_is_refused():
    """By name, with those there are."""
    with pytest.raises(SettingError, match="flawed/all"):
        make_mind(ASSISTANT, "flawed/nonsense", None, None, None, 0)
