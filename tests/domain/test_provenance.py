"""Origins: every argument comes from what its agent was told or shown, or is said to come from nowhere."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.provenance.arithmetic import derive_number
from domain.provenance.known import Known
from domain.provenance.origins import CallOrigins, Origin, Origins
from domain.provenance.reckoning import Question
from events.conversation import AssistantSpoke, UserSpoke
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolRefused

POLICY = "Refunds over $200 need a supervisor. A bag weighs 23 kg at most."
ORDER = {
    "order_id": "#W1001",
    "user_id": "ina_lo_4415",
    "status": "delivered",
    "placed": "2026-03-02T10:00:00",
    "items": [
        {"item_id": "7001", "name": "lamp", "price": 24.5, "quantity": 2},
        {"item_id": "7002", "name": "desk fan", "price": 31.25, "quantity": 1},
    ],
}
OTHER = {"order_id": "#W2002", "user_id": "ina_lo_4415", "items": [{"item_id": "9001", "name": "rug", "price": 80.0}]}
SPEC = {
    "type": "function",
    "function": {
        "name": "act",
        "parameters": {
            "type": "object",
            "properties": {
                "cabin": {"type": "string", "enum": ["economy", "business"]},
                "reason": {"type": "string", "description": "Either 'no longer needed' or 'ordered by mistake'; e.g. order '#W0000000'."},
            },
        },
    },
}


class Talk:
    """A conversation that is told line by line."""

    def __init__(self, names: Mapping[str, Any] | None = None) -> None:
        self._origins = Origins("2026-03-09T09:00:00+00:00", names)
        self._origins.brief("assistant", POLICY, [SPEC])
        self._position = 0
        self._calls = 0

    def _next(self) -> int:
        self._position += 1
        return self._position

    def user(self, text: str) -> "Talk":
        self._origins.observe(self._next(), UserSpoke(agent="user", content=text))
        return self

    def assistant(self, text: str) -> "Talk":
        self._origins.observe(self._next(), AssistantSpoke(agent="assistant", content=text))
        return self

    def delegate(self, request: str) -> "Talk":
        begun = SubagentStarted(agent="assistant/desk", call_id="c0", request=request, prompt="p", toolset="t", model="m")
        self._origins.observe(self._next(), begun)
        return self

    def call(self, agent: str = "assistant", **arguments: Any) -> CallOrigins:
        self._calls += 1
        called = ToolCalled(agent=agent, call_id=f"c{self._calls}", tool="act", arguments=arguments)
        found = self._origins.observe(self._next(), called)
        assert found is not None
        return found

    def shown(self, observation: Any, agent: str = "assistant") -> "Talk":
        self._origins.observe(self._next(), ToolAnswered(agent=agent, call_id=f"c{self._calls}", observation=observation))
        return self

    def refused(self, reason: str) -> "Talk":
        refusal = ToolRefused(agent="assistant", call_id=f"c{self._calls}", code="no", reason=reason)
        self._origins.observe(self._next(), refusal)
        return self

    def of(self, value: Any, name: str = "value", agent: str = "assistant", **beside: Any) -> Origin:
        """The origin of one argument."""
        return next(origin for origin in self.call(agent, **beside, **{name: value}).origins if origin.path.startswith(f"/{name}"))


def looked_up(*observations: Any) -> Talk:
    """A user who named an order, and what was shown since."""
    talk = Talk().user("Hi, I'm Ina Lo, zip 19122. It's about order #W1001, and my e-mail is Ina.Lo@example.com.")
    for observation in observations:
        talk.call(order_id="#W1001")
        talk.shown(observation)
    return talk


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("#W1001", "user"),
        ("ina.lo@example.com", "user"),
        ("19122", "user"),
        (19122, "user"),
        ("ina_lo_4415", "observation"),
        ("7002", "observation"),
        (31.25, "observation"),
        ("desk fan", "observation"),
        (200, "instructions"),
        (True, "declared"),
        (None, "declared"),
    ],
)
def test_what_was_said_or_shown_grounds(value: Any, kind: str) -> None:
    """Whole values, numbers and codes, in texts and in observations, with the event that they come from."""
    origin = looked_up(ORDER).of(value)

    assert origin.kind == kind
    assert bool(origin.sources) == (kind != "declared")


def test_the_place_is_named() -> None:
    """A span of what was said, a JSON pointer into what was shown."""
    talk = looked_up(ORDER)

    said, shown = talk.of("#W1001").sources[0], talk.of("7002").sources[0]

    assert (said.event, said.where) == (1, "44:50")
    assert (shown.event, shown.where) == (3, "/items/1/item_id")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("W-1001", "format"),
        ("ina lo 4415", "format"),
        ("2026-03-02", "date"),
        ("2026-03-10", "date"),
        (55.75, "sum"),
        (6.75, "difference"),
        (49.0, "product"),
        ("24.50 * 2", "expression"),
        ("Ina lamp", "pieces"),
        ("Ina Lo asks for a refund of $31.25 on #W1001, which is above what I may give.", "text"),
    ],
)
def test_what_follows_is_derived(value: Any, rule: str) -> None:
    """Other formats, dates, arithmetic over what stands together, texts of which every value is known."""
    talk = looked_up(ORDER).user("Tomorrow would be fine.")

    origin = talk.of(value)

    assert (origin.kind, origin.rule) == ("derived", rule)
    assert origin.sources


@pytest.mark.parametrize(
    "value", ["#W1002", "ina_lo_4416", "7003", 31.26, 55.76, "2026-03-11", "19123", "ina.loe@example.com", "card_4242", "24.50 * 7"]
)
def test_what_nobody_said_or_showed_is_ungrounded(value: Any) -> None:
    """Swapped codes, near misses, invented dates."""
    talk = looked_up(ORDER).user("Tomorrow would be fine.")

    assert talk.of(value).kind == "ungrounded"


def test_a_text_says_what_is_unknown_in_it() -> None:
    """Codes and amounts of a summary, not its words."""
    origin = looked_up(ORDER).of("The customer wants $99.10 back for #W1001 and for #W7777, as soon as that can be.", "summary")

    assert origin.kind == "ungrounded"
    assert origin.rule == "99.10, #w7777"


def test_a_count_in_a_text_comes_from_somewhere_as_well() -> None:
    """Small whole numbers of a summary too, but no dates, times and numbers of entries."""
    talk = looked_up(ORDER)

    wrong = talk.of("The customer wants 17 desk fans back out of the 2 things in #W1001, as soon as that can be.", "summary")
    right = talk.of("1) On 2 March at 14:30 the customer bought 2 things. 2) They want both of #W1001 back.", "summary")

    assert (wrong.kind, wrong.rule) == ("ungrounded", "17")
    assert right.kind != "ungrounded", right.rule


def test_asking_about_an_invented_value_does_not_ground_it() -> None:
    """Neither the agent's own words, nor its own calls, nor an outcome that only repeats the argument."""
    talk = Talk().user("Where is my order?").assistant("Is it #W5555?").user("Could be.")

    assert talk.of("#W5555", "order_id").kind == "ungrounded"
    assert talk.refused("There is no order #W5555.").of("#W5555", "order_id").kind == "ungrounded"
    assert talk.shown({"order_id": "#W5555", "status": "unknown", "carrier": "DHL-77"}).of("#W5555", "order_id").kind == "ungrounded"
    assert talk.of("DHL-77").kind == "observation"


