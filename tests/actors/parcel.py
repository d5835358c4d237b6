"""A tiny setting for tests of the offline models: parcels that people sent, and what can still be done about them."""

from random import Random
from typing import Any

import yaml

from domain.errors import Refusal
from domain.goal import Action, Goal, Task
from domain.grammar import Grammar
from domain.policy import Policy, Rule
from domain.schema import Schema, Table
from domain.setting import Setting
from domain.skill import LookupRefused, Script, Skill, Slot
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import World
from events.conversation import Limits
from scenarios.load import HERE

STATUSES = ("waiting", "waiting", "waiting", "collected")
TEXT: dict[str, Any] = {"type": "string"}


@tool
def find_sender(world: Transaction, email: str) -> str:
    """
    Find a sender.

    Args:
        email: Of the sender.
    """
    for key, row in world.rows("senders"):
        if row["email"] == email.lower():
            return key
    raise Refusal("not-found", "No sender has this email.")


@tool
def show_parcel(world: Transaction, parcel_id: str) -> dict[str, Any]:
    """
    Show a parcel.

    Args:
        parcel_id: Such as P-1001.
    """
    return dict(world.get("parcels", parcel_id))


@tool(writes=True)
def stop_parcel(world: Transaction, parcel_id: str, reason: str) -> dict[str, Any]:
    """
    Stop a parcel that waits.

    Args:
        parcel_id: Such as P-1001.
        reason: Why.
    """
    world.update("parcels", parcel_id, status="stopped", reason=reason)
    return dict(world.get("parcels", parcel_id))


@tool(writes=True)
def redirect_parcel(world: Transaction, parcel_id: str, city: str) -> dict[str, Any]:
    """
    Send a waiting parcel to another city.

    Args:
        parcel_id: Such as P-1001.
        city: Where to.
    """
    world.update("parcels", parcel_id, city=city)
    return dict(world.get("parcels", parcel_id))


CONFIRMED = Rule("confirm-first", "The user must have agreed to what is changed.", lambda memory, _call, _world: memory.confirmed)


def authenticate(s: Script) -> Any:
    try:
        return s.look("find_sender", email=s.need("email"))
    except LookupRefused:
        s.ask_again("email", "email.not_found")


def _parcel(s: Script) -> Any:
    try:
        return s.look("show_parcel", parcel_id=s.need("parcel_id"))
    except LookupRefused:
        s.ask_again("parcel_id", "parcel.not_found")


def _where(s: Script) -> Any:
    parcel = _parcel(s)
    s.tell("where.told", parcel_id=parcel["id"], status=parcel["status"], city=parcel["city"])


def _stop(s: Script) -> Any:
    parcel = _parcel(s)
    if parcel["status"] != "waiting":
        s.decline("stop.too_late", parcel_id=parcel["id"], status=parcel["status"])
    reason = s.need("reason")
    s.confirm("stop.confirm", parcel_id=parcel["id"], reason=reason)
    s.act("stop_parcel", parcel_id=parcel["id"], reason=reason)
    s.tell("stop.done", parcel_id=parcel["id"])


def _redirect(s: Script) -> Any:
    parcel = _parcel(s)
    if parcel["status"] != "waiting":
        s.decline("stop.too_late", parcel_id=parcel["id"], status=parcel["status"])
    city = s.need("city")
    s.confirm("redirect.confirm", parcel_id=parcel["id"], city=city)
    s.act("redirect_parcel", parcel_id=parcel["id"], city=city)
    s.tell("redirect.done", parcel_id=parcel["id"], city=city)


