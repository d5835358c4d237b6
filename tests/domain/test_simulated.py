"""Simulated tools: what is proposed becomes a fact only where it agrees with the world."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest

from domain.checks import check
from domain.convention import ByConvention
from domain.conversation import CallTools, Conversation, Propose, RunTool, Wanted, decide, replay
from domain.errors import OutOfOrder
from domain.outcome import Environment, asked_of, needs_proposal, objections_to
from domain.policy import Memory, Policy, remember
from domain.simulated import Asked, Denial, Earlier, Proposal, SimulatedTool
from domain.tools import Toolset
from domain.world import World
from events.conversation import ModelReplied
from events.tools import Change, ProposalRejected, ToolAnswered, ToolFaulted, ToolRefused
from tests.parcels import POLICY, SCHEMA, base, begun

TEXT = {"type": "string"}
ROW = {"return_id": "R-1", "customer_id": "C-1", "status": "open", "amount": 25, "tags": ["fragile", "gift"]}
VIA = ModelReplied(agent="tools", model="m")


def simulated(name: str, /, *, writes: bool = False, output: Mapping[str, Any] | None = None, **parameters: Any) -> SimulatedTool:
    """A tool for parcels that is a specification."""
    shape = {"type": "object", "properties": parameters, "required": list(parameters)}
    spec = {"type": "function", "function": {"name": name, "description": "A tool.", "parameters": shape}}
    output = output or {"type": "object"}
    return SimulatedTool(spec, output, writes, ByConvention(name, writes, spec, output, SCHEMA))


SHOWN = {"type": "object", "properties": {"status": TEXT}, "required": ["status"]}
FIND = simulated("find_return", return_id=TEXT, output=SHOWN)
CANCEL = simulated("cancel_return", return_id=TEXT, writes=True)
OPEN = simulated("open_return", customer_id=TEXT, amount={"type": "number"}, writes=True)
CANCELLED = Change(table="returns", key="R-1", field="status", before="open", after="cancelled")
ENVIRONMENT = Environment.of(Toolset([FIND, CANCEL, OPEN]), Policy(""), SCHEMA)


def asked(tool: SimulatedTool, earlier: Sequence[Earlier] = (), **arguments: Any) -> Asked:
    """A call on the world as it begins."""
    return Asked(tool, "assistant", "c1", arguments, World(base()), SCHEMA, "2025-01-01T00:00:00+00:00", tuple(earlier))


def row(**fields: Any) -> dict[str, Any]:
    """Return R-1, otherwise."""
    return {**ROW, **fields}


def inserted(key: str = "R-9", **fields: Any) -> Change:
    """A new return."""
    return Change(table="returns", key=key, after={**ROW, "return_id": key, **fields})


def field(name: str, before: Any, after: Any, key: str = "R-1") -> Change:
    """A change of a return."""
    return Change(table="returns", key=key, field=name, before=before, after=after)


SOUND = [
    (asked(FIND, return_id="R-1"), Proposal(ROW)),
    (asked(FIND, return_id="R-1"), Proposal({"return_id": "R-1", "status": "open", "amount": 25.0})),
    (asked(FIND, return_id="R-7"), Proposal(denial=Denial("not-found", "There is no R-7."))),
    (asked(FIND, [Earlier("c0", ROW, False, ())], return_id="R-1"), Proposal(ROW)),
    (asked(FIND, [Earlier("c0", {"status": "x"}, False, (CANCELLED,))], return_id="R-1"), Proposal(ROW)),
    (asked(CANCEL, return_id="R-1"), Proposal({"return_id": "R-1", "status": "cancelled"}, (CANCELLED,))),
    (asked(CANCEL, return_id="R-2"), Proposal(denial=Denial("collected", "Return R-2 is collected."))),
    (asked(OPEN, customer_id="C-2", amount=3), Proposal({"return_id": "R-9"}, (inserted(customer_id="C-2", amount=3),))),
]
UNSOUND = [
    ("unreadable", asked(FIND, return_id="R-1"), Proposal({"status": {1, "x"}})),
    ("unreadable", asked(FIND, return_id="R-1"), Proposal({"status": "open", "share": float("nan")})),
    ("unreadable", asked(FIND, return_id="R-1"), Proposal(denial=Denial("policy:look-first", "No."))),
    ("output-schema", asked(FIND, return_id="R-1"), Proposal({"return_id": "R-1"})),
    ("output-schema", asked(FIND, return_id="R-1"), Proposal("open")),
    ("read-only", asked(FIND, return_id="R-1"), Proposal(row(status="cancelled"), (CANCELLED,))),
    ("refused-with-effect", asked(CANCEL, return_id="R-1"), Proposal(None, (CANCELLED,), Denial("closed", "We are closed."))),
    ("denies-existing", asked(FIND, return_id="R-1"), Proposal(denial=Denial("not-found", "There is no R-1."))),
    ("unknown-table", asked(CANCEL, return_id="R-1"), Proposal("done", (Change(table="log", key="1", after={}),))),
    ("false-before", asked(CANCEL, return_id="R-1"), Proposal("done", (field("status", "collected", "cancelled"),))),
    ("false-before", asked(CANCEL, return_id="R-1"), Proposal("done", (field("status", "open", "cancelled", key="R-8"),))),
    ("false-before", asked(CANCEL, return_id="R-1"), Proposal("done", (Change(table="returns", key="R-1", after=row(amount=0)),))),
    ("false-before", asked(CANCEL, return_id="R-1"), Proposal("done", (field("note", None, "x"),))),
    ("changes-nothing", asked(CANCEL, return_id="R-1"), Proposal("done", (field("amount", 25, 25),))),
    ("changes-nothing", asked(CANCEL, return_id="R-1"), Proposal("done", (CANCELLED, CANCELLED))),
    ("row-schema", asked(CANCEL, return_id="R-1"), Proposal("done", (field("status", "open", "lost"),))),
    ("row-key", asked(CANCEL, return_id="R-1"), Proposal("done", (field("return_id", "R-1", "R-5"),))),
    ("reference", asked(OPEN, customer_id="C-2", amount=3), Proposal("done", (inserted(customer_id="C-9"),))),
    ("invariant", asked(CANCEL, return_id="R-1"), Proposal("done", (field("amount", 25, -1),))),
    ("unrelated-change", asked(CANCEL, return_id="R-1"), Proposal("done", (CANCELLED, field("amount", 0, 5, key="R-3")))),
    ("contradicts-world", asked(FIND, return_id="R-1"), Proposal(row(status="collected"))),
    ("contradicts-world", asked(FIND, return_id="R-1"), Proposal(row(tags=["gift"]))),
    ("contradicts-world", asked(CANCEL, return_id="R-1"), Proposal({"return_id": "R-1", "status": "cancelled"})),
    ("contradicts-world", asked(CANCEL, return_id="R-1"), Proposal({"return_id": "R-1", "status": "open"}, (CANCELLED,))),
    (
        "wrong-subject",
        asked(FIND, return_id="R-1"),
        Proposal({"return_id": "R-2", "status": "collected", "amount": 9.5}),
    ),
    ("unknown-identifier", asked(FIND, return_id="R-1"), Proposal(row(carrier_id="DHX"))),
    ("unknown-identifier", asked(OPEN, customer_id="C-2", amount=3), Proposal({"return_id": "R-8"}, (inserted(customer_id="C-2"),))),
    ("contradicts-earlier", asked(FIND, [Earlier("c0", row(late=2), False, ())], return_id="R-1"), Proposal(row(late=3))),
    ("contradicts-earlier", asked(FIND, [Earlier("c0", None, True, ())], return_id="R-1"), Proposal(ROW)),
]


@pytest.mark.parametrize(("call", "proposal"), SOUND, ids=range(len(SOUND)))
def test_what_agrees_with_the_world_passes(call: Asked, proposal: Proposal) -> None:
    """Nothing speaks against a proposal that is true."""
    assert check(proposal, call).objections == ()


@pytest.mark.parametrize(("code", "call", "proposal"), UNSOUND, ids=[f"{code}-{n}" for n, (code, _, _) in enumerate(UNSOUND)])
def test_every_code_is_given(code: str, call: Asked, proposal: Proposal) -> None:
    """What cannot be is named by its code."""
    assert code in {objection.code for objection in check(proposal, call).objections}


def waiting(tool: str, **arguments: Any) -> Conversation:
    """A conversation in which a call waits."""
    state = begun()
    return replay(state, decide(state, CallTools("assistant", [Wanted(tool, arguments)]), ENVIRONMENT, Memory()))


def propose(state: Conversation, proposal: Proposal) -> Conversation:
    """The conversation after a proposal for its first call."""
    return replay(state, decide(state, Propose(state.waiting[0].call_id, proposal, VIA), ENVIRONMENT, remember(state.history)))


def test_a_sound_proposal_is_the_answer() -> None:
    """Reply, effect and observation are one decision, and the world is what was proposed."""
    state = waiting("cancel_return", return_id="R-1")

    events = decide(state, Propose("c1", Proposal({"status": "cancelled"}, (CANCELLED,)), VIA), ENVIRONMENT, Memory())

    assert events[0] == VIA
    assert isinstance(events[1], ToolAnswered)
    after = replay(state, events)
    assert after.world.row("returns", "R-1")["status"] == "cancelled"  # type: ignore[index]
    assert events[1].world == after.world.digest


def test_a_rejected_proposal_changes_nothing_and_is_asked_again() -> None:
    """It is recorded with its reasons, the call still waits, and what was proposed stays out of the world."""
    state = waiting("cancel_return", return_id="R-1")

    after = propose(state, Proposal({"return_id": "R-1", "status": "collected"}, (CANCELLED,)))

    assert isinstance(after.history[-1], ProposalRejected)
    assert after.history[-1].objections[0].place == "observation.status"
    assert '"collected"' in after.history[-1].proposal
    assert after.world.digest == state.world.digest
    assert after.waiting == state.waiting
    assert after.next() == state.next()
    assert objections_to(after, "c1") == [after.history[-1].objections]


def test_three_rejected_proposals_are_a_fault() -> None:
    """Nobody is asked for ever; nothing has changed."""
    state = waiting("cancel_return", return_id="R-1")
    for _ in range(3):
        state = propose(state, Proposal(float("inf")))

    assert isinstance(state.history[-1], ToolFaulted)
    assert state.history[-1].kind == "simulation"
    assert not state.waiting
    assert state.world.digest == begun().world.digest


def test_a_tool_may_decline() -> None:
    """A refusal that is true is one, and counts as the answer to the same call from then on."""
    state = propose(waiting("find_return", return_id="R-7"), Proposal(denial=Denial("not-found", "There is no R-7.")))

    assert isinstance(state.history[-1], ToolRefused)
    again = replay(state, decide(state, CallTools("assistant", [Wanted("find_return", {"return_id": "R-7"})]), ENVIRONMENT, Memory()))
    earlier = asked_of(again, again.waiting[0], ENVIRONMENT).earlier
    assert [one.refused for one in earlier] == [True]


def test_a_simulated_tool_is_not_run() -> None:
    """Without a proposal its call has no outcome; arguments that do not fit need none."""
    state = waiting("find_return", return_id="R-1")
    assert needs_proposal(state, state.waiting[0], ENVIRONMENT, Memory())
    with pytest.raises(OutOfOrder, match="c1 waits for a proposal"):
        decide(state, RunTool(), ENVIRONMENT, Memory())

    wrong = waiting("find_return")
    assert not needs_proposal(wrong, wrong.waiting[0], ENVIRONMENT, Memory())
    assert isinstance(decide(wrong, RunTool(), ENVIRONMENT, Memory())[0], ToolRefused)


def test_policy_guards_simulated_tools() -> None:
    """A rule that is broken refuses the call before any model is asked."""
    guarded = Environment.of(Toolset([CANCEL]), POLICY, SCHEMA)
    state = waiting("cancel_return", return_id="R-1")

    assert not needs_proposal(state, state.waiting[0], guarded, Memory())


@pytest.mark.parametrize(("_", "proposal"), SOUND, ids=range(len(SOUND)))
def test_a_proposal_is_read_from_what_a_model_writes(_: Asked, proposal: Proposal) -> None:
    """Its document, as JSON, is the proposal again."""
    assert Proposal.of_text(orjson.dumps(proposal.document()).decode()).document() == proposal.document()


@pytest.mark.parametrize(
    "text",
    ["", "I cancelled it.", "[]", "7", '"refused"', '{"changes": []}', '{"observation": 1, "changes": [{"table": 3}]}', '{"observation":'],
)
def test_what_is_no_proposal_is_rejected_as_such(text: str) -> None:
    """It is unreadable, whatever it is; the record keeps what was written."""
    proposal = Proposal.of_text(text)

    assert [objection.code for objection in check(proposal, asked(FIND, return_id="R-1")).objections] == ["unreadable"]
    assert proposal.document()["observation"] == text
