"""The offline models hold conversations that reach their goals, and reply from what they observed alone."""

import time
from random import Random

import pytest

from actors.conversation import visible
from actors.drawing.rehearsal import rehearse, think
from actors.mind import Say, UseTools
from actors.offline.hearing import requests
from domain.agents import ASSISTANT, USER
from domain.persona.sampling import draw_persona
from domain.persona.traits import COMPLEXITIES
from domain.policy import agrees
from domain.skill import Slot
from domain.world import World
from events.conversation import AssistantSpoke, ModelReplied, MoodChange, MoodShifted, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted
from scenarios.load import load, names
from tests.actors.parcel import SETTING, draw_goal
from tests.actors.talk import drawn, minds, text
from tests.domain.personas import persona

WORLD = World(SETTING.base(SETTING.draw_world(Random(0))))


def speakers(history):
    """Where a model is about to answer, and which."""
    return [(position, event.agent) for position, event in enumerate(history) if isinstance(event, ModelReplied)]


@pytest.mark.parametrize("seed", range(12))
def test_a_mind_made_anew_says_the_same_at_every_prefix(seed):
    """A mind that is made anew and shown the same events replies the same, wherever the conversation stands."""
    goal, who, state, _ = drawn(SETTING, WORLD, seed)
    history = list(state.history)
    for position, agent in speakers(history):
        new = minds(SETTING, goal, who, seed)[agent]
        for event in history[: position + 1]:
            if visible(event, agent):
                new.observe(event)
        reply, following = think(new), history[position + 1]
        assert think(new) == reply
        if isinstance(reply, Say):
            assert (following.content, getattr(following, "reasoning", None)) == (reply.content, reply.reasoning)
        else:
            assert (following.tool, following.arguments) == (reply.calls[0].tool, reply.calls[0].arguments)


def test_goals_are_reached():
    """Nearly all drawn goals are reached, in few messages."""
    outcomes = [drawn(SETTING, WORLD, seed) for seed in range(100)]
    assert sum(verdict.accepted for *_, verdict in outcomes) >= 95
    for goal, _, state, _ in outcomes:
        if len(goal.tasks) == 1:
            assert state.turns <= 8, text(state)


def test_nothing_is_said_of_what_was_not_observed():
    """The assistant names a parcel's city only after a tool has shown it, or the user has said it."""
    for seed in range(40):
        known = ""
        for event in drawn(SETTING, WORLD, seed)[2].history:
            if isinstance(event, AssistantSpoke):
                for city in ("Bergen", "Lyon", "Graz", "Turku", "Cork"):
                    assert city not in event.content or city.lower() in known
            known += str(getattr(event, "content", "") or getattr(event, "observation", "")).lower()


def test_users_name_no_tools_and_disclose_gradually():
    """What users say names no tool; terse users do not tell all at once."""
    early = 0
    for seed in range(60):
        goal, _, state, _ = drawn(SETTING, WORLD, seed)
        said = [event.content for event in state.history if isinstance(event, UserSpoke)]
        assert not any(tool in line for line in said for tool in SETTING.toolset)
        facts = {**goal.identity, **goal.tasks[0].known}.values()
        early += sum(fact in said[0] for fact in facts) == len(facts)
    assert early < 30


def test_a_step_costs_the_same_late_as_early():
    """The hundredth exchange costs no more than the tenth: nothing is read again from the beginning."""
    pair = minds(SETTING, draw_goal(WORLD, Random(1)), draw_persona(Random(1)), 1)
    spent = []
    for _ in range(40):
        began = time.perf_counter()
        for _ in range(50):
            said = think(pair[USER])
            event = UserSpoke(agent=USER, content=said.content)
            pair[USER].observe(event)
            pair[ASSISTANT].observe(event)
            think(pair[ASSISTANT])
            answer = AssistantSpoke(agent=ASSISTANT, content="Which parcel is it?")
            pair[ASSISTANT].observe(answer)
            pair[USER].observe(answer)
        spent.append(time.perf_counter() - began)
    assert min(spent[-10:]) < 3 * min(spent[:10]) + 0.01


def test_a_faulting_tool_is_tried_twice_more_and_then_told():
    """After three faults the assistant says so, and that nothing was done."""
    mind = minds(SETTING, draw_goal(WORLD, Random(1)), draw_persona(Random(1)), 1)[ASSISTANT]
    mind.observe(UserSpoke(agent=USER, content="Where is parcel P-1001? My email is ada@mail.example"))
    for call_id in ("c1", "c2", "c3"):
        called = think(mind).calls[0]
        mind.observe(ToolCalled(agent=ASSISTANT, call_id=call_id, tool=called.tool, arguments=called.arguments))
        mind.observe(ToolFaulted(agent=ASSISTANT, call_id=call_id, kind="timeout", reason="too slow"))
    reply = think(mind)
    assert isinstance(reply, Say)
    assert "attempt" in reply.content or "trying again" in reply.content


