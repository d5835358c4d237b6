"""Repair: conversations with planted flaws are rewound to before them, go on soundly, and become training data."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from actors.forking import Forks
from actors.minds import minds_here
from actors.plan import RunSettings
from actors.repairing import Rewound, blame_of, failed_of, rewind
from domain.agents import ASSISTANT, USER
from domain.blame import OMITTED
from domain.errors import SettingError
from events.judgement import FlawPlanted
from events.log import WritableLog
from events.run import ConversationFinished
from projections.branches import compare, finished_forks
from projections.contents import Contents
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.records.repairs import Pair, distinct, preference, recoveries
from projections.records.sft import examples_of
from projections.runs import read_run
from projections.state import history
from projections.verify import verify
from scenarios.load import load
from tests.actors.fragile import Fragile, Killed, nth
from tests.actors.held import INLINE, begin, hold, inline

pytestmark = pytest.mark.xdist_group("repairing")
SETTINGS = RunSettings(
    settings=("retail", "supply_chain"), count=8, seed=5, models={USER: "offline/user", ASSISTANT: "flawed/phantom-success"}
)
SAME_STEP = 4
"""Events between a label and the call or message that it is about, at most."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run whose assistant says that it did what it did not do."""
    run = begin(tmp_path_factory.mktemp("repairs") / "run", SETTINGS, INLINE)
    log = run.write_log()
    hold(SETTINGS, log, inline(SETTINGS, log))
    write_dataset(log, run.dataset)
    log.close()
    return run


@pytest.fixture
def log(folder: RunFolder) -> WritableLog:
    """Its log; what tests fork stays in it."""
    return folder.write_log()


def forks_of(log: WritableLog) -> Forks:
    return Forks(SETTINGS, {name: load(name) for name in SETTINGS.settings}, log, clock=lambda: 0.0)


def tried(log: WritableLog, failed: ConversationFinished, tries: int = 2) -> tuple[Rewound, list[ConversationFinished]]:
    """A conversation rewound, and how the forks came out."""
    forks = forks_of(log)
    rewound = rewind(forks, log, failed, tries, ())
    assert rewound is not None
    return rewound, go_on(forks, rewound.forks)


def go_on(forks: Forks, names: Sequence[str]) -> list[ConversationFinished]:
    async def held() -> list[ConversationFinished]:
        return [end async for end in forks.go_on(names, minds_here)]

    return asyncio.run(held())


def failed(log: WritableLog) -> list[ConversationFinished]:
    return failed_of(read_run(log).finished, ())


def test_the_planted_flaw_is_found_and_repaired(log: WritableLog, folder: RunFolder) -> None:
    """Without its label; each continuation has a seed and a sound assistant of its own, and is the same up to there."""
    assert len(failed(log)) >= 4
    near = repaired = 0
    for end in failed(log):
        records = history(log, end.stream)
        label = next(record.position for record in records if isinstance(record.event, FlawPlanted))
        rewound, ends = tried(log, end)
        near += 0 < rewound.blame.position - label <= SAME_STEP
        repaired += any(one.accepted for one in ends)
        for fork in rewound.forks:
            assert compare(log, end.stream, fork).shared < rewound.blame.position
            started = forks_of(log).planned(fork).started
            assert started.models[ASSISTANT] == "offline/assistant"
            assert started.seed != forks_of(log).planned(end.stream).started.seed

    assert near >= len(failed(log)) - 1
    assert repaired == len(failed(log))
    assert verify(folder, log).problems == []


def test_a_recovery_is_a_whole_conversation(log: WritableLog) -> None:
    """As the data set would have it, and with what it repairs."""
    end = failed(log)[0]
    rewound, ends = tried(log, end)
    contents = Contents(log)
    fork = next(one for one in ends if one.accepted)

    rows = list(recoveries(contents, Pair(end, rewound.blame, fork)))

    examples = list(examples_of(contents, history(log, fork.stream), fork))
    assert [row.model_dump(include=set(type(examples[0]).model_fields)) for row in rows] == [row.model_dump() for row in examples]
    assert {(row.repairs, row.event, row.bad, row.bad_findings) for row in rows} == {
        (end.stream, rewound.blame.position, OMITTED, end.findings)
    }
    assert rows[0].accepted
    assert rows[0].model == "offline/assistant"
    assert rows[0].seed == forks_of(log).planned(fork.stream).started.seed


def test_a_pair_parts_at_a_message_of_the_agents(log: WritableLog) -> None:
    """All before is the same, byte for byte; the rejected message claims what the chosen one does, and arguments are objects."""
    contents, pairs = Contents(log), []
    for end in failed(log):
        rewound, ends = tried(log, end)
        pairs += [found for one in ends if one.accepted and (found := preference(contents, Pair(end, rewound.blame, one)))]

    assert pairs
    for pair in pairs:
        before = next(row for row in examples_of(contents, history(log, pair.conversation), read_run(log).finished[pair.conversation]))
        ends = finished_forks(log)
        after = next(row for row in examples_of(contents, history(log, pair.fork), ends[pair.fork]))
        length = len(pair.prompt)
        assert before.messages[:length] == after.messages[:length]
        assert pair.prompt[0]["role"] == "system"
        assert pair.chosen[0]["role"] == pair.rejected[0]["role"] == "assistant"
        assert pair.chosen != pair.rejected
        assert (pair.rejected_model, pair.chosen_model) == ("flawed/phantom-success", "offline/assistant")
        arguments = [call["function"]["arguments"] for message in (*pair.prompt, *pair.chosen) for call in message.get("tool_calls", ())]
        assert arguments
        assert all(isinstance(each, dict) for each in arguments)
    assert any("tool_calls" in pair.chosen[0] and "tool_calls" not in pair.rejected[0] for pair in pairs)
    assert distinct([*pairs, *pairs]) == distinct(pairs)


def test_repair_that_was_stopped_goes_on(log: WritableLog) -> None:
    """Whoever is killed at an append makes the same forks again, and goes on with them to the same ends."""
    end = failed(log)[1]
    blame = blame_of(forks_of(log), log, end)
    with pytest.raises(Killed):
        tried(Fragile(log, nth(5, "after")), end, tries=4)  # type: ignore[arg-type]

    rewound, ends = tried(log, end, tries=4)

    assert rewound.blame == blame
    assert [one.stream for one in ends] == list(rewound.forks)
    assert tried(log, end, tries=4) == (rewound, ends)


def test_what_needs_no_repair_is_said(log: WritableLog) -> None:
    """Accepted, or not ended."""
    finished = read_run(log).finished
    good = next(stream for stream, end in finished.items() if end.accepted)

    with pytest.raises(SettingError, match="was accepted, so there is nothing to repair"):
        failed_of(finished, [good])
    with pytest.raises(SettingError, match="has not ended"):
        failed_of({}, [good])


def test_equal_runs_give_equal_rows(log: WritableLog, tmp_path: Path) -> None:
    """Whatever the time of day, in another log."""
    run = begin(tmp_path / "again", SETTINGS, INLINE)
    other = run.write_log()
    hold(SETTINGS, other, inline(SETTINGS, other))

    def rows(log: WritableLog) -> list[object]:
        end = failed(log)[0]
        rewound, ends = tried(log, end)
        pairs = [Pair(end, rewound.blame, one) for one in ends if one.accepted]
        return [*(row for pair in pairs for row in recoveries(Contents(log), pair)), *(preference(Contents(log), pair) for pair in pairs)]

    assert rows(log) == rows(other)
    other.close()