def test_a_row_of_somebody_else_is_told() -> None:
    """An item of another order was seen, but is none of the order that the call names."""
    talk = looked_up(ORDER, OTHER)

    wrong = talk.of(["9001"], "item_ids", order_id="#W1001")

    assert (wrong.kind, wrong.rule) == ("ungrounded", "it belongs to order_id #w2002")
    assert talk.of(["7001"], "item_ids", order_id="#W1001").kind == "observation"
    assert talk.of(["9001"], "new_item_ids", order_id="#W1001").kind == "observation"


def test_what_a_tool_offers_is_a_choice() -> None:
    """Its enum and the alternatives that its description quotes, but no example codes."""
    talk = Talk().user("Please cancel it.")

    assert talk.of("business", "cabin").kind == "declared"
    assert talk.of("ordered by mistake", "reason").kind == "declared"
    assert talk.of("#W0000000", "reason").kind == "ungrounded"


def test_a_code_may_be_called_by_its_name() -> None:
    """As the setting says."""
    talk = Talk({"SEA": ("Seattle",), "SFO": ("San Francisco",)}).user("To Seattle, please.")

    assert (talk.of("SEA").kind, talk.of("SEA").rule) == ("derived", "name")
    assert talk.of("SFO").kind == "ungrounded"


def test_a_subagent_knows_its_request_only() -> None:
    """What its parent knows and did not tell grounds nothing for it; and its own look-ups do not ground its parent's calls."""
    talk = looked_up(ORDER).delegate("Look into order #W1001.")

    assert talk.of("#W1001", agent="assistant/desk").kind == "request"
    assert talk.of("ina_lo_4415", agent="assistant/desk").kind == "ungrounded"
    talk.shown({"carrier": "DHL-77"}, agent="assistant/desk")
    assert talk.of("DHL-77", agent="assistant/desk").kind == "observation"
    assert talk.of("DHL-77").kind == "ungrounded"


