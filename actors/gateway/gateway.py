"""The gateway: asks a model until it replies, within the limits, and keeps what was paid for."""

import asyncio
import time
from collections import Counter
from random import Random

from actors import llm
from actors.gateway.cache import ReplyCache
from actors.gateway.calls import Answer, AskedCall, CallFailed, Request
from actors.gateway.limits import Limiter
from actors.gateway.redact import Redactor
from actors.gateway.settings import Provider, Reach
from actors.mind import BudgetSpent, MindBroke, MindLost
from domain.errors import SettingError

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_TRIES = 3
"""Of a model that has a fallback."""
_NANO = 10**9


class Gateway:
    """One for each host process.

    Args:
        reach: Where models are and how hard they may be pressed.
        cache: Replies that were paid for.
        redact: Hides secrets.
    """

    def __init__(self, reach: Reach, cache: ReplyCache, redact: Redactor | None = None) -> None:
        keys = tuple(provider.key for provider in reach.providers.values() if provider.key)
        self._reach, self._cache, self._redact = reach, cache, redact or Redactor(more=keys)
        self._limiters: dict[str, Limiter] = {}
        self.incidents: Counter[str] = Counter()
        """What went wrong here so far, by kind."""
        self.calls = 0
        """Calls that brought a reply."""

    async def ask(self, request: Request) -> Answer:
        """The model's reply, as it came.

        Raises:
            MindLost: No model could be reached.
            BudgetSpent: The run has no more money.
            MindBroke: The provider declines this prompt.
            SettingError: The key, the name or the parameters are wrong.
        """
        known = self._cache.get(request.key)
        if known is not None:
            return known
        await llm.load()
        incidents: list[str] = []
        models = (request.model, *self._reach.fallbacks)
        for model in models:
            answer = await self._insist(request, model, incidents, last=model == models[-1])
            if answer is not None:
                answer = self._cleaned(answer).model_copy(update={"incidents": tuple(incidents)})
                self._cache.put(request.key, answer)
                if answer.cost_nano is None and self._reach.most_usd is not None:
                    raise SettingError(f"the price of {model} is not known, so --max-cost cannot be kept; set `price` in the --models file")
                return answer
        raise AssertionError

    async def close(self) -> None:
        """Give back connections and files."""
        await llm.close()
        self._cache.close()

    async def _insist(self, request: Request, model: str, incidents: list[str], *, last: bool) -> Answer | None:
        """Ask one model again and again; None where it is the next one's turn."""
        provider = self._reach.provider(model)[1]
        began, chance = time.monotonic(), Random(request.key)
        for attempt in range(10**6):
            try:
                return await self._once(request, model, provider)
            except CallFailed as failed:
                reason = self._redact(failed.reason)
                if failed.kind == "declined":
                    raise MindBroke(f"{model} declines the prompt: {reason}") from None
                if failed.kind == "rejected":
                    raise SettingError(f"{model} cannot be asked: {reason}; check key, name and parameters") from None
                incidents.append(failed.kind)
                self.incidents[failed.kind] += 1
                pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt) * (0.5 + chance.random() / 2)
                if failed.retry_after_s is not None:
                    pause = failed.retry_after_s
                tired = time.monotonic() + pause - began > provider.patience_s
                if not last and (tired or attempt + 1 >= _TRIES):
                    return None
                if tired:
                    raise MindLost(f"{model} could not be reached in {attempt + 1} tries: {failed.kind}: {reason}") from None
                await asyncio.sleep(pause)
        return None

    async def _once(self, request: Request, model: str, provider: Provider) -> Answer:
        limiter = self._limiter(model)
        async with limiter.place(request.tokens):
            self._check_budget()
            try:
                async with asyncio.timeout(provider.timeout_s):  # the library's own is not kept by all providers
                    answer = await llm.complete(request, model, provider)
            except TimeoutError:
                raise CallFailed("timeout", f"no reply within {provider.timeout_s:g} s") from None
        self.calls += 1
        limiter.took(answer.prompt_tokens + answer.completion_tokens - request.tokens)
        return answer

    def _limiter(self, model: str) -> Limiter:
        name, provider = self._reach.provider(model)
        if name not in self._limiters:
            share = self._reach.share
            requests, tokens = provider.requests_per_minute, provider.tokens_per_minute
            self._limiters[name] = Limiter(
                max(1, round(provider.concurrency * share)), requests and requests * share, tokens and tokens * share
            )
        return self._limiters[name]

    def _check_budget(self) -> None:
        most = self._reach.most_usd
        if most is not None and self._cache.paid_nano() >= most * _NANO:
            raise BudgetSpent(f"all of {most:.2f} US dollars is spent")

    def _cleaned(self, answer: Answer) -> Answer:
        """The reply without secrets; a model may know them from its prompt, or make up their like."""
        return answer.model_copy(
            update={
                "content": self._redact(answer.content),
                "reasoning": answer.reasoning and self._redact(answer.reasoning),
                "calls": tuple(AskedCall(id=call.id, name=call.name, arguments=self._redact(call.arguments)) for call in answer.calls),
            }
        )