def test_two_requests_in_one_message_are_served_in_turn():
    """The second request waits for the first, and each keeps what was said of it."""
    mind = minds(SETTING, draw_goal(WORLD, Random(1)), draw_persona(Random(1)), 1)[ASSISTANT]
    said = "My email is ada@mail.example. Where is parcel P-1002, and please redirect P-1005 to Graz."
    called = _converse(mind, [said, "yes, go on"])
    assert [arguments.get("parcel_id") for _, arguments in called] == [None, "P-1002", "P-1005"]


def test_a_yes_to_other_values_is_not_a_yes_to_these():
    """A correction at the confirmation leads to a new confirmation, not to the act."""
    mind = minds(SETTING, draw_goal(WORLD, Random(1)), draw_persona(Random(1)), 1)[ASSISTANT]
    world = World(SETTING.base({**SETTING.draw_world(Random(0))}))
    waiting = [key for key, row in world.rows("parcels") if row["status"] == "waiting"][:2]
    called = _converse(mind, [f"ada@mail.example, stop {waiting[0]}, not needed", f"No, I mean {waiting[1]}", "Yes"])
    assert [arguments for tool, arguments in called if tool == "stop_parcel"] == [{"parcel_id": waiting[1], "reason": "not needed"}]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Sure! To look this up, could you please provide the email address on your account?", "ada@mail.example"),
        ("I can do that.\n\nPlease share:\n1. Your email\n2. The parcel number", "ada@mail.example"),
        ("Which parcel would you like me to stop?", "P-1001"),
    ],
)
def test_users_understand_free_text(asked, expected):
    """Questions as language models put them are recognised."""
    goal = draw_goal(WORLD, Random(1)).model_copy(
        update={"identity": {"email": "ada@mail.example"}, "tasks": (_task("stop_parcel", parcel_id="P-1001", reason="not needed"),)}
    )
    user = minds(SETTING, goal, draw_persona(Random(4)), 3)[USER]
    user.observe(UserSpoke(agent=USER, content=think(user).content))
    user.observe(AssistantSpoke(agent=ASSISTANT, content=asked))
    assert expected in think(user).content


@pytest.mark.parametrize(
    "asked",
    [
        "I'll stop P-1001 because it is not needed. Do you want me to proceed?",
        "Here is what I'll do:\n- Parcel: P-1001\n- Reason: not needed\n\nPlease confirm (yes/no).",
        "Just to double-check: you'd like to stop P-1001, is that right?",
    ],
)
def test_users_agree_in_words_that_policies_take_for_a_yes(asked):
    """Whatever the persona and the wording."""
    goal = draw_goal(WORLD, Random(1)).model_copy(update={"tasks": (_task("stop_parcel", parcel_id="P-1001", reason="not needed"),)})
    for seed in range(100):
        user = minds(SETTING, goal, draw_persona(Random(seed)), seed)[USER]
        user.observe(UserSpoke(agent=USER, content=think(user).content))
        user.observe(AssistantSpoke(agent=ASSISTANT, content=asked))
        assert agrees(think(user).content), think(user).content


def test_a_wrong_summary_is_corrected():
    """A confirmation that names another parcel gets a correction, not a yes."""
    goal = draw_goal(WORLD, Random(1)).model_copy(update={"tasks": (_task("stop_parcel", parcel_id="P-1001", reason="not needed"),)})
    user = minds(SETTING, goal, draw_persona(Random(4)), 3)[USER]
    user.observe(UserSpoke(agent=USER, content=think(user).content))
    user.observe(AssistantSpoke(agent=ASSISTANT, content="I would stop parcel P-1002. Shall I go ahead?"))
    assert "P-1001" in think(user).content


def test_users_give_up_in_the_end():
    """An assistant that is of no use loses its user."""
    user = minds(SETTING, draw_goal(WORLD, Random(1)), draw_persona(Random(4)), 3)[USER]
    for _ in range(30):
        reply = think(user)
        if reply.done:
            break
        user.observe(UserSpoke(agent=USER, content=reply.content))
        user.observe(AssistantSpoke(agent=ASSISTANT, content="I see. One moment."))
    assert reply.done == "user-gave-up"


