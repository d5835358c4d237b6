"""Speaks to providers. Alone imports litellm, at the first call: the import takes seconds and much memory.

Only its translation of providers is used. Its Router, retries, limits, cache and callbacks are not: its limits do not hold, what is
above them is refused instead of waiting, its cache needs a web framework, and callbacks run after the reply was acted on.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.util import find_spec
from time import time
from typing import Any

import orjson

from actors.gateway.calls import MOST_CHARACTERS, Answer, AskedCall, CallFailed, Request
from actors.gateway.settings import Provider
from domain.errors import SettingError

_NANO = 10**9
_LOADED: list[bool] = []
_TOO_LONG = re.compile(r"context.{0,20}(length|window)|maximum context|prompt is too long|too many tokens", re.IGNORECASE)


@cache
def library() -> Any:
    """The library, made quiet and kept off the network.

    Raises:
        SettingError: It is not installed.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it fetches prices, and may change them in the middle of a run
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")  # else it reads a .env file
    try:
        import litellm  # noqa: PLC0415, see above
    except ImportError as error:
        raise SettingError(f"models need LiteLLM ({error}); pip install 'worldloom[models]'") from error
    if find_spec("mcp") is None:  # every call with tools would fail, and look like a broken connection
        raise SettingError("LiteLLM needs the package mcp for tools; pip install 'litellm[mcp]'")
    litellm.suppress_debug_info = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def check_model(model: str) -> None:
    """Make sure that a model's name can be understood; nothing is asked.

    Raises:
        SettingError: It names no provider that LiteLLM knows.
    """
    litellm = library()
    try:
        litellm.get_llm_provider(model)
    except litellm.BadRequestError as error:
        raise SettingError(f"{model!r} names no provider that LiteLLM knows; write provider/model, such as openai/gpt-4o-mini") from error


async def load() -> None:
    """Load what the first call would load in the middle of its time: a second or two."""
    if not _LOADED:
        nothing = {"type": "function", "function": {"name": "nothing", "parameters": {"type": "object", "properties": {}}}}
        question = [{"role": "user", "content": ""}]
        await library().acompletion(model="openai/none", messages=question, tools=[nothing], mock_response="loaded")
        _LOADED.append(True)


async def complete(request: Request, model: str, provider: Provider) -> Answer:
    """Ask once.

    Args:
        model: The request's, or a fallback.

    Raises:
        CallFailed: There is no reply.
    """
    litellm = library()
    options: dict[str, Any] = {**request.parameters, "num_retries": 0, "max_retries": 0, "timeout": provider.timeout_s}
    if request.tools:
        options["tools"] = orjson.loads(orjson.dumps(request.tools))  # of its own: the library changes specifications in place
    if provider.api_base:
        options["api_base"] = provider.api_base
    if provider.key:
        options["api_key"] = provider.secret()
    if provider.trace:
        options["extra_headers"] = {"x-worldloom-conversation": request.conversation, "x-worldloom-agent": request.agent}
    try:
        response = await litellm.acompletion(model=model, messages=list(request.messages), **options)
    except Exception as error:
        raise _failure(litellm, error) from None  # the library's own text may quote the request, headers included
    return _answer(response, model, provider)


async def close() -> None:
    """Give connections back, where any were made."""
    if library.cache_info().currsize:
        await library().close_litellm_async_clients()


def _answer(response: Any, model: str, provider: Provider) -> Answer:
    if not response.choices:
        raise CallFailed("garbage", "the reply holds no choices")
    choice = response.choices[0]
    message = choice.message
    content, reasoning = message.content or "", getattr(message, "reasoning_content", None)
    calls = [(str(call.id or ""), str(call.function.name or ""), _text(call.function.arguments)) for call in message.tool_calls or ()]
    characters = len(content) + len(reasoning or "") + sum(len(part) for call in calls for part in call)
    room = Room(MOST_CHARACTERS if characters > MOST_CHARACTERS else characters)
    usage = response.usage
    prompt, completion = usage.prompt_tokens or 0, usage.completion_tokens or 0
    return Answer(
        model=model,
        content=room.take(content),
        calls=tuple(AskedCall(id=room.take(id), name=room.take(name), arguments=room.take(text)) for id, name, text in calls),
        reasoning=room.take(reasoning) if reasoning else None,
        finish=choice.finish_reason or "",
        characters=characters,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_nano=provider.price.nano(prompt, completion) if provider.price else _cost(response),
    )


class Room:
    """So many characters for all parts of a reply together."""

    def __init__(self, left: int) -> None:
        self._left = left

    def take(self, text: str) -> str:
        """As much of a text as there is room for."""
        text = text[: self._left]
        self._left -= len(text)
        return text


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else "" if arguments is None else str(arguments)


def _cost(response: Any) -> int | None:
    cost = response._hidden_params.get("response_cost")
    return round(cost * _NANO) if isinstance(cost, int | float) else None


def _failure(litellm: Any, error: Exception) -> CallFailed:
    reason = " ".join(str(error).split())[:500]
    status = getattr(error, "status_code", None)
    if isinstance(error, litellm.RateLimitError):
        return CallFailed("rate-limited", reason, _retry_after(getattr(error, "litellm_response_headers", None)))
    if isinstance(error, litellm.Timeout):
        return CallFailed("timeout", reason)
    if status in (503, 529):
        return CallFailed("overloaded", reason, _retry_after(getattr(error, "litellm_response_headers", None)))
    if isinstance(error, litellm.ContextWindowExceededError | litellm.ContentPolicyViolationError) or _is_too_long(status, reason):
        return CallFailed("declined", reason)
    if isinstance(status, int) and 400 <= status < 500 and status not in (408, 409, 425):
        return CallFailed("rejected", reason)
    if any(isinstance(cause, _transport()) for cause in _causes(error)):
        return CallFailed("connection", reason)
    return CallFailed("garbage" if status == 200 else "server-error", reason)


def _is_too_long(status: Any, reason: str) -> bool:
    return status in (400, 413, 422) and _TOO_LONG.search(reason) is not None


@cache
def _transport() -> tuple[type[BaseException], ...]:
    import aiohttp  # noqa: PLC0415, litellm has it
    import httpx  # noqa: PLC0415, litellm has it

    return (aiohttp.ClientError, httpx.TransportError, ConnectionError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    """Seconds that the provider asks for; RFC 9110 allows a date as well."""
    headers = headers or {}
    if headers.get("retry-after-ms", "").isdigit():
        return int(headers["retry-after-ms"]) / 1000
    asked = headers.get("retry-after")
    if not asked:
        return None
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time())
    except ValueError:
        return None
