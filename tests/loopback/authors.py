"""A provider that plays author and committee by script: wrong as often as it is told to be, the same way in every run."""

import json
from collections import Counter
from random import Random
from typing import Any

from aiohttp import web

from domain.blueprints.verifying.committee import ITEMS
from tests.loopback.canned import said

WRONG = ("forgets", "leaks", "adds", "rambles")
"""Leaves out a value; names a tool; wants more than was planned; answers in no form that can be read."""
_EXTRA = "Besides, you want everything that you ever bought to be refunded twice."


class Script:
    """Answers prompts of authors and committees.

    Args:
        wrong: Share of the author's answers that are.
        strict: Share of members' votes that are no for no reason.
        garbled: Share of members' answers that cannot be read.
    """

    def __init__(self, seed: int = 0, wrong: float = 0.4, strict: float = 0.02, garbled: float = 0.05) -> None:
        self._seed, self._wrong, self._strict, self._garbled = seed, wrong, strict, garbled
        self._asked: Counter[tuple[str, str, str]] = Counter()
        self.written: dict[str, list[str]] = {}
        """Conversation -> what was wrong with each answer of the author, oldest first; empty where nothing was."""
        self.told: list[str] = []
        """What authors were told to mend."""

    async def __call__(self, body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        """The answer to one request."""
        conversation, agent = request.headers["x-worldloom-conversation"], request.headers["x-worldloom-agent"]
        asked = (conversation, agent, body["model"])
        rng = Random(f"{self._seed}/{asked}/{self._asked[asked]}")
        self._asked[asked] += 1
        prompt = body["messages"][0]["content"]
        return said(self._author(conversation, prompt, rng) if agent == "author" else self._member(prompt, rng))

    def _author(self, conversation: str, prompt: str, rng: Random) -> str:
        self.told += [line for line in prompt.partition("# What was wrong with it")[2].splitlines() if line.startswith("- ")]
        kind = rng.choice(WRONG) if rng.random() < self._wrong else ""
        self.written.setdefault(conversation, []).append(kind)
        if kind == "rambles":
            return "I think that this user would like something, but I would rather not say it in JSON."
        tasks = [json.loads(line) for line in data(prompt, "# What they want")]
        calls = [json.loads(line) for line in data(prompt, "# The calls")]
        text = composed(data(prompt, "# Who they are"), tasks)
        if kind == "forgets":
            values = [value for _, known in tasks for value in known.values()]
            text = text.replace(rng.choice(values), "what you mentioned") if values else text.replace("You", "Somebody")
        text += f" Ask the desk to run {rng.choice(calls)[0]} for you." if kind == "leaks" else f" {_EXTRA}" if kind == "adds" else ""
        return f"```json\n{json.dumps({'instruction': text})}\n```"

    def _member(self, prompt: str, rng: Random) -> str:
        if rng.random() < self._garbled:
            return "Yes to all of it!"
        extra = _EXTRA in prompt
        votes = {}
        for item in ITEMS:
            holds = not (extra and item in ("completeness", "satisfaction")) and rng.random() >= self._strict
            votes[item] = {"holds": holds, "reason": "It does." if holds else "More is asked for than changes; leave out the refunds."}
        return json.dumps(votes)


def composed(identity: list[str], tasks: list[Any]) -> str:
    """A sound instruction, out of what an author is shown."""
    who = ", ".join(f"{slot.replace('_', ' ')} {value}" for slot, value in zip(identity[::2], identity[1::2], strict=True))
    wishes = [
        f"You want this: {skill.replace('_', ' ')}"
        + "".join(f"; {slot.replace('_', ' ')} is {value}" for slot, value in known.items())
        + "."
        for skill, known in tasks
    ]
    return " ".join([f"You are a customer of this desk ({who})." if who else "You write to the desk.", *wishes])


def data(prompt: str, heading: str) -> list[str]:
    """The lines of the first block of data below a heading."""
    block = prompt.partition(f"\n{heading}")[2].partition("<data>\n")[2].partition("</data>")[0]
    return [line for line in block.splitlines() if line]