@pytest.mark.parametrize("name", names())
def test_goals_of_the_settings_are_reached(name):
    """Of what a setting draws, nine goals in ten are reached."""
    setting = load(name)
    world = World(setting.base(setting.draw_world(Random("0/world"))))
    outcomes = [drawn(setting, world, seed) for seed in range(60)]
    failed = [f"{verdict.findings}\n{text(state)}" for _, _, state, verdict in outcomes if not verdict.accepted]
    assert len(failed) <= 6, "\n\n".join(failed)


@pytest.mark.parametrize("name", names())
def test_openings_are_as_long_as_their_complexity_wants(name):
    """Nearly all lie in its range of words; a vague one names nothing that the setting is about, so that the assistant must ask."""
    setting = load(name)
    world = World(setting.base(setting.draw_world(Random("0/world"))))
    fitting = {complexity: [] for complexity in COMPLEXITIES}
    for seed in range(400):
        rng = Random(seed)
        goal, who = setting.draw_goal(world, rng), draw_persona(rng)
        said = think(minds(setting, goal, who, seed)[USER]).content
        fewest, most = COMPLEXITIES[who.complexity]
        fitting[who.complexity].append(fewest <= len(said.split()) <= most)
        if who.complexity == "vague":
            assert not requests(said, setting.skills.values()), said
            assert not [slot.name for slot in setting.slots.values() if slot.find(said) is not None], said
    shares = {complexity: sum(fits) / len(fits) for complexity, fits in fitting.items()}
    assert shares["vague"] == 1.0
    assert all(share > 0.75 for share in shares.values()), shares


def test_a_mood_changes_the_tone():
    """Who is fed up by now says so, and gives up sooner; the same user in good spirits does not."""
    said = {}
    for frustration in (0.1, 0.9):
        user = minds(SETTING, draw_goal(WORLD, Random(1)), persona(frustration=0.1, patience=0.2), 3)[USER]
        useless = 0
        while not (reply := think(user)).done:
            user.observe(UserSpoke(agent=USER, content=reply.content))
            user.observe(AssistantSpoke(agent=ASSISTANT, content="I see. One moment."))
            user.observe(MoodShifted(agent=USER, cause="long-wait", changes=(_frustrated(frustration),)))
            useless += 1
        said[frustration] = useless
    assert said[0.9] < said[0.1]


def _frustrated(after):
    return MoodChange(emotion="frustration", before=0.1, after=after)


@pytest.mark.parametrize("name", names())
def test_what_is_said_around_a_request_is_no_request(name):
    """Greetings, small talk and thanks are neither taken for a request nor for a slot's value."""
    setting = load(name)
    around = ["greet", "greet.short", "lead", "context", "context.short", "urgency", "aside", "closing", "tail.short"]
    around += ["greet.tiny", "context.tiny", "tail.tiny", "feeling", "vague", "protest"]
    around += ["agree", "ack", "leave", "leave.declined"]
    slots: list[Slot] = list(setting.slots.values())
    for key in around:
        for seed in range(400):
            said = setting.phrases.say(key, {}, Random(seed))
            assert not [skill.name for skill in setting.skills.values() if skill.recogniser.search(said)], said
            assert not [slot.name for slot in slots if slot.find(said) is not None], said


def _task(skill, **known):
    from domain.goal import Task

    return Task(skill=skill, known=known)


def _converse(mind, messages):
    """What the assistant calls while the user says these things."""
    from domain.conversation import Conversation, Speak, decide, replay
    from domain.policy import Memory

    state, memory, called = Conversation(WORLD), Memory(), []

    def happen(events):
        nonlocal state
        for event in events:
            state = replay(state, [event])
            memory.observe(event)
            if visible(event, ASSISTANT):
                mind.observe(event)

    from domain.conversation import CallTools, RunTool

    for message in messages:
        happen(decide(state, Speak(USER, message), SETTING.environment, memory))
        while isinstance(reply := think(mind), UseTools):
            called += [(call.tool, dict(call.arguments)) for call in reply.calls]
            happen(decide(state, CallTools(ASSISTANT, reply.calls), SETTING.environment, memory))
            happen(decide(state, RunTool(), SETTING.environment, memory))
            assert isinstance(state.history[-1], ToolAnswered)
        happen(decide(state, Speak(ASSISTANT, reply.content, reply.reasoning), SETTING.environment, memory))
    return called


def test_hold_is_the_same_twice():
    """The same seed holds the same conversation."""
    goal, user = draw_goal(WORLD, Random(5)), draw_persona(Random(5))
    one, other = (rehearse(SETTING, WORLD, goal, user, 5).held for _ in range(2))
    assert list(one.history) == list(other.history)
