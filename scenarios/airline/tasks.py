"""From tau2-bench's tasks to goals: what its gold calls do, or else what its text asks for, in the words of a user."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.goal import Action, Goal, Task
from domain.world import World
from scenarios.airline import terms, words
from scenarios.airline.skills import CUES, SLOTS
from scenarios.tau2 import instruction_of

_USER_ID = re.compile(next(slot.pattern for slot in SLOTS if slot.name == "user_id"), re.IGNORECASE)
_RESERVATION_ID = re.compile(r"\b(?=[A-Z0-9]*[A-Z])(?![A-Z]{3}\d{3}\b)[A-Z0-9]{6}\b")
_NO_RESERVATION = ("book_flight", "flight_status", "hand_over")


def goal_of(task: Mapping[str, Any], world: World) -> Goal:
    """
    One task as a goal.

    Args:
        task: As in the file, already checked for its shape and its tools' names.
        world: In which the task begins.
    """
    criteria = task.get("evaluation_criteria") or {}
    actions = tuple(Action(tool=call["name"], arguments=call["arguments"]) for call in criteria.get("actions") or ())
    told = tuple(map(str, criteria.get("communicate_info") or ()))
    instruction = instruction_of(task)
    users = [*_USER_ID.findall(instruction), *(str(action.arguments["user_id"]) for action in actions if "user_id" in action.arguments)]
    tasks = [wanted for action in actions if (wanted := said_of(action, instruction, world)) is not None]
    return Goal(
        id=f"tau2-{task['id']}",
        instruction=instruction,
        identity={"user_id": users[0]} if users else {},
        tasks=tuple(tasks or _asked(instruction, actions, world)),
        actions=actions,
        outputs=told,
    )


def said_of(action: Action, instruction: str, world: World) -> Task | None:
    """What a user who wants this call would ask for, and what they know about it; None for a call that only looks something up."""
    given: Mapping[str, Any] = action.arguments
    row: Mapping[str, Any] = world.row("reservations", str(given.get("reservation_id", ""))) or {}
    user: Mapping[str, Any] = world.row("users", str(given.get("user_id", row.get("user_id", "")))) or {}
    known = {"reservation_id": str(given["reservation_id"])} if "reservation_id" in given else {}
    if "payment_id" in given:
        known["payment"] = _payment(str(given["payment_id"]), user)
    match action.tool:
        case "cancel_reservation":
            return Task(skill=action.tool, known={**known, "reason": _reason(instruction)})
        case "update_reservation_flights":
            return _change(given, row, known)
        case "update_reservation_baggages":
            more = int(given.get("total_baggages", 0)) - int(row.get("total_baggages", 0))
            return Task(skill="add_bags", known={**known, "bags": words.plural(more, "bag")})
        case "update_reservation_passengers":
            return Task(skill="change_passenger", known=known | _new_passenger(given, row))
        case "book_reservation":
            return Task(skill="book_flight", known=_booking(given, user, world))
        case "send_certificate":
            return Task(skill="compensation", known=_first_reservation(instruction))
        case "transfer_to_human_agents":
            return Task(skill="hand_over")
    return None


def _asked(instruction: str, actions: Sequence[Action], world: World) -> Iterator[Task]:
    """What the text asks for, where no call says it: as a request would be recognised, else a look at what the gold calls look at."""
    skill = next((name for name, cues in CUES.items() if re.search(cues, instruction, re.IGNORECASE)), None)
    looked = [str(action.arguments["reservation_id"]) for action in actions if action.tool == "get_reservation_details"]
    found = _first_reservation(instruction) or ({"reservation_id": looked[0]} if looked else {})
    if skill is not None and skill not in _NO_RESERVATION:
        yield Task(skill=skill, known={**found, "reason": _reason(instruction)} if skill == "cancel_reservation" else found)
    elif looked and world.row("reservations", looked[0]) is not None:
        yield Task(skill="reservation_details", known=found)
    else:
        yield Task(skill="hand_over")


def _first_reservation(instruction: str) -> dict[str, str]:
    found = _RESERVATION_ID.findall(instruction)
    return {"reservation_id": found[0]} if found else {}


def _reason(instruction: str) -> str:
    if re.search(r"\b(?:sick|ill|health)\b", instruction) and not re.search(r"\bhealthy\b", instruction):
        return "I am ill"
    return "the weather is bad" if re.search(r"\bweather\b", instruction) else "my plans are different now"


def _payment(method_id: str, user: Mapping[str, Any]) -> str:
    methods = user.get("payment_methods", {})
    return words.name_payment(method_id, methods) if method_id in methods else method_id


def _change(given: Mapping[str, Any], row: Mapping[str, Any], known: dict[str, str]) -> Task:
    """Another cabin, where the flights stay; else other flights, as if on another day."""
    wanted = [(flight["flight_number"], flight["date"]) for flight in given.get("flights", ())]
    had = [(flight["flight_number"], flight["date"]) for flight in row.get("flights", ())]
    if wanted == had:
        return Task(skill="change_cabin", known={**known, "cabin": words.say_cabin(str(given.get("cabin", "")))})
    place = next((place for place, flight in enumerate(wanted) if flight not in had), 0)
    date = wanted[place][1] if wanted else terms.NOW[:10]
    known |= {"date": words.say_day(date), "preference": "the cheapest one"}
    legs = terms.legs(row) if row else []
    if len(legs) > 1:
        known["leg"] = "outbound flight" if place < len(legs[0]) else "return flight"
    return Task(skill="change_flights", known=known)


def _new_passenger(given: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
    for old, new in zip(row.get("passengers", ()), given.get("passengers", ()), strict=False):
        if dict(old) != dict(new):
            return {"passenger": words.full_name(old), "new_passenger": f"{words.full_name(new)}, born {new['dob']}"}
    return {}


def _booking(given: Mapping[str, Any], user: Mapping[str, Any], world: World) -> dict[str, str]:
    cities = [(world.row("airports", str(given[end])) or {"city": str(given[end])})["city"] for end in ("origin", "destination")]
    dates = [flight["date"] for flight in given["flights"]]
    known = {
        "route": " to ".join(cities),
        "trip": "round trip" if given["flight_type"] == "round_trip" else "one way",
        "cabin": words.say_cabin(given["cabin"]),
        "preference": "the cheapest one",
        "bags": words.plural(given["total_baggages"], "checked bag") if given["total_baggages"] else "no checked bags",
        "insurance": "with insurance" if given["insurance"] == "yes" else "without insurance",
        "payments": words.join([_payment(paid["payment_id"], user) for paid in given["payment_methods"]]),
    }
    if user:
        known["passengers"] = words.say_people(given["passengers"], user)
    if dates:
        known["date"] = words.say_day(dates[0])
        known |= {"return_date": words.say_day(dates[-1])} if given["flight_type"] == "round_trip" else {}
    return known
