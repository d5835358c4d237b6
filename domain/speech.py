"""What an assistant's message amounts to, as far as rules can tell. Made for free text: a language model may have written it."""

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern that finds any of these at the beginning of a word."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE)


_LOST = any_of(
    r"(?:did|do)(?:n't| not) (?:quite |fully )?(?:understand|catch|get|follow)\b",
    r"not (?:quite )?sure (?:i|what you)\b",
    r"rephrase|clarify|more detail|in other words|what exactly",
    r"(?:say|put) (?:that|it) (?:again|differently|another way)",
)
_DECLINED = any_of(
    r"(?:unfortunately|sorry|apologi[sz]e|regret)\b",
    r"(?:i'm|i am|we're|we are) (?:afraid|sorry|unable|not able|not allowed)\b",
    r"(?:can(?:'t|not)|could(?:n't| not)|won't be able to) (?:be|do|process|cancel|change|modify|make|help|offer|go|find|complete)\b",
    r"not (?:possible|eligible|allowed|permitted)\b",
)


def says_no(text: str) -> bool:
    """Whether it declines, or regrets something."""
    return _DECLINED.search(text) is not None


def understood_nothing(text: str) -> bool:
    """Whether it asks for other words."""
    return _LOST.search(text) is not None
