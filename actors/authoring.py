"""Authoring: a model writes the instruction for a gold path that was gone, others vote on it, and what was wrong is sent back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from actors import llm
from actors.gateway.cache import REPLIES, ReplyCache
from actors.gateway.form import Form
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Reach, Role
from actors.mind import MindBroke
from actors.prompting import render
from actors.verifying import Verified, verify, walkable
from domain.blueprints.verifying.committee import ITEMS, Vote, against
from domain.blueprints.verifying.ground import Ground
from domain.errors import SettingError
from domain.persona.guidance import guidance
from domain.transaction import row_changes
from domain.values import clean_text, legible
from events.blueprints import Reason
from events.tools import ToolAnswered
from scenarios.load import persona_wording

AUTHOR, COMMITTEE = "author", "committee"
"""The roles."""
ROUNDS = 3
"""How often an instruction is written at the most (APIGen-MT, section 3.1, for retail)."""
_SHOWN = 1500
"""Characters of what a call showed that an author sees."""
_MOST_REASONS = 8
T = TypeVar("T")


class Written(BaseModel):
    """What an author answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: str = Field(min_length=20, max_length=4000)


class Authors(NamedTuple):
    """Who writes, who votes, and what they are asked through."""

    author: Form[Written]
    committee: tuple[Form[Vote], ...]
    gateway: Gateway
    rounds: int
    repairs: int

    async def write(self, ground: Ground) -> list[Verified]:
        """What each round came to; the last is what stands.

        Raises:
            MindLost, SettingError: See ``Gateway.ask``.
        """
        stopped = walkable(ground)
        if stopped is not None:
            return [stopped]
        found: list[Verified] = []
        reasons: tuple[Reason, ...] = ()
        written = ground
        for number in range(self.rounds):
            before = written.goal.instruction if reasons else ""
            prompt = author_prompt(ground, before, reasons)
            filled = await self._filled(self.author, prompt, ground, number)
            answer, why = filled
            written = ground if answer is None else ground.saying(clean_text(answer.instruction))
            if answer is None:
                unread = Reason(code="unreadable", place="instruction", sentence=f"The author's answer cannot be read: {'; '.join(why)}")
                found.append(Verified(ground.blueprint, "format", (unread,)))
            else:
                found.append(await self._verified(written, number))
            if found[-1].stage is None:
                break
            reasons = found[-1].reasons
        return found

    async def _verified(self, ground: Ground, number: int) -> Verified:
        """All stages, and then the committee."""
        verified = verify(ground)
        if verified.stage is not None or not self.committee:
            return verified
        votes = [(await self._filled(member, committee_prompt(ground), ground, number))[0] for member in self.committee]
        reasons = against(votes)
        return Verified(ground.blueprint, "committee", tuple(reasons)) if reasons else verified

    async def _filled(
        self, form: Form[T], prompt: "Callable[[Sequence[str]], str]", ground: Ground, number: int
    ) -> tuple[T | None, tuple[str, ...]]:
        """An answer, asked for again while it cannot be read; or why there is none."""
        rejected: tuple[str, ...] = ()
        for _ in range(self.repairs + 1):
            try:
                filled = await form.fill(prompt(rejected), ground.goal.id, number)
            except MindBroke as error:
                return None, (str(error),)
            if filled.value is not None:
                return filled.value, ()
            rejected += filled.reasons
        return None, rejected

    async def close(self) -> None:
        """Give back connections and files."""
        await self.gateway.close()


