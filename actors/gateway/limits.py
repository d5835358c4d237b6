"""How hard one provider is pressed: requests and tokens a minute, and calls at a time, which adapt to what it takes.

Additive increase, multiplicative decrease (Chiu and Jain 1989): a call that is throttled halves the calls at a time, at most once
for those that were under way together; each that goes well adds its part of one. A provider that names a time gets that rest.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from actors.gateway.calls import THROTTLED, CallFailed

_BURST_S = 1.0
"""Seconds' worth of a rate that may go at once."""


class Bucket:
    """So much a minute; may be overdrawn by one that was larger than expected.

    Args:
        per_minute: None for as much as one likes.
    """

    def __init__(self, per_minute: float | None, now: float) -> None:
        self._rate = per_minute / 60 if per_minute else None
        self._level = self._most = max(1.0, (self._rate or 0) * _BURST_S)
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until there is something in it."""
        if self._rate is None:
            return 0.0
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._level > 0 else -self._level / self._rate + 1e-3

    def take(self, amount: float) -> None:
        """Take it, there or not."""
        self._level -= amount


class Limiter:
    """One provider's; whoever waits goes in the order of asking.

    Args:
        concurrency: Calls at a time, at the most.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        concurrency: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._most = float(concurrency)
        self.window = float(concurrency)
        """Calls at a time that it takes now."""
        self.running = 0
        self._requests, self._tokens = Bucket(requests_per_minute, clock()), Bucket(tokens_per_minute, clock())
        self._rests_until = self._shrunk_at = -math.inf
        self._turnstile = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def place(self, tokens: int) -> AsyncIterator[None]:
        """Room for one call; a CallFailed that passes through is taken to heart.

        Args:
            tokens: That the call may take.
        """
        async with self._turnstile:
            await self._admitted()
            self.running += 1
            self._requests.take(1)
            self._tokens.take(tokens)
        began = self._clock()
        try:
            yield
            self.window = min(self._most, self.window + 1 / self.window)
        except CallFailed as failed:
            self._learn(failed, began)
            raise
        finally:
            self.running -= 1
            self._freed.set()

    def took(self, tokens: int) -> None:
        """Correct what was taken in advance."""
        self._tokens.take(tokens)

    async def _admitted(self) -> None:
        while True:
            now = self._clock()
            wait = max(self._rests_until - now, self._requests.wait(now), self._tokens.wait(now))
            if wait > 0:
                await asyncio.sleep(wait)
            elif self.running + 1 > max(1.0, self.window):
                self._freed.clear()
                await self._freed.wait()
            else:
                return

    def _learn(self, failed: CallFailed, began: float) -> None:
        if failed.kind not in THROTTLED:
            return
        now = self._clock()
        if began > self._shrunk_at:
            self.window, self._shrunk_at = max(1.0, self.window / 2), now
        if failed.retry_after_s is not None:
            self._rests_until = max(self._rests_until, now + failed.retry_after_s)