CITIES = ("Bergen", "Lyon", "Graz", "Turku", "Cork")
SLOTS = (
    Slot("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", r"e-?mail", clean=lambda text: text.rstrip(".").lower()),
    Slot("parcel_id", r"\bP-(\d{4})\b", r"parcel (?:id|number)|which parcel", answer=r"\b(\d{4})\b", clean=lambda text: f"P-{text}"),
    Slot("reason", r"\b(wrong address|not needed|too late)\b", r"\breason|why", clean=str.lower),
    Slot("city", rf"\b({'|'.join(CITIES)})\b", r"\bcity|where (?:should|to)", clean=str.title),
)
SKILLS = (
    Skill("where_parcel", r"where(?:'s| is)|locate|track", _where, ("parcel_id",)),
    Skill("stop_parcel", r"\b(?:stop|halt)\b", _stop, ("parcel_id", "reason")),
    Skill("redirect_parcel", r"\b(?:redirect|reroute|somewhere else)\b", _redirect, ("parcel_id", "city")),
)
PHRASES = {
    "request.where_parcel": ["Where is my parcel?", "Please locate parcel {parcel_id}.", "Where is parcel {parcel_id}, please track it"],
    "request.stop_parcel": [
        "I want to stop a parcel.",
        "Please stop parcel {parcel_id}, it's {reason}.",
        "Can you stop {parcel_id}?",
        "A parcel of mine has to be stopped, please halt it",
    ],
    "request.redirect_parcel": [
        "I'd like to redirect a parcel",
        "Please reroute {parcel_id} to {city}.",
        "My parcel {parcel_id} should go somewhere else.",
    ],
    "tell.email": ["My email is {email}.", "{email}"],
    "tell.parcel_id": ["The number is {parcel_id}.", "{parcel_id}"],
    "tell.reason": ["It's {reason}."],
    "tell.city": ["To {city}, please."],
    "ask.email": ["Could you tell me the email address of your account?", "What's your email?"],
    "ask.parcel_id": ["Which parcel is it?", "Please give me the parcel number."],
    "ask.reason": ["What is the reason: wrong address, not needed, or too late?"],
    "ask.city": ["Which city should it go to?"],
    "email.not_found": ["I can't find that email. Could you check your email address?"],
    "parcel.not_found": ["I can't find that one. Could you check the parcel number?"],
    "where.told": ["Parcel {parcel_id} is {status}; its destination is {city}."],
    "stop.too_late": ["I'm sorry, parcel {parcel_id} is {status} already, so I can't touch it."],
    "stop.confirm": ["I would stop parcel {parcel_id}; the reason is '{reason}'."],
    "stop.done": ["Parcel {parcel_id} has been stopped."],
    "redirect.confirm": ["I would send parcel {parcel_id} to {city}."],
    "redirect.done": ["Parcel {parcel_id} now goes to {city}."],
}
SCHEMA = Schema(
    {
        "senders": Table("id", {"id": TEXT, "email": TEXT}),
        "parcels": Table(
            "id",
            {"id": TEXT, "sender": TEXT, "status": TEXT, "city": TEXT, "reason": TEXT},
            optional=frozenset({"reason"}),
            references={"sender": "senders"},
        ),
    }
)


def draw_world(rng: Random) -> dict[str, Any]:
    senders = {f"S-{n}": {"id": f"S-{n}", "email": f"{name}@mail.example"} for n, name in enumerate(("ada", "ben", "cleo", "dev"), 1)}
    parcels = {
        f"P-{n}": {"id": f"P-{n}", "sender": f"S-{n % 4 + 1}", "status": rng.choice(STATUSES), "city": rng.choice(CITIES)}
        for n in range(1001, 1041)
    }
    return {"senders": senders, "parcels": parcels}


def draw_goal(world: World, rng: Random) -> Goal:
    sender, row = rng.choice(list(world.rows("senders")))
    own = [key for key, parcel in world.rows("parcels") if parcel["sender"] == sender]
    tasks, actions = [], []
    for parcel in rng.sample(own, rng.choice((1, 1, 2))):
        waits = world.row("parcels", parcel)["status"] == "waiting"  # type: ignore[index]
        skill = rng.choice(SKILLS).name
        known = {"parcel_id": parcel}
        if skill == "stop_parcel":
            known["reason"] = rng.choice(("wrong address", "not needed", "too late"))
        if skill == "redirect_parcel":
            known["city"] = rng.choice(CITIES)
        tasks.append(Task(skill=skill, known=known))
        if waits and skill != "where_parcel":
            actions.append(Action(tool=skill, arguments=dict(known)))
    return Goal(id=f"parcel-{sender}", instruction="", identity={"email": row["email"]}, tasks=tuple(tasks), actions=tuple(actions))


TOOLSET = Toolset([find_sender, show_parcel, stop_parcel, redirect_parcel])
SETTING = Setting(
    name="parcel",
    summary="Parcels.",
    toolset=TOOLSET,
    policy=Policy("", (CONFIRMED,)),
    schema=SCHEMA,
    draw_world=draw_world,
    draw_goal=draw_goal,
    skills={skill.name: skill for skill in SKILLS},
    slots={slot.name: slot for slot in SLOTS},
    authenticate=authenticate,
    phrases=Grammar({**yaml.safe_load((HERE / "phrases.yaml").read_text("utf-8")), **PHRASES}),
    clock="2026-01-05T09:00:00+00:00",
    limits=Limits(),
)
