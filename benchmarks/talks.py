"""Conversations of any length whose minds cost next to nothing: each turn looks one thing up, changes one, and says so."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from actors.conversation import ConversationActor
from actors.mind import Mind, Reply, Say, UseTools
from actors.plan import Place, prepare
from domain.agents import ASSISTANT, USER
from domain.conversation import Wanted
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, Limits, Usage, UserSpoke
from events.log import WritableLog
from events.subagents import SubagentStarted
from events.tools import ToolCalled
from scenarios.load import load

_CITIES = (("Madison", "WI", "53703"), ("Denver", "CO", "80202"))
_ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


class Talk(NamedTuple):
    """What is said and done in one setting."""

    place: Place
    opening: tuple[Reply, ...]
    """The assistant's steps of the first turn: find out who it is talking to."""
    turn: Callable[[int], tuple[Reply, ...]]
    """Its steps of each later turn, by number."""
    worker: Callable[[int], tuple[Reply, ...]]
    """The steps of the sub-agent that works in a turn."""


class Scripted:
    """A mind that does what its script says; it counts its own steps, and names its calls as language models do."""

    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(self, agent: str, script: Callable[[int], Reply]) -> None:
        self.model, self._agent, self._script = "scripted", agent, script
        self._steps = 0

    def observe(self, event: Event) -> None:
        """Count what it did itself: one call, or one sentence, is a step."""
        if isinstance(event, UserSpoke | AssistantSpoke | ToolCalled) and event.agent == self._agent:
            self._steps += 1

    async def reply(self) -> Reply:
        """The next step."""
        return self._script(self._steps)


def retail() -> Talk:
    """An order is looked up and sent to another address, and the next time back again: the world never grows."""
    place = prepare(load("retail"), 1, None)
    order_id, order = next((key, row) for key, row in place.world.rows("orders") if row["status"] == "pending")
    owner = place.world.row("users", order["user_id"])
    assert owner is not None

    def turn(number: int) -> tuple[Reply, ...]:
        city, state, zip_code = _CITIES[number % 2]
        address = dict(zip(_ADDRESS, ("12 Alder Way", "Suite 204", city, state, "USA", zip_code), strict=True))
        return (
            _call(2 * number, "get_order_details", order_id=order_id),
            _call(2 * number + 1, "modify_pending_order_address", order_id=order_id, **address),
            Say(f"Your order {order_id} goes to 12 Alder Way, Suite 204 in {city} now.", reasoning="It has been changed."),
        )

    opening = (_call(0, "find_user_id_by_email", email=owner["email"]), Say("Hello! What can I do for you?"))
    return Talk(place, opening, turn, lambda _: ())


def supply_chain() -> Talk:
    """A sub-agent looks an order up, and a ticket is opened: the world grows by a row a turn."""
    place = prepare(load("supply_chain"), 1, None)
    contact_id, contact = next((key, row) for key, row in place.world.rows("contacts") if row["role"] == "customer")
    order_id = next(key for key, row in place.world.rows("orders") if row["company_id"] == contact["company_id"])

    def turn(number: int) -> tuple[Reply, ...]:
        about = f"case {number:06d}"
        return (
            _call(2 * number, "inventory", request=f"Please look order {order_id} up."),
            _call(2 * number + 1, "escalate_to_person", contact_id=contact_id, area="inventory", about=about),
            Say(f"A colleague will call you back about {about}.", reasoning="The ticket is open."),
        )

    def worker(number: int) -> tuple[Reply, ...]:
        return _call(number, "get_order", order_id=order_id), Say(f"Order {order_id} is there.")

    opening = (_call(0, "verify_contact", contact_id=contact_id, access_code=contact["access_code"]), Say("Hello! What can I do for you?"))
    return Talk(place, opening, turn, worker)


TALKS: Mapping[str, Callable[[], Talk]] = {"retail": retail, "supply_chain": supply_chain}


def actor(talk: Talk, stream: str, store: WritableLog, turns: int) -> ConversationActor:
    """A conversation of so many turns after the opening."""
    setting = talk.place.setting
    limits = Limits(turns=turns + 2, tool_calls=8 * turns + 8)
    named = dict.fromkeys(("world", "scenario", "policy", "toolset", "persona", "goal"), "0" * 64)
    started = ConversationStarted(
        run="run-1", setting=setting.name, index=0, seed=1, models={}, clock=setting.clock, limits=limits, **named
    )
    return ConversationActor(stream, store, started, talk.place.base, setting.environment, _minds(talk, turns), lambda: 1763700000.125)


def _minds(talk: Talk, turns: int) -> Callable[[str, SubagentStarted | None], Mind]:
    begun = len(talk.opening)
    each = len(talk.turn(0))

    def user(step: int) -> Reply:
        if step == 0:
            return Say("Hello, it is me.")
        return Say("Yes, go ahead, please.") if step <= turns else Say("Thanks, that is all.", done="user-done")

    def assistant(step: int) -> Reply:
        if step < begun:
            return talk.opening[step]
        number, place = divmod(step - begun, each)
        return talk.turn(number)[place]

    def mind(path: str, _begun: SubagentStarted | None) -> Mind:
        if path in (USER, ASSISTANT):
            return Scripted(path, {USER: user, ASSISTANT: assistant}[path])
        number = int(path.partition("#")[2] or 1) - 1
        return Scripted(path, talk.worker(number).__getitem__)

    return mind


def _call(number: int, tool: str, **arguments: Any) -> UseTools:
    return UseTools((Wanted(tool, arguments, f"call_{tool[:3]}{number:08d}"),), reasoning="This is what was asked for.")
