"""Scripts pause for what they lack, and go on with what is on record."""

import pytest

from domain.skill import Ask, Confirm, LookupRefused, Pause, Record, Script, Skill, Slot, Tell, Use, UseAll


def step(script, record):
    """What a script asks for."""
    with pytest.raises(Pause) as pause:
        script(Script(record))
    return pause.value.step


def cancel(s):
    """As in the module's docstring."""
    order = s.look("show", order_id=s.need("order_id"))
    s.confirm("sure", order_id=order["id"])
    s.act("cancel", order_id=order["id"])
    s.tell("done")


def test_a_script_asks_looks_confirms_acts_and_tells_in_turn():
    """Each step is handed back at once when it is on record."""
    record = Record()
    assert step(cancel, record) == Ask("order_id", "ask.order_id", {})
    record.slots["order_id"] = "7"
    look = step(cancel, record)
    assert look == Use("show", {"order_id": "7"})
    record.answers[look.key] = {"id": "7"}
    confirm = step(cancel, record)
    assert confirm == Confirm("sure", {"order_id": "7"})
    record.confirmed.add(confirm.key)
    act = step(cancel, record)
    assert act.acts
    record.answers[act.key] = "ok"
    assert step(cancel, record) == Tell("done", {})


def test_a_yes_holds_for_the_values_that_it_was_given_to():
    """Other values need a yes of their own."""
    record = Record(slots={"order_id": "7"}, answers={Use("show", {"order_id": "7"}).key: {"id": "7"}})
    record.confirmed.add(Confirm("sure", {"order_id": "8"}).key)
    assert isinstance(step(cancel, record), Confirm)
    record.denied.add(Confirm("sure", {"order_id": "7"}).key)
    assert step(cancel, record).phrase == "confirm.dropped"


def test_a_refused_look_up_can_be_caught_again_and_again():
    """It is raised anew each time, so that nothing piles up."""
    record = Record(answers={Use("show", {}).key: LookupRefused("show", "not-found", "No.")})
    raised = []
    for _ in range(2):
        with pytest.raises(LookupRefused) as refused:
            Script(record).look("show")
        raised.append(refused.value)
    assert raised[0] is not raised[1]


def test_slots_are_found_strictly_first_and_loosely_when_asked():
    """The looser pattern counts only as an answer; the last value said wins."""
    slot = Slot("number", r"\bP-(\d+)", r"which parcel", answer=r"(\d+)")
    assert (slot.find("P-1, no, P-2 of 9"), slot.find("it's 9"), slot.find("it's 9", asked=True)) == ("2", None, "9")
    assert slot.all_in("P-1 and P-2") == ["1", "2"]
    assert slot.asked_in("Which parcel is it?")


@pytest.mark.parametrize("cues", [r"\bcancel\b", r"\bPO\b", r"\bCancel(?!\S)", r"(?-i:PO)\b", r"(?<!don't )cancel"])
@pytest.mark.parametrize("text", ["Please CANCEL it", "my po, cancel", "PO", "don't cancel", "İ cancel"])
def test_cues_are_found_as_when_ignoring_case(cues, text):
    """The fast way finds what the plain way finds."""
    skill = Skill("x", cues, cancel)
    match = skill.recogniser.search(text)
    assert skill.place(text, text.lower()) == (match.span() if match else None)


def test_several_look_ups_are_asked_for_at_once_and_answered_in_order():
    """What is missing is asked for together; once all is there, it comes in the order in which it was wanted."""

    def script(s):
        order, stock = s.look_all(("show", {"order_id": "7"}), ("count", {}))
        s.tell("told", order=order, stock=stock)

    record = Record()
    both = step(script, record)
    assert both == UseAll((Use("show", {"order_id": "7"}), Use("count", {})))
    record.answers[both.uses[1].key] = 3
    assert step(script, record) == Use("show", {"order_id": "7"})
    record.answers[both.uses[0].key] = {"id": "7"}
    assert step(script, record) == Tell("told", {"order": {"id": "7"}, "stock": 3})


def test_a_refusal_among_several_look_ups_is_raised():
    """A script may catch it as that of a single one."""
    uses = (Use("show", {}), Use("count", {}))
    record = Record(answers={uses[0].key: 1, uses[1].key: LookupRefused("count", "no", "No.")})

    with pytest.raises(LookupRefused, match="No"):
        Script(record).look_all(("show", {}), ("count", {}))
