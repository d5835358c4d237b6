"""The offline author: the instruction of a blueprint, composed of what its user wants and knows, in the manner of their persona."""

from collections.abc import Iterator
from random import Random

from domain.goal import Goal, Task
from domain.grammar import Grammar, Phrase
from domain.persona.traits import Persona


def instruct(goal: Goal, persona: Persona, phrases: Grammar, rng: Random) -> str:
    """
    An instruction for whoever plays the user. It holds every value that they know: what is not in it, tools must give.

    Args:
        goal: Its instruction says what is wanted, fact by fact.
        phrases: The setting's: what its users say, and how an instruction is put together (``plan.*``).
    """
    parts = [goal.instruction, *_voices(goal, persona, phrases, rng)]
    missing = [(slot, value) for slot, value in _known(goal) if value not in " ".join(parts)]
    if missing:
        facts = "; ".join(f"{_called(slot, phrases)}: {value}" for slot, value in dict.fromkeys(missing))
        parts.append(phrases.say("plan.knows", {"facts": facts}, rng, persona))
    parts.append(phrases.say("plan.manner", {}, rng, persona))
    return " ".join(parts)


def _voices(goal: Goal, persona: Persona, phrases: Grammar, rng: Random) -> Iterator[str]:
    for number, task in enumerate(goal.tasks):
        request = _request(task, goal, phrases)
        if request is not None:
            key = "plan.first" if number == 0 else "plan.then"
            yield phrases.say(key, {**goal.identity, **task.known, "request": request}, rng, persona)


def _request(task: Task, goal: Goal, phrases: Grammar) -> Phrase | None:
    """The request as its user would make it, with all that they know; None where the setting has no words for it."""
    key, known = f"request.{task.skill}", {**goal.identity, **task.known}
    return Phrase(key, most=True) if any(way.needs <= known.keys() for way in phrases.alternatives(key)) else None


def _known(goal: Goal) -> Iterator[tuple[str, str]]:
    yield from goal.identity.items()
    for task in goal.tasks:
        yield from task.known.items()


def _called(slot: str, phrases: Grammar) -> str:
    key = f"slot.{slot}"
    return phrases.alternatives(key)[0].text if key in phrases else slot.replace("_", " ")