def make_authors(
    author: str,
    committee: Sequence[str],
    folder: Path,
    reach: Reach,
    roles: "dict[str, Role] | None" = None,
    rounds: int = ROUNDS,
) -> Authors:
    """
    The author and the committee of these names.

    Args:
        folder: Where replies are kept that were paid for.
        rounds: How often an instruction is written at the most; 1 is without reflection.

    Raises:
        SettingError: There is no such model.
    """
    check_models(author, committee)
    gateway = Gateway(reach, ReplyCache(folder / REPLIES / AUTHOR / "0.sqlite"))
    writing, voting = (roles or {}).get(AUTHOR, Role()), (roles or {}).get(COMMITTEE, Role())
    members = tuple(Form(gateway, model, COMMITTEE, voting, Vote.model_validate) for model in dict.fromkeys(committee))
    return Authors(Form(gateway, author, AUTHOR, writing, Written.model_validate), members, gateway, rounds, writing.repairs)


def check_models(author: str, committee: Sequence[str]) -> None:
    """Make sure that models can write and vote.

    Raises:
        SettingError: There is no such model, or it can do neither.
    """
    for model in (author, *committee):
        if model.partition("/")[0] in ("offline", "flawed", "recorded"):
            raise SettingError(f"model {model!r} can neither write nor vote; name one that a provider serves, or leave it out")
        llm.check_model(model)


def author_prompt(ground: Ground, before: str = "", reasons: Sequence[Reason] = ()) -> Callable[[Sequence[str]], str]:
    """All that an author is shown, given what was wrong with the form of earlier answers.

    Args:
        before: What it wrote in the last round.
        reasons: Why that did not pass.
    """
    goal = ground.goal
    values: dict[str, Any] = {
        "setting": ground.setting,
        "manner": guidance(ground.blueprint.persona, persona_wording()).splitlines(),
        "identity": list(goal.identity.items()),
        "tasks": [_line([task.skill, task.known]) for task in goal.tasks],
        "calls": [_line([step.action.tool, step.action.arguments, _seen(step.outcome)]) for step in ground.trace.steps],
        "changes": _changes(ground),
        "outputs": goal.outputs,
        "schema": orjson.dumps(Written.model_json_schema()).decode(),
        "before": before.replace("<", "\\u003c"),
        "reasons": condensed(reasons),
    }
    return lambda rejected: render("author", rejected=rejected, **values)


def committee_prompt(ground: Ground) -> Callable[[Sequence[str]], str]:
    """All that a member of the committee is shown, given what was wrong with the form of earlier answers."""
    values: dict[str, Any] = {
        "setting": ground.setting,
        "items": list(ITEMS.items()),
        "instruction": ground.told.replace("<", "\\u003c"),
        "changes": _changes(ground),
        "outputs": ground.goal.outputs,
        "schema": orjson.dumps(Vote.model_json_schema()).decode(),
    }
    return lambda rejected: render("committee", rejected=rejected, **values)


def condensed(reasons: Sequence[Reason]) -> list[str]:
    """What is sent back: each reason once, the first of a kind before others of it."""
    kinds: dict[str, list[str]] = {}
    for reason in reasons:
        told = kinds.setdefault(reason.code, [])
        told += [f"{reason.place}: {reason.sentence}"] if f"{reason.place}: {reason.sentence}" not in told else []
    ordered = sorted(((place, line) for lines in kinds.values() for place, line in enumerate(lines)), key=lambda pair: pair[0])
    return [line for _, line in ordered][:_MOST_REASONS]


def _seen(outcome: Any) -> str:
    return _line(outcome.observation)[:_SHOWN] if isinstance(outcome, ToolAnswered) else str(outcome.reason)


def _changes(ground: Ground) -> list[str]:
    """The state diff, a place a line."""
    places = {(table, key) for table, key, _, _ in (*ground.trace.world.changed(), *ground.start.changed())}
    changes = [
        change
        for table, key in sorted(places)
        for change in row_changes(table, key, ground.start.row(table, key), ground.trace.world.row(table, key))
    ]
    return [_line([".".join(filter(None, (one.table, one.key, one.field))), one.before, one.after]) for one in changes]


def _line(value: Any) -> str:
    """JSON on one line that cannot end the data in which it stands."""
    return orjson.dumps(legible(value)).decode().replace("<", "\\u003c")
