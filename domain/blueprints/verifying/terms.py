"""Terms: whether a text says what somebody is to know, in whatever order and form."""

from datetime import date

from domain.goal import Action, Goal
from domain.provenance.known import Known
from domain.provenance.reading import dates, is_telling, leaves, normal, numbers, tokens

_SMALL = frozenset(tokens("a an and at by for from in is it its my of on or the their this that to with your s"))
"""Words that say nothing by themselves."""
_TELLING = 4
"""Characters from which on a value is known in a longer one."""


def known_from(text: str, clock: str) -> Known:
    """What a text says."""
    told = Known(date.fromisoformat(clock[:10]) if clock else None)
    told.tell("user", 1, text)
    return told


def lacking(value: str, told: Known) -> list[str]:
    """The terms of a value that were not told; none where it stands there as it is, or in other words that hold all of them."""
    if not value.strip() or told.find(value) is not None:
        return []
    return [term for term in terms(value) if not _is_told(term, told)]


def terms(value: str) -> list[str]:
    """The words of a value that say something."""
    words = tokens(normal(value))
    return [word for word in words if word not in _SMALL] or words


def speaking_of(goal: Goal, action: Action) -> list[int]:
    """Numbers of the tasks that name something that a call is made with, other than who the user is."""
    mine = {normal(value) for value in goal.identity.values()}
    given = (leaf for _, leaf in leaves(action.arguments) if leaf not in (None, "") and not isinstance(leaf, bool))
    values = {normal(str(leaf).replace("_", " ")) for leaf in given} - mine
    known = [[normal(value) for value in task.known.values()] for task in goal.tasks]
    return [number for number, words in enumerate(known) if any(_names(word, value) for word in words for value in values)]


def _names(word: str, value: str) -> bool:
    return value == word or (len(value) >= _TELLING and value in word)


def _is_told(term: str, told: Known) -> bool:
    if told.token(term) is not None or told.alike(term) is not None:
        return True
    if any(told.day(day) is not None for day in dates(term, told.today)):
        return True
    return is_telling(term) and any(told.number(number) is not None for number in numbers(term))
