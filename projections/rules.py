"""Rules over old logs: which recorded events break a temporal rule, or a setting's policy as it is today."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from domain.agents import Delegate
from domain.conversation import Conversation, replay
from domain.errors import Refusal, SettingError
from domain.outcome import Environment
from domain.policy import Call, Memory
from domain.setting import Setting
from domain.temporal import TemporalRule, Violation, violations
from domain.tools import Tool
from events.conversation import ConversationStarted
from events.forks import home, is_fork, whole
from events.log import Recorded
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.many import over, unwatched
from projections.state import beginning

Load = Callable[[str], Setting]
"""Name -> setting, as it is today; a function of a module, since other processes must find it."""
POLICY = "policy:"
"""Before the id of a setting's own rule."""


class Place(NamedTuple):
    """An event that breaks a rule."""

    rule: str
    conversation: str
    position: int
    held_by: str
    """The stream that holds the event: of a fork, perhaps its parent."""


@dataclass
class Broken:
    """What was found."""

    conversations: int = 0
    events: int = 0
    calls: int = 0
    """Recorded calls that the policies had a say in."""
    sentences: dict[str, str] = field(default_factory=dict)
    """Rule -> its sentence; the setting's own as ``policy:SETTING/ID``."""
    places: list[Place] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Rule of a policy -> calls that would break it and were refused when they were made: nothing came of them."""
    unjudged: Counter[str] = field(default_factory=Counter)
    """Why a call, or a conversation, was not looked at by policy -> how often."""

    def take(self, other: "Broken") -> None:
        """Take in what was found in later conversations; an event that forks share counts once."""
        known = {(place.rule, place.held_by, place.position) for place in self.places} if other.places else set()
        self.conversations += other.conversations
        self.events += other.events
        self.calls += other.calls
        self.sentences.update(other.sentences)
        for place in other.places:
            if (place.rule, place.held_by, place.position) not in known:
                known.add((place.rule, place.held_by, place.position))
                self.places.append(place)
        self.refused.update(other.refused)
        self.unjudged.update(other.unjudged)


def broken(
    contents: Contents,
    streams: Sequence[str],
    rules: Sequence[TemporalRule],
    load: Load,
    folder: Path | None = None,
    watch: Callable[[int], None] = unwatched,
) -> Broken:
    """Which events of conversations break rules.

    Args:
        streams: Sorted, so that a fork comes after its parent.
        rules: To be run besides each setting's own.
        load: Settings as they are today.
        folder: Of the run, for many conversations on all cores.
        watch: Is told of so many conversations more.

    Raises:
        CorruptLog: A stream or a content is damaged.
    """
    found = Broken(sentences={rule.id: rule.sentence for rule in rules})
    for part in over(streams, partial(_broken, rules=tuple(rules), load=load), contents, folder, watch):
        found.take(part)
    return found


def _broken(contents: Contents, streams: Sequence[str], rules: tuple[TemporalRule, ...], load: Load) -> Broken:
    found = Broken()
    for stream in streams:
        records = list(whole(contents.store, stream))
        found.conversations += 1
        found.events += len(records)
        broke = [*violations(rules, ((record.position, record.event) for record in records)), *_by_policy(contents, records, load, found)]
        for rule, position in sorted(broke, key=lambda violation: violation.position):
            held_by = home(contents.store, stream, position) if is_fork(stream) else stream
            found.places.append(Place(rule, stream, position, held_by))
    return found


def _by_policy(contents: Contents, records: Sequence[Recorded], load: Load, found: Broken) -> Iterator[Violation]:
    """Calls that today's rules of the setting would refuse, and that were not refused by the rules of their day."""
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        return
    try:
        environment = load(started.setting).environment
    except SettingError as error:
        found.unjudged[f"conversations of setting {started.setting}, which cannot be loaded ({error})"] += 1
        return
    state, memory = beginning(contents, records), Memory()
    calls: dict[str, Recorded] = {}
    for record in records:
        event = record.event
        if isinstance(event, ToolCalled):
            calls[event.call_id] = record
        elif isinstance(event, ToolAnswered | ToolRefused | ToolFaulted) and event.call_id in calls:
            called = calls[event.call_id]
            assert isinstance(called.event, ToolCalled)
            rule = _rule(state, memory, called.event, environment, found)
            if rule is not None:
                name = f"{POLICY}{started.setting}/{rule[0]}"
                found.sentences[name] = rule[1]
                if isinstance(event, ToolRefused) and event.code.startswith(POLICY):
                    found.refused[name] += (
                        not is_fork(record.stream) or home(contents.store, record.stream, record.position) == record.stream
                    )
                else:
                    yield Violation(name, called.position)
        state = replay(state, (event,))
        memory.observe(event)


def _rule(state: Conversation, memory: Memory, called: ToolCalled, environment: Environment, found: Broken) -> tuple[str, str] | None:
    """Id and sentence of the first rule that a call breaks, as a guard would have found it when the call was run."""
    try:
        tools: Mapping[str, Tool] = environment.at(called.agent).toolset
    except SettingError:
        found.unjudged[f"calls of {called.agent}, which takes no part in today's setting"] += 1
        return None
    tool = tools.get(called.tool)
    if tool is None:
        found.unjudged[f"calls of {called.tool}, which {called.agent} does not have today"] += 1
        return None
    if isinstance(tool, Delegate):
        return None
    try:
        tool.check(called.arguments)
        found.calls += 1
        rule = environment.policy.broken_by(memory, Call(called.agent, called.tool, called.arguments, tool.writes), state.world)
    except Refusal:  # arguments that do not fit: no rule has to look at them
        return None
    except Exception as error:  # a rule may break in any way, and must not take the others with it
        found.unjudged[f"calls of {called.tool}, at which a rule broke ({type(error).__name__}: {error})"] += 1
        return None
    return (rule.id, rule.sentence) if rule else None
