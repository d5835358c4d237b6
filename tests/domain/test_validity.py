"""Validity: speakers take turns, and nobody goes round in circles."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agents import ASSISTANT, USER
from domain.conversation import Command, Speak
from domain.validity import MOST_SAME, invalid, loops
from events.base import Event
from tests.parcels import begun, call, hold, say

WORDS = st.lists(st.text("abcdefghijklmnop", min_size=1, max_size=6), min_size=1, max_size=12)


def history(*commands: Command) -> list[Event]:
    return [event for event, _ in hold(begun(), commands)]


def answer(content: str) -> Speak:
    return Speak(ASSISTANT, content)


def look(times: int) -> list[Command]:
    return [call("find_return", return_id="R-1")] * times


def test_a_sound_conversation_is_valid() -> None:
    """Turns, look-ups and a write, and yes as often as it takes."""
    talk = history(say("Hello."), *look(MOST_SAME), answer("Yes?"), say("Yes."), answer("Sure?"), *[say("Yes."), answer("Sure?")] * 9)

    assert invalid(talk) == []


def test_speakers_take_turns() -> None:
    """Whoever speaks twice in a row, or first out of turn, or says nothing, is named."""
    assert invalid(history(say("Hello."), say("Hello?"))) == ["out-of-turn:user"]
    assert invalid(history(say("Hello."), answer("Hi."), answer("Hi again."))) == ["out-of-turn:assistant"]
    assert invalid(history(answer("Hi."))) == ["out-of-turn:assistant"]
    assert invalid(history(say(" "))) == ["empty-message:user"]


def test_a_call_that_shows_the_same_again_and_again_is_named() -> None:
    """Unless the world has changed meanwhile, or the tool broke."""
    change = call("change_return", return_id="R-1", amount=3)
    broken = call("half_way", return_id="R-1", then="raise")

    assert invalid(history(say("Hello."), *look(MOST_SAME + 1))) == ["repeated-call:find_return"]
    assert invalid(history(say("Hello."), *look(MOST_SAME), change, *look(MOST_SAME))) == []
    assert invalid(history(say("Hello."), *[broken] * (MOST_SAME + 1))) == []


def test_a_message_said_again_and_again_is_named() -> None:
    """Whoever says it; short ones such as a yes are not."""
    again = "I would like to know how my return stands."

    assert invalid(history(*[say(again), answer("Which one?")] * (MOST_SAME + 1))) == ["repeated-message:user"]


@settings(deadline=None)
@given(WORDS, st.integers(4, 9))
def test_a_run_of_words_over_and_over_is_a_loop(words: list[str], rounds: int) -> None:
    """Where it is long enough in all, whatever stands before and after it."""
    text = " ".join(["Well then", *(words * rounds), "so much for that"])

    assert loops(text) or len(words) * rounds < 24


@settings(deadline=None)
@given(st.permutations([f"word{number}" for number in range(80)]))
def test_words_that_differ_are_no_loop(words: list[str]) -> None:
    """However long they go on."""
    assert not loops(" ".join(words))


def test_a_list_with_like_lines_is_no_loop() -> None:
    """Items share words, and differ in what they say."""
    items = "\n".join(f"- Order #W{number}: pending, paid by PayPal, goes to 12 Main Street, Boston" for number in range(100, 112))

    assert not loops(items)


def test_stuck_reasoning_is_found_where_it_is_thought() -> None:
    """What an agent thinks counts like what it says."""
    stuck = Speak(ASSISTANT, "One moment.", reasoning="I should look it up again. " * 8)

    assert invalid(history(say("Hello."), stuck)) == ["loop:assistant"]
    assert invalid(history(Speak(USER, "no wait " * 20))) == ["loop:user"]
