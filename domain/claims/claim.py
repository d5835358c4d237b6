"""Claim: one checkable statement, and what became of it."""

from typing import Literal, NamedTuple

Verdict = Literal["supported", "contradicted", "unsupported", "stale"]
"""Observed so, observed otherwise, not observed at all, or observed once and changed since."""
Severity = Literal["info", "warning", "error"]

KINDS = (
    "identifier",
    "amount",
    "balance",
    "arithmetic",
    "quantity",
    "count",
    "date",
    "status",
    "attribute",
    "superlative",
    "negative",
    "done_action",
    "promise",
    "policy",
    "capability",
    "about_user",
    "argument",
    "effect",
)
"""All kinds; ``argument`` is about a call, ``effect`` about what a call changed and nobody told the user."""


class Claim(NamedTuple):
    """One statement, where it stands, and how it was judged."""

    kind: str
    verdict: Verdict
    start: int
    """Characters of the message, as ``text.plain_content`` gives it, from ``start`` up to ``end``."""
    end: int
    code: str = ""
    """Why it is bad, such as ``other-entity``; empty where it is supported."""
    detail: str = ""
    """What was observed instead, in a sentence."""
    about: str = ""
    """The entity that it is about, where one is known."""
    severity: Severity = "info"

    @property
    def bad(self) -> bool:
        """Whether it is a finding."""
        return self.verdict != "supported"


def good(kind: str, span: tuple[int, int], about: str = "") -> Claim:
    """A statement that was observed so."""
    return Claim(kind, "supported", *span, about=about)


def bad(kind: str, span: tuple[int, int], code: str, detail: str, *, about: str = "", verdict: Verdict = "contradicted") -> Claim:
    """A statement that was not; what contradicts an observation is an error, what nothing supports a warning."""
    severity: Severity = "warning" if verdict == "unsupported" else "error"
    return Claim(kind, verdict, *span, code, detail, about, severity)
