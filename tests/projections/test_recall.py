"""Recall: the rows that a planted bug touched are named, all of them and no others."""

from pathlib import Path
from typing import Any

import pytest

from actors.plan import RunSettings
from domain.provenance.origins import Origins
from domain.values import plain
from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied, UserSpoke
from events.log import WritableLog
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import Change, ToolAnswered, ToolCalled, ToolLagged, ToolRefused
from projections.contents import Contents
from projections.recall import Bad, recall
from projections.state import conversations
from projections.taint import AFTER, READ, SAW, TOLD, Taint
from scenarios.load import load
from tests.projections.planted import PLANTED, Bug, hold, messages

pytestmark = pytest.mark.xdist_group("recall")
RUN = RunSettings(settings=("retail", "supply_chain"), count=PLANTED, seed=1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The rows of a run without a bug."""
    return messages(hold(tmp_path_factory.mktemp("sound"), RUN))


def _more(_: Any, shown: Any) -> Any:
    return {**shown, "trace": "T-000"} if isinstance(shown, dict) else shown


def _one_too_many(_: Any, shown: Any) -> Any:
    """The first number that is shown is one too high."""
    left = [1]

    def walk(value: Any) -> Any:
        if type(value) is int and left:
            return value + left.pop()
        if isinstance(value, dict):
            return {name: walk(item) for name, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else value

    return walk(plain(shown))


def _too_late(world: Any, shown: Any) -> Any:
    """The change is made, and another one that nobody asked for."""
    for change in world.changes:
        if change.field == "requested_on":
            world.update(change.table, change.key, requested_on="2031-01-01")
    return _more(world, shown)


@pytest.mark.parametrize(
    ("tool", "bug"),
    [
        ("get_order_details", _more),
        ("get_user_details", _more),
        ("get_order", _more),
        ("get_order", _one_too_many),
        ("track_shipment", _one_too_many),
        ("get_company", _more),
        ("change_delivery_date", _too_late),
    ],
)
def test_the_rows_that_differ_are_those_that_are_named(sound: dict[tuple[str, str], str], tmp_path: Path, tool: str, bug: Bug) -> None:
    """Of two runs, one with a bug; by the log alone none is missed, and with the tool mended none is named that is as it was."""
    log = hold(tmp_path, RUN, {tool: bug})
    now = messages(log)
    differ = {row for row in now if sound.get(row) != now[row]}
    assert differ

    assert named(log, Bad(tool=tool, mended=True)) == differ
    by_log = named(log, Bad(tool=tool))
    assert by_log >= differ
    assert named(log, Bad(mended=True)) == differ
    print(f"{tool}: {len(differ)} of {len(now)} rows differ; mended names these, the log alone {len(by_log)}")


def named(log: WritableLog, bad: Bad) -> set[tuple[str, str]]:
    touched = recall(Contents(log), conversations(log), bad, load).touched
    return {(row.conversation, row.agent) for row in touched if row.how != AFTER}


def test_a_model_a_setting_and_an_event_touch_their_rows(tmp_path: Path) -> None:
    """A model's rows are those of its agent and of whom it told; a setting's are all of its conversations."""
    settings = RunSettings(
        settings=("retail", "supply_chain"), count=4, seed=1, models={"user": "offline/user", "assistant": "offline/assistant"}
    )
    log = hold(tmp_path, settings)
    rows = set(messages(log))
    digest = next(iter(log.read("retail/000000"))).event.scenario  # type: ignore[attr-defined]
    retail = {row for row in rows if row[0].startswith("retail/")}

    assert named(log, Bad(model="offline/assistant")) == rows
    assert named(log, Bad(model="nobody")) == set()
    assert named(log, Bad(scenario=digest[:12])) == retail
    assert named(log, Bad(scenario=digest, model="offline/user")) == retail
    assert named(log, Bad(event=("retail/000000", 1))) == {("retail/000000", "assistant")}
    last = len(log.rows("retail/000000"))
    assert named(log, Bad(event=("retail/000000", last))) == set()  # it ends with what no row holds


TOP, CLERK, PORTER = "assistant", "assistant/clerk", "assistant/porter"


def started(agent: str, call_id: str, request: str) -> SubagentStarted:
    return SubagentStarted(agent=agent, call_id=call_id, request=request, prompt="p", toolset="t", model="m")


def called(agent: str, call_id: str, tool: str = "look", **arguments: Any) -> ToolCalled:
    return ToolCalled(agent=agent, call_id=call_id, tool=tool, arguments=arguments)


def spread(bad: int, *events: Event) -> dict[int, str]:
    found = Taint(Origins(), {bad})
    for position, event in enumerate(events, 1):
        found.observe(position, event)
    return found.how


STATUS = Change(table="orders", key="W1", field="status", before="open", after="lost")
CHANGED: list[Event] = [
    UserSpoke(agent="user", content="What of W1 and W2?"),
    called(TOP, "c1", request="Close W1."),
    started(CLERK, "c1", "Close W1."),
    called(CLERK, "c2", order_id="W1"),
    ToolAnswered(agent=CLERK, call_id="c2", observation={"id": "W1", "fee": 777}, changes=(STATUS,)),  # 5: bad
    called(TOP, "c3", request="Look at W1."),
    started(PORTER, "c3", "Look at W1."),
    called(PORTER, "c4", order_id="W1"),
]


def test_what_reads_a_changed_place_is_touched() -> None:
    """And the answers of whoever saw it; not what reads another field, another row, or the place once it is put right."""
    answer = {"agent": PORTER, "call_id": "c4", "observation": "W1"}
    for reads, how in [
        ([("orders", "W1", "status")], READ),
        ([("orders", "*", "*")], READ),
        ([("orders", "W1", "*")], READ),
        ([("orders", "W1", "total"), ("orders", "W2", "status"), ("users", "W1", "status")], None),
    ]:
        found = spread(5, *CHANGED, ToolAnswered(**answer, reads=tuple(reads)))
        assert (found[5], found.get(9)) == (SAW, how)
    mended = STATUS.model_copy(update={"before": "lost", "after": "open"})
    again = [called("user", "c5"), ToolAnswered(agent="user", call_id="c5", observation="ok", changes=(mended,))]
    assert 11 not in spread(5, *CHANGED, *again, ToolAnswered(**answer, reads=(("orders", "W1", "status"),)))
    lagged = ToolLagged(agent=PORTER, call_id="c4", unseen="c2")
    assert 10 not in spread(5, *CHANGED, lagged, ToolAnswered(**answer, reads=(("orders", "W1", "status"),)))


def test_a_refusal_may_have_read_what_was_changed() -> None:
    """Of a refusal no reads are recorded; those that never reached the tool have none."""
    refused = {"agent": PORTER, "call_id": "c4", "reason": "No."}

    assert spread(5, *CHANGED, ToolRefused(**refused, code="not-open"))[9] == READ
    assert 9 not in spread(5, *CHANGED, ToolRefused(**refused, code="policy:confirm-first"))


def test_a_subagents_answer_and_what_is_told_of_it_are_touched() -> None:
    """A request that hands on a value known from nowhere else is; one that does not, only comes after."""
    answer = [
        AssistantSpoke(agent=CLERK, content="W1 has a fee of 777."),
        SubagentFinished(agent=CLERK, call_id="c1"),
        ToolAnswered(agent=TOP, call_id="c1", observation="W1 has a fee of 777."),
    ]
    waive, look = (
        "Please waive the whole fee of 777 for the order W1 now.",
        "Please have a look at the order W2 for me, as soon as you can.",
    )
    handed = [called(TOP, "c8", request=waive), started(PORTER, "c8", waive)]
    plain_one = [called(TOP, "c9", request=look), started(PORTER, "c9", look)]

    found = spread(5, *CHANGED[:5], *answer, ModelReplied(agent=TOP, model="m"), *handed, *plain_one)

    assert (found[8], found[10], found[11], found.get(12), found[13]) == (TOLD, TOLD, TOLD, None, AFTER)
