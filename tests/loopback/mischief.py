"""How a provider misbehaves: drawn from a seed for each question, so that every run meets the same."""

from collections.abc import Mapping
from random import Random

TRANSPORT = {
    "429": "rate-limited",
    "429-retry-after": "rate-limited",
    "500": "server-error",
    "503": "overloaded",
    "hang": "timeout",
    "drip-too-slow": "timeout",
    "cut": "connection",
    "drip": None,
}
"""What the server does instead of replying -> what the log is to call it; a slow drip that ends in time is no incident."""
MALFORMED = {
    "invalid-json": "invalid-json",
    "unknown-tool": "unknown-tool",
    "wrong-types": "invalid-arguments",
    "empty": "empty",
    "duplicate-ids": "duplicate-call-id",
    "huge": "too-long",
}
"""What the server replies with -> the code of the reason that the log is to give."""
_TALK_ONLY = ("empty", "huge", "unknown-tool", "invalid-json")
"""What a user's model can do wrong."""
OF_TOOLS, OF_JUDGE = ("lie", "broken", "empty", "huge"), ("no-evidence", "broken", "empty", "huge")
"""What a simulator of tools, and a judge, can do wrong."""
ALWAYS = 100.0
"""A rate for what a provider never stops doing."""

CALM: Mapping[str, float] = {}
WILD: Mapping[str, float] = {
    "429": 0.02,
    "429-retry-after": 0.02,
    "500": 0.02,
    "503": 0.01,
    "hang": 0.004,
    "drip-too-slow": 0.004,
    "cut": 0.02,
    "drip": 0.01,
    **dict.fromkeys(MALFORMED, 0.01),
}
"""Kind -> share of questions that meet it."""


def planned(seed: int, question: str, rates: Mapping[str, float], agent: str, *, has_tools: bool) -> list[str]:
    """What is done wrong before a question is answered, in order; at most two of the malformed, which are then mended."""
    rng = Random(f"{seed}/{question}")
    met = [kind for kind, rate in rates.items() if rng.random() < rate]
    endless = [kind for kind in met if rates[kind] == ALWAYS]
    if endless:
        return endless * int(ALWAYS)
    can = {"tools": OF_TOOLS, "judge": OF_JUDGE}.get(agent, tuple(MALFORMED) if has_tools else _TALK_ONLY)
    malformed = [kind for kind in met if kind in can][:2]
    rng.shuffle(malformed)
    passing = [kind for kind in met if kind in TRANSPORT]
    rng.shuffle(passing)
    return passing + malformed
