"""Rules over recorded conversations: what was planted is found, event by event, and nothing else."""

from pathlib import Path

import pytest

from actors.plan import RunSettings
from domain.agents import ASSISTANT, USER
from domain.errors import SettingError
from domain.temporal import rules_of
from events.conversation import ConversationForked
from events.digests import content_digest
from events.forks import fact_digest
from events.judgement import FlawPlanted
from events.log import WritableLog
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled
from projections.contents import Contents
from projections.rules import broken
from projections.state import conversations
from scenarios.load import load
from tests.projections.planted import PLANTED, hold

pytestmark = pytest.mark.xdist_group("rules")
FLAW = RunSettings(
    settings=("retail", "supply_chain"),
    count=PLANTED // 2,
    seed=5,
    models={USER: "offline/user", ASSISTANT: "flawed/skipped-authentication"},
    enforced=False,
)
RULES = rules_of(
    [
        {
            "id": "known-first",
            "sentence": "Nothing is looked up before it is known who asks.",
            "never": {"kind": "called", "tool": ["get_*", "track_*"]},
            "before": {"kind": "answered", "tool": ["find_user_id_*", "verify_contact"]},
        }
    ],
    "here",
)
NOT_PLANTED = {"policy:retail/own-data-only", "policy:supply_chain/own-company"} if FLAW.count > 12 else set()
"""In larger runs users also name what is not theirs, and nothing guards it."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> WritableLog:
    """A run in which nothing guards, and an assistant that looks before it knows who asks."""
    return hold(tmp_path_factory.mktemp("rules"), FLAW)


def planted(log: WritableLog) -> set[tuple[str, int]]:
    """(conversation, position) of the first call of a tool after each label: the assistant's own, or that of whom it asked."""
    found = set()
    for stream in conversations(log):
        records = list(log.read(stream))
        handed = {record.event.call_id for record in records if isinstance(record.event, SubagentStarted)}
        calls = [one for one in records if isinstance(one.event, ToolCalled) and one.event.call_id not in handed]
        for label in (record for record in records if isinstance(record.event, FlawPlanted)):
            found.add((stream, next(call.position for call in calls if call.position > label.position)))
    return found


def test_planted_flaws_are_found_and_no_others(log: WritableLog) -> None:
    """By a temporal rule, and by the rules of each setting, though nothing guarded when they were made."""
    found = broken(Contents(log), conversations(log), RULES, load)

    flaws = planted(log)
    assert len(flaws) >= 4
    assert {(place.conversation, place.position) for place in found.places if place.rule == "known-first"} == flaws
    by_policy = [place for place in found.places if place.rule.startswith("policy:") and place.rule not in NOT_PLANTED]
    assert {(place.conversation, place.position) for place in by_policy} == flaws
    assert found.conversations == FLAW.count
    assert found.events == sum(len(log.rows(stream)) for stream in conversations(log))
    assert not found.unjudged
    print(f"{len(flaws)} planted in {found.conversations} conversations, all found and nothing else under their rules")


def test_what_was_refused_is_told_apart(tmp_path: Path) -> None:
    """Where the rules guarded, the same calls came to nothing: they are counted, and no violations."""
    log = hold(tmp_path, FLAW.model_copy(update={"enforced": True}))

    found = broken(Contents(log), conversations(log), (), load)

    assert found.places == []
    assert sum(many for rule, many in found.refused.items() if rule not in NOT_PLANTED) == len(planted(log)) >= 4


def test_an_event_that_forks_share_counts_once(log: WritableLog) -> None:
    """At its conversation; what a fork does itself is the fork's."""
    stream, position = min(planted(log))
    row = log.rows(stream, position + 1, position + 1)[0]
    assert isinstance(list(log.read(stream))[position].event, ToolAnswered)
    fork = f"{stream}~{content_digest(b'fork')[:8]}"
    forked = ConversationForked(parent=stream, position=position + 1, shared=fact_digest(row))
    again = ToolCalled(agent=ASSISTANT, call_id="again", tool="get_order_details", arguments={"order_id": "#W1"})
    log.append(fork, [forked, again], log.head(fork))

    found = broken(Contents(log), [stream, fork], RULES, load)

    places = [(place.conversation, place.position) for place in found.places if place.rule == "known-first"]
    assert places == [(stream, position), (fork, position + 3)]


def test_a_setting_that_is_gone_is_said(log: WritableLog) -> None:
    """Temporal rules are run all the same."""

    def gone(name: str) -> None:
        raise SettingError(f"there is no setting {name!r}")

    found = broken(Contents(log), conversations(log)[:2], RULES, gone)  # type: ignore[arg-type]

    assert sum(found.unjudged.values()) == 2
    assert any("there is no setting" in why for why in found.unjudged)
    assert found.places
