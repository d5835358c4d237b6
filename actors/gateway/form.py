"""Answers that are one JSON object of a known form: how they are asked for, how they are read, and what is wrong with them.

Who asks gives what was wrong with the answers so far in the next prompt, and stops where that is enough.
"""

import re
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from pydantic import ValidationError

from actors.gateway.calls import Answer, Request
from actors.gateway.gateway import Gateway
from actors.gateway.parse import unreadable
from actors.gateway.receipt import Receipt, receipt
from actors.gateway.settings import Role

T = TypeVar("T")
_MOST_REASONS = 8
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)


class Filled(NamedTuple, Generic[T]):
    """What came back."""

    value: T | None
    """None where there are reasons."""
    reasons: tuple[str, ...]
    """Why it is not what was asked for, in sentences that the model can act on."""
    answer: Answer
    took: Receipt


class Form(Generic[T]):
    """A question that is to be answered with one JSON object.

    Args:
        model: As LiteLLM names it.
        agent: Role that asks.
        role: How the model is asked.
        read: Makes of a JSON object what it stands for; a ValueError says why it is none.
    """

    def __init__(self, gateway: Gateway, model: str, agent: str, role: Role, read: Callable[[dict[str, Any]], T]) -> None:
        self._gateway, self._model, self._agent, self._role, self._read = gateway, model, agent, role, read

    async def fill(self, prompt: str, conversation: str, sample: int = 0) -> Filled[T]:
        """Ask once.

        Args:
            conversation: Stream of the log that the answer goes to, or is about.
            sample: Tells questions apart that are equal in all else.

        Raises:
            MindLost, MindBroke, SettingError: See ``Gateway.ask``.
        """
        messages = [{"role": "user", "content": prompt}]
        request = Request(self._model, messages, (), self._role.parameters(sample), conversation, self._agent, sample)
        answer = await self._gateway.ask(request)
        value, reasons = self._taken(answer)
        return Filled(value, reasons, answer, receipt([answer], request.digest))

    def _taken(self, answer: Answer) -> tuple[T | None, tuple[str, ...]]:
        wrong = unreadable(answer)
        if wrong is not None:
            return None, (wrong,)
        try:
            return self._read(json_object(answer.content)), ()
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_REASONS]
            return None, tuple(f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}" for one in found)
        except ValueError as error:
            return None, (" ".join(str(error).split()),)


def json_object(text: str) -> dict[str, Any]:
    """The one JSON object in a text: the whole of it, in a fence, or with words before and after.

    Raises:
        ValueError: There is none, or more than one.
    """
    fenced = _FENCED.findall(text)
    parts = [text, *(fenced if len(fenced) == 1 else ()), text[text.find("{") : text.rfind("}") + 1]]
    why = "there is no JSON object in the answer"
    for part in parts:
        try:
            found = orjson.loads(part)
        except ValueError as error:
            why = f"the answer is not one JSON object: {error}" if "{" in part else why
            continue
        if isinstance(found, dict):
            return found
        why = "the answer is JSON, but no object"
    raise ValueError(why)
