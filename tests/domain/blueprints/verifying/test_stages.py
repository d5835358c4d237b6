"""Stages of verification: each has nothing against a sound blueprint, and names what is wrong with another, and where."""

from dataclasses import replace

import pytest

from domain.blueprints.verifying.execution import execution
from domain.blueprints.verifying.format import malformed
from domain.blueprints.verifying.ground import stopped
from domain.blueprints.verifying.necessity import necessity
from domain.blueprints.verifying.policy import guarding, policy
from domain.blueprints.verifying.solvability import solvability
from domain.blueprints.verifying.uniqueness import uniqueness
from domain.goal import Check, Task
from domain.temporal import rules_of
from events.tools import Change
from scenarios.load import load
from tests.domain.blueprints.verifying.plans import CANCEL, FIND, PEN_BACK, SEE_FIRST, SEE_SECOND, TEXT, codes, look, plan
from tests.scenarios.supply_chain_desk import first, row, world

STAGES = (malformed, execution, policy, solvability, necessity, uniqueness)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_sound_blueprint_passes(stage) -> None:
    """No stage has anything against it."""
    assert stage(plan()) == []


def test_diff_names_what_the_path_changes() -> None:
    """Table, key and field of each."""
    assert set(plan().diff) >= {"orders.#W0000001.status", "orders.#W0000001.cancel_reason"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Use cancel_pending_order on #W0000001.", "tool-leaked"),
        ("calculate(expression='1+1') and cancel #W0000001.", "tool-leaked"),
        ("Your order_id is #W0000001.", "parameter-leaked"),
        ('{"name": "x"} for #W0000001', "syntax-leaked"),
        ("You want to cancel <order number>.", "placeholder"),
        ("  ", "empty"),
    ],
)
def test_what_no_user_would_be_told_is_named(text: str, code: str) -> None:
    """Names of tools and parameters, calls, placeholders, nothing at all; a tool whose name is a word may be said as one."""
    assert codes(malformed(plan(instruction=text)))[0] == (code, "instruction")
    assert malformed(plan(instruction="You want the desk to calculate what is left.")) == []


def test_what_the_setting_lacks_is_named() -> None:
    """Tools, arguments that do not fit, skills, rules, checks."""
    ground = plan(
        look("fly"),
        look("cancel_pending_order", order_id=7),
        policies=("be-kind",),
        checks=(Check(name="is_well"),),
    )
    found = codes(malformed(ground))
    assert ("unknown-tool", "actions.0") in found
    assert ("invalid-arguments", "actions.1") in found
    assert ("unknown-policy", "policies") in found
    assert ("unknown-check", "checks.0") in found


def test_names_keep_their_letters() -> None:
    """A tool's name begins a sentence as it is written."""
    (reason,) = malformed(plan(FIND, look("cancel_pending_order", order_id=7, reason="no longer needed")))
    assert reason.sentence.startswith("cancel_pending_order: ")


def test_of_what_belongs_elsewhere_nothing_else_is_said() -> None:
    """A blueprint of another world or setting has that one reason."""
    assert codes(malformed(plan(look("fly"), base=world().base))) == [("other-world", "world")]


def test_unknown_id_is_named_at_its_call() -> None:
    """What does not exist; a look-up may be refused with what the user tells, since that is planned."""
    wrong = look("cancel_pending_order", order_id="#W0000009", reason="no longer needed")
    assert codes(execution(plan(FIND, SEE_FIRST, wrong))) == [("unknown-id", "actions.2")]
    missed = look("find_user_id_by_email", email="mira@example.org")
    assert execution(plan(missed, FIND, SEE_FIRST, CANCEL, instruction=f"{TEXT} Or is it mira@example.org?")) == []
    assert codes(execution(plan(missed, FIND, SEE_FIRST, CANCEL))) == [("unknown-id", "actions.0")]


def test_reason_of_a_tool_ends_before_the_advice() -> None:
    """Whether or not the tool's own sentence has a stop."""
    (reason,) = execution(plan(look("get_order_details", order_id="#W0000009")))
    assert ". Name what exists" in reason.sentence
    assert (stopped("No"), stopped("No."), stopped("No!")) == ("No.", "No.", "No!")


def test_row_that_is_lost_as_it_begins_stops_the_path() -> None:
    """What is different at the start counts."""
    row = plan().start.row("orders", "#W0000001")
    ground = plan(setup=(Change(table="orders", key="#W0000001", before=row, after=None),))
    assert ("unknown-id", "actions.2") in codes(execution(ground))


def test_broken_rule_is_named() -> None:
    """By its id, at the call that breaks it; the rules that have a say are known."""
    assert codes(policy(plan(SEE_FIRST, CANCEL)))[0] == ("policy:authenticate-first", "actions.0")
    assert codes(policy(plan(FIND, CANCEL))) == [("policy:look-first", "actions.1")]
    assert "pending-only" in guarding(plan())


def test_rule_over_time_is_run_on_the_path() -> None:
    """Named as the setting's own are, at the call that breaks it; a path that keeps it passes."""
    never = {"id": "see-first", "sentence": "Look before you cancel.", "never": {"kind": "answered", "tool": "cancel_*"}}
    rules = rules_of([{**never, "before": {"kind": "answered", "tool": "get_user_details"}, "same": []}], "here")
    assert codes(policy(replace(plan(), rules=rules))) == [("policy:see-first", "actions.2")]
    seen = plan(FIND, look("get_user_details", user_id="mira_holt_1"), SEE_FIRST, CANCEL)
    assert policy(replace(seen, rules=rules)) == []


