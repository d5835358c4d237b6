"""Progress: how far, how fast, how it came out and what it took, on a terminal and elsewhere."""

from io import StringIO

from rich.console import Console

from events.conversation import Usage
from events.run import ConversationAbandoned, ConversationFinished
from worldloom.progress import Meter, showing


class Clock:
    """Seconds, as told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def held(index: int, accepted: bool = True, **more) -> ConversationFinished:
    fault = None if accepted else "assistant"
    return ConversationFinished(stream=f"parcels/{index:06d}", events=20, digest="d", accepted=accepted, fault=fault, **more)


LOST = ConversationAbandoned(stream="parcels/000099", reason="MindLost: gone", fault="infrastructure")


def lines(meter: Meter, clock: Clock, *steps: tuple[float, list]) -> list[str]:
    """What is printed where nobody watches, given (seconds, ends) steps."""
    console = Console(file=StringIO(), width=40)
    with showing(meter, console) as advance:
        for seconds, ends in steps:
            clock.now += seconds
            advance(ends)
    return console.file.getvalue().splitlines()


def test_a_line_says_how_fast_and_how_it_comes_out() -> None:
    """Rates are of this invocation, counts of the whole run; tokens and cost where something was paid for."""
    clock = Clock()
    paid = held(3, usage=Usage(prompt_tokens=12_345, completion_tokens=678), cost_usd=0.5)

    (line,) = lines(Meter([held(1)], 8, clock), clock, (4.0, [held(2, False), paid, LOST]))

    assert line == (
        "4 of 8: 0.8 conversations/s, 10 events/s; 2 accepted, 1 not accepted, 1 abandoned; "
        "at fault: assistant 1, infrastructure 1; 12,345 + 678 tokens, $0.50"
    )


def test_lines_are_few() -> None:
    """One for each tenth or half minute, none within two seconds of another, no control characters."""
    clock = Clock()
    steps = [(1.0, [held(1)] * 10), (1.0, [held(1)] * 10), (1.0, [held(1)] * 50), (1.5, []), (29.0, [held(1)]), (30.0, [])]

    printed = lines(Meter([], 100, clock), clock, *steps)

    assert [line.split(":")[0] for line in printed] == ["20 of 100", "70 of 100", "71 of 100"]
    assert all(line.isprintable() for line in printed)


def test_two_lines_move_on_a_terminal() -> None:
    """The bar with its rate, and under it how conversations came out."""
    clock = Clock()
    console = Console(file=StringIO(), force_terminal=True, width=120, color_system=None)

    with showing(Meter([], 8, clock), console) as advance:
        clock.now += 2.0
        advance([held(1), LOST])

    shown = console.file.getvalue()
    assert "2/8 1.0 conversations/s, 10 events/s" in shown
    assert "1 accepted, 0 not accepted, 1 abandoned; at fault: infrastructure 1" in shown
