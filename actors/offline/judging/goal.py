"""Rules over what was agreed: whether a yes was followed by the change, and how the conversation ended."""

import re
from collections.abc import Iterator

from actors.offline.hearing import hear_assistant
from actors.offline.judging.reading import Finding, Reading
from domain.policy import agrees

_CLAIMS = re.compile(
    r"\b(?:done|all set|everything is set|in the system|carried (?:that |it )?out|completed|"
    r"(?:has|have|is|are|was|were)(?: been| now)? (?:\w+ )?"
    r"(?:updated|changed|cancel\w+|booked|requested|modified|exchanged|returned|sent|made))\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:sorry|unfortunately|afraid|can(?:'t|not)|unable|not (?:possible|allowed)|transferred|hand(?:ed|ing)? (?:you )?over)\b",
    re.IGNORECASE,
)


def agreed(reading: Reading) -> Iterator[Finding]:
    """Changes that the user said yes to, and that were not made."""
    seen = [item for item in reading.case.seen if item.agent in ("user", "assistant")]
    for before, user, after in zip(seen, seen[1:], seen[2:], strict=False):
        asked = before.kind == "says" and user.kind == "user" and after.kind == "says"
        if not asked or not hear_assistant(before.text, {}).confirms or not agrees(user.text):
            continue
        heard = hear_assistant(after.text, {})
        if heard.questions or heard.confirms or _NO.search(after.text):
            continue
        where = (after.position, user.position, before.position)
        if _CLAIMS.search(after.text):
            yield Finding("goal_achievement", 7, "it is said to be done, but nothing was changed after the user's yes", where)
            yield Finding("consistency", 2, "what is said to be done is not what was done", where)
        else:
            yield Finding("goal_achievement", 6, "the user said yes, and the matter was dropped", where)


def ending(reading: Reading) -> Iterator[Finding]:
    """Conversations that did not end because the user was served."""
    last = reading.case.seen[-1]
    if last.kind == "ended" and last.code not in ("user-done",):
        yield Finding("goal_achievement", 5, f"the conversation ended with {last.code}", (last.position,))