def test_every_leaf_has_an_origin() -> None:
    """Nested arguments are looked up leaf by leaf, under their JSON pointers."""
    call = looked_up(ORDER).call(order={"id": "#W1001", "lines": [{"item_id": "7001", "many": 2}, {"item_id": "8888", "many": 0}]})

    assert [(origin.path, origin.kind) for origin in call.origins] == [
        ("/order/id", "user"),
        ("/order/lines/0/item_id", "observation"),
        ("/order/lines/0/many", "observation"),
        ("/order/lines/1/item_id", "ungrounded"),
        ("/order/lines/1/many", "declared"),
    ]


def test_where_a_thing_is_sent_is_no_owner_of_it() -> None:
    """Who was never shown with anything of the kind is no other owner; who was, is."""
    known = Known()
    known.show(1, {"shipment_id": "SH-404", "site_id": "si-1"})
    known.show(2, {"site_id": "si-2", "city": "Oslo"})
    assert known.foreign("SH-404", "site_id", "si-2") is None
    known.show(3, {"shipment_id": "SH-505", "site_id": "si-2"})
    assert known.foreign("SH-404", "site_id", "si-2") == "si-1"


def test_a_percentage_that_was_told_of_a_number_that_was_shown() -> None:
    """Rounded for cents; of no other percentage."""
    known = Known()
    known.tell("instructions", 0, "A late delivery earns 5 percent of the total, at most EUR 500.")
    known.show(1, {"total_cents": 959790})
    assert derive_number(47988, Question(known)) is None
    known.show(2, {"total_cents": 959760})
    derived = derive_number(47988, Question(known))
    assert derived is not None
    assert (derived.rule, [source.event for source in derived.sources]) == ("percentage", [2, 0])
    assert derive_number(52787, Question(known)) is None


def booked(*said: str) -> Talk:
    """A flight was shown, and these things were said."""
    talk = Talk()
    for text in said:
        talk.user(text)
    talk.call(flight="HAT001")
    return talk.shown({"flight_number": "HAT001", "departs": "2026-05-20", "seats": 37, "prices": {"economy": 120.0, "business": 340.0}})


@pytest.mark.parametrize(
    ("said", "day", "kind"),
    [
        ("Make it the day after, please.", "2026-05-21", "derived"),
        ("Two weeks later would be better.", "2026-06-03", "derived"),
        ("Two weeks later would be better.", "2026-05-06", "ungrounded"),
        ("I need it 3 business days earlier.", "2026-05-17", "derived"),
        ("Have a nice day!", "2026-05-21", "ungrounded"),
        ("It has been a bad week.", "2026-05-27", "ungrounded"),
        ("Two weeks later would be better.", "9999-12-31", "ungrounded"),
    ],
)
def test_a_day_is_moved_by_what_was_said(said: str, day: str, kind: str) -> None:
    """By a duration or a neighbouring day, in the direction that was named; small talk moves nothing."""
    assert booked(said).of(day, "date", flight="HAT001").kind == kind


def test_a_date_does_not_vouch_for_what_stands_behind_it() -> None:
    """The rest of a text is looked up as well."""
    talk = booked("On 20 May 2026.")

    assert talk.of("2026-05-20T10:00:00").kind != "ungrounded"
    assert talk.of("2026-05-20 refund 99999 to W999").kind == "ungrounded"


def test_a_number_that_is_shown_of_something_else_is_no_amount() -> None:
    """In a row that the call does not name; in one that it does, a price may be what is paid."""
    talk = booked("Book it.").shown({"order_id": "#W1001", "total": 512.0})

    assert talk.of(512, "amount", flight_number="HAT001").kind == "ungrounded"
    assert talk.of(120, "amount", flight_number="HAT001").kind == "observation"
    assert talk.of(240, "amount", flight_number="HAT001", passengers=["Ada", "Bob"]).rule == "product"
    assert talk.of(241, "amount", flight_number="HAT001", passengers=["Ada", "Bob"]).kind == "ungrounded"


def test_numbers_that_are_too_long_are_none() -> None:
    """They neither stop what reads them nor ground anything."""
    talk = booked(f"My number is {'9' * 400}.")

    assert talk.of(f"{'8' * 400} + 1", "expression").kind == "ungrounded"


def test_what_an_outcome_repeats_is_cut_as_a_whole_word() -> None:
    """So that no part of another code is left."""
    known = Known()
    known.tell("observation", 1, "There is no w10 here, and no w1.", but={"w1", "w10"})

    assert known.find("w10") is None
    assert known.find("0") is None


def test_several_of_what_a_code_names_name_it() -> None:
    """As people write them."""
    talk = Talk().user("I'd like some PL-820s, and PL-844's price.")

    assert [talk.of(code, "product_id").kind for code in ("PL-820", "PL-844", "PL-82")] == ["user", "user", "ungrounded"]
