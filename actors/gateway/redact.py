"""Secrets out of texts before anything is recorded, cached or printed."""

import os
import re
from collections.abc import Mapping
from functools import cached_property

HIDDEN = "[redacted]"
_NAMES = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?)$", re.IGNORECASE)
_LEAST = 8
"""Characters; a shorter value stands in too many innocent words."""
_SHAPES = re.compile(
    r"""
      \bsk-[A-Za-z0-9_\-]{16,}                           # OpenAI, Anthropic and their like
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                      # AWS
    | \bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_\w{30,}
    | \bglpat-[\w\-]{20,}
    | \bhf_[A-Za-z0-9]{30,}
    | \bAIza[\w\-]{35}                                   # Google
    | \bxox[abprs]-[\w\-]{10,}                           # Slack
    | \beyJ[\w\-]{10,}\.eyJ[\w\-]{10,}\.[\w\-]{10,}      # JSON web token
    | (?<=Bearer\ )[\w\-.=+/]{16,}
    | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)                    # user and password in an address
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)


class Redactor:
    """Hides what the environment calls a secret, and what looks like one.

    Args:
        environment: Name -> value.
        more: Environment variables that hold secrets, whatever they are called.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, more: tuple[str, ...] = ()) -> None:
        environment = os.environ if environment is None else environment
        found = {value for name, value in environment.items() if (_NAMES.search(name) or name in more) and len(value) >= _LEAST}
        self._secrets = sorted(found, key=len, reverse=True)  # the longer first: one may be a part of another

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(re.escape, self._secrets))) if self._secrets else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _SHAPES.sub(HIDDEN, text)
