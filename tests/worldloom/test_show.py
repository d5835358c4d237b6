"""Show: a conversation as people read it."""

from pathlib import Path

from rich.console import Console

from domain.conversation import Wanted
from events.store import EventStore
from tests.projections.recorded import TALK, asked, begin, hold
from tests.projections.recorded_team import STREAM, make
from worldloom.show import render


def shown(path: Path, commands=TALK, *, full: bool = False, width: int = 60) -> str:
    store = EventStore(path / "0.sqlite")
    hold(store, "parcels/000000", begin(store, 0), commands)
    console = Console(width=width, soft_wrap=True, no_color=True, highlight=False)
    with console.capture() as capture:
        for part in render(store, "parcels/000000", full=full):
            console.print(part)
    store.close()
    return capture.get()


def test_calls_stand_with_what_each_changed(tmp_path: Path) -> None:
    """Who said what, what was called, what came of it, and why it ended; nothing is lost at the terminal's edge."""
    text = shown(tmp_path)

    for line in (
        "user: What about R-1 and R-2? Grüße 🙂",
        "(Look first.)",
        "assistant: Let me see.",
        '    -> find_return(return_id="R-404")  c2',
        "    <- refused (not-found): returns has no 'R-404'.",
        '    -> cancel_return(return_id="R-1")  c3',
        '       ~ returns.R-1.status: "open" -> "cancelled"',
        "    <- fault (exception): RuntimeError: broken",
        '    -> open_return(customer_id="C-1", amount=3, note=null)  c5',
    ):
        assert line in text.splitlines()
    assert any(line.startswith("       + returns.R-") and line.endswith('"tags":[],"note":null}') for line in text.splitlines())
    assert "turn 3" in text
    assert "ended: user-done" in text


def test_long_observations_are_cut_and_say_so(tmp_path: Path) -> None:
    """What is cut is counted; ``full`` cuts nothing."""
    long = [asked(Wanted("open_return", {"customer_id": "C-1", "amount": 1, "note": "x" * 1000}))]

    elsewhere = tmp_path / "full"
    elsewhere.mkdir()
    cut, full = shown(tmp_path, long), shown(elsewhere, long, full=True)

    assert "characters more)" in cut
    assert "characters more)" not in full
    assert "x" * 1000 in full


def test_subagents_stand_further_right(tmp_path: Path) -> None:
    """Who was asked for what, what came of it, and who gave up, indented below whoever asked."""
    store = make(tmp_path / "out").open_log()
    console = Console(width=40, soft_wrap=True, no_color=True, highlight=False)
    with console.capture() as capture:
        for part in render(store, STREAM):
            console.print(part)
    store.close()

    for line in (
        '    -> clerk(request="Find R-2.")  c2',
        "      assistant/clerk is asked: Find R-1.",
        '          -> find_return(return_id="R-1")  c3',
        "             c3 is run again: c9 has changed returns.R-1.status",
        '          <- {"status":"open"}',
        "      assistant/clerk#2 gives up: fell over",
        "      assistant/clerk: R-1 is open.",
        "    <- R-1 is open.",
    ):
        assert line in capture.get().splitlines()