def test_calls_that_rule_each_other_out_are_a_pair() -> None:
    """Return and cancel of one order, which the same rules allow one at a time; not execution's, whose order it is."""
    ground = plan(FIND, SEE_FIRST, CANCEL, look("cancel_pending_order", order_id="#W0000001", reason="ordered by mistake"))
    assert execution(ground) == []
    assert codes(policy(ground)) == [("contradictory-pair", "actions.3")]
    more = plan(*ground.goal.actions, look("cancel_pending_order", order_id="#W0000001", reason="no longer needed"))
    assert execution(more) == []
    assert codes(policy(more)) == [("contradictory-pair", "actions.3"), ("policy:pending-only", "actions.4")]


def test_value_that_comes_from_nowhere_is_named() -> None:
    """At its argument; what a look-up would show is reachable, though the path does not make it."""
    elsewhere = look(
        "modify_user_address", user_id="mira_holt_1", address1="9 Elm", address2="", city="Reno", state="NV", country="USA", zip="89501"
    )
    found = codes(solvability(plan(FIND, elsewhere)))
    assert ("missing-value", "actions.1.address1") in found
    assert solvability(plan(FIND, look("get_user_details", user_id="mira_holt_1"), PEN_BACK)) == []


def test_key_that_only_the_path_makes_is_told_too_early() -> None:
    """Nobody can name the order that a split will make; the one that is split they can."""
    key = first("orders", status="open")
    line = row("orders", key)["lines"][0]
    split = look("split_order", order_id=key, product_id=line["product_id"], quantity=1)
    desk = plan(split, base=world().base, instruction=f"You want 1 unit of {line['product_id']} out of order {key}.")
    ground = replace(desk, setting=load("supply_chain"))
    assert "told-too-early" not in dict(codes(solvability(ground)))
    early = ground.saying(f"{ground.goal.instruction} Then you want {key}.2 cancelled.")
    assert ("told-too-early", "instruction") in codes(solvability(early))


def test_write_that_changes_nothing_is_superfluous() -> None:
    """And whoever does nothing must fail."""
    assert codes(necessity(plan(FIND, SEE_FIRST))) == [("does-nothing", "actions")]
    same = plan().start.row("users", "mira_holt_1")["address"]
    again = look("modify_user_address", user_id="mira_holt_1", **same)
    assert codes(necessity(plan(FIND, SEE_FIRST, CANCEL, again))) == [("superfluous", "actions.3")]


def test_other_row_that_fits_the_text_is_named() -> None:
    """One of two orders, told by neither id nor content; with more said, it is the one."""
    both = (FIND, SEE_SECOND, PEN_BACK)
    base = plan().base
    orders = dict(base.tables["orders"])
    orders["#W0000003"] = {**orders["#W0000002"], "order_id": "#W0000003"}
    twins = type(base)({**base.tables, "orders": orders}, base.sets)
    text = "You are Mira Holt. You want to return the fountain pen, refunded to your gift card."
    card = look("return_delivered_order_items", **{**PEN_BACK.arguments, "payment_method_id": "gift_card_1"})
    unclear = plan(FIND, SEE_SECOND, card, base=twins, instruction=text)
    assert ("ambiguous", "actions.2.order_id") in codes(uniqueness(unclear))
    best = plan(FIND, SEE_SECOND, card, base=twins, instruction=f"{text} It was the best pen, at least the latest.")
    assert ("ambiguous", "actions.2.order_id") in codes(uniqueness(best))
    latest = Task(skill="return_items", known={"items": "fountain pen", "order": "the latest one", "payment": "gift card 1"})
    assert uniqueness(plan(FIND, SEE_SECOND, card, base=twins, instruction=text, tasks=(latest,))) == []
    assert (
        uniqueness(plan(*both, base=twins, instruction=f"{text} It is in order #W0000002, and goes to your credit card, visa 1111.")) == []
    )


def test_order_that_matters_must_be_said() -> None:
    """Two changes of one thing are one plan where they are two requests in their order; no word elsewhere in the text makes them so."""
    streets = ("9 Elm", "8 Oak")
    places = [{"address1": street, "address2": "", "city": "Reno", "state": "NV", "country": "USA", "zip": "89501"} for street in streets]
    moves = [look("modify_pending_order_address", order_id="#W0000001", **place) for place in places]
    text = "You are Mira Holt. Order #W0000001 should go to 9 Elm, Reno, NV, USA, 89501, and to 8 Oak."
    assert codes(uniqueness(plan(FIND, SEE_FIRST, *moves, instruction=text))) == [("order-matters", "actions.3")]
    once = f"{text} You write once, before the next day is over, and then you are done."
    assert codes(uniqueness(plan(FIND, SEE_FIRST, *moves, instruction=once))) == [("order-matters", "actions.3")]
    tasks = tuple(Task(skill="modify_address", known={"order_id": "#W0000001", "address": street}) for street in streets)
    assert uniqueness(plan(FIND, SEE_FIRST, *moves, instruction=text, tasks=tasks)) == []
    turned = text.replace("9 Elm", "7 Ash").replace("8 Oak", "9 Elm").replace("7 Ash", "8 Oak")
    assert codes(uniqueness(plan(FIND, SEE_FIRST, *moves, instruction=turned, tasks=tasks))) == [("order-matters", "actions.3")]


def test_nothing_to_do_needs_something_to_tell() -> None:
    """Where nothing changes, outputs alone say what is right."""
    assert codes(uniqueness(plan(FIND, SEE_FIRST))) == [("no-outputs", "outputs")]
    assert uniqueness(plan(FIND, SEE_FIRST, outputs=("pending",))) == []
