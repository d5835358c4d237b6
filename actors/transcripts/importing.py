"""One transcript into one stream: its calls run again, its words as they were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import orjson

from actors.equality import differing
from actors.recordings import Step as RecordedStep
from actors.transcripts.ground import STATE, Ground, Grounds, goal_of, version_of
from actors.transcripts.messages import Called, Reading, Step
from actors.transcripts.transcript import Transcript
from domain.agents import USER
from domain.conversation import Conversation, RunTool, decide, replay
from domain.errors import SettingError
from domain.goal import Goal
from domain.patch import Difference
from domain.policy import Memory
from domain.values import is_number
from domain.verdict import Verdict, differing_state, judge
from domain.world import Base, World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ConversationStarted, ModelReplied, UserSpoke
from events.imports import MessageSetAside, ToolDiverged, ToolWasLive, TranscriptImported
from events.log import WritableLog
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.transcript import Outcome, observation_text

NEVER_EXECUTED = "never-executed"
"""Kind of the fault that stands where a transcript has no result of a call."""
_UNEARNED = "unearned-reward"
_ERROR = "Error: "
_ENDS = {"user": "user-done", "user_stop": "user-done", "agent_stop": "user-done", "transfer_to_human_agents": "user-done"}
_STOPS = ("###STOP###", "###TRANSFER###", "###OUT-OF-SCOPE###")
_NEAR = 0.01
"""Dollars by which two sums may differ that were rounded otherwise."""
_NOWHERE = Base({})


@dataclass
class _Held:
    """A stream as it grows: all that was recorded so far, an append for each step."""

    state: Conversation
    appends: list[tuple[list[Event], Mapping[str, Any]]] = field(default_factory=list)

    def add(self, events: list[Event], message: int, at: float | None = None) -> None:
        """One append, and belief in it."""
        self.appends.append((events, {"message": message} if at is None else {"at": at, "message": message}))
        self.state = replay(self.state, events)


class Importer:
    """Imports transcripts into a log.

    Args:
        run: Name of the run.
        store: What is there already is left as it is: an import that was cut off goes on.
    """

    def __init__(self, run: str, grounds: Grounds, store: WritableLog) -> None:
        self._run, self._grounds, self._store = run, grounds, store
        self._content: dict[int, dict[str, str]] = {}

    def hold(self, stream: str, index: int, transcript: Transcript) -> ConversationFinished:
        """Import one transcript; how it came out."""
        reading = Reading(transcript.messages, transcript.inferred)
        ground, goal = self._grounds.of(transcript), goal_of(transcript)
        held = _Held(Conversation(World(ground.base if ground else _NOWHERE)))
        held.add([self._started(index, transcript, reading, ground, goal), _imported(transcript, reading, ground, goal)], 0)
        for step in reading.steps:
            _take(held, step, ground, transcript.models)
        held.add([ConversationEnded(reason=_end(transcript, reading))], len(transcript.messages))
        self._record(stream, held)
        verdict = self._verdict(held.state, transcript, reading, ground, goal)
        head = self._store.head(stream)
        self._store.forget(stream)
        about = {"accepted": verdict.accepted, "findings": verdict.findings, "fault": verdict.fault}
        return ConversationFinished(stream=stream, events=head.position, digest=head.digest, **about)

    def _record(self, stream: str, held: _Held) -> None:
        head = self._store.head(stream)
        done, position = head.position, 0
        for events, circumstances in held.appends:
            position += len(events)
            if position > done:
                head = self._store.append(stream, events, head, circumstances)

    def _started(self, index: int, transcript: Transcript, reading: Reading, ground: Ground | None, goal: Goal) -> ConversationStarted:
        put = self._store.put
        digests = self._digests(ground)
        if transcript.tools:
            digests = {**digests, "toolset": put(orjson.dumps(transcript.tools))}
        return ConversationStarted(
            run=self._run,
            setting=ground.setting.name if ground else transcript.domain or "live",
            index=index,
            seed=int.from_bytes(blake2b(transcript.key.encode(), digest_size=6).digest()),
            policy=put((transcript.policy or reading.system).encode()),
            persona=put(b"null"),
            goal=put(goal.model_dump_json().encode()),
            models=dict(transcript.models),
            clock="",
            enforced=False,
            **digests,
        )

    def _digests(self, ground: Ground | None) -> dict[str, str]:
        if id(ground) not in self._content:
            nothing = {"world": orjson.dumps(_NOWHERE.document()), "scenario": b"{}", "toolset": b"[]"}
            self._content[id(ground)] = {name: self._store.put(body) for name, body in (ground.content if ground else nothing).items()}
        return self._content[id(ground)]

    def _verdict(self, state: Conversation, transcript: Transcript, reading: Reading, ground: Ground | None, goal: Goal) -> Verdict:
        """Our own verdict; what was published stands beside it and does not move it."""
        never = tuple(f"{NEVER_EXECUTED}:{call.tool}" for step in reading.steps for call in step.calls if call.result is None)
        if ground is None:
            return Verdict(False, ("not-judged:live", *never))
        if transcript.task is None:
            return Verdict(False, ("not-judged:no-task", *never))
        gold = self._grounds.gold(ground, goal, version_of(goal))
        if isinstance(gold, str):
            return Verdict(False, (gold, *never))
        try:
            found = judge(state, goal, gold, ground.setting.checks)
        except SettingError:  # a check that the setting does not know, or cannot make so
            goal = goal.model_copy(update={"checks": ()})
            found = judge(state, goal, gold)
        criterion = transcript.task.criterion
        if criterion and STATE not in criterion and not goal.checks:
            return Verdict(False, (f"not-judged:{'+'.join(criterion)}", *found.findings, *never))
        beside = differing_state(state.world, self._grounds.published(ground, transcript.task) or gold) if goal.checks else []
        wrong = any(finding.startswith(("state-differs", "not-met", "not-called")) for finding in found.findings)
        unearned = [_UNEARNED] if wrong and (transcript.reward or 0) >= 1 else []
        findings = (*found.findings, *beside, *never, *unearned)
        return Verdict(found.accepted and not never, findings, found.fault or ("tool" if never else None))


def _imported(transcript: Transcript, reading: Reading, ground: Ground | None, goal: Goal) -> TranscriptImported:
    task = transcript.task
    return TranscriptImported(
        key=transcript.key,
        place=transcript.place,
        shape=transcript.shape,
        benchmark=transcript.benchmark,
        domain=transcript.domain,
        database=ground.database if ground else "",
        task=task.id if task else "",
        task_version=version_of(goal) if task else "",
        criterion=tuple(task.criterion) if task else (),
        reward=transcript.reward,
        rewards=dict(transcript.rewards),
        termination=transcript.termination,
        origin=dict(transcript.origin),
        oddities=tuple(reading.oddities),
        replayed=transcript.replayed,
    )


def _take(held: _Held, step: Step, ground: Ground | None, models: Mapping[str, str]) -> None:
    """One step: the words, or the calls and what came of each."""
    if step.aside:
        held.add([MessageSetAside(code=step.aside, message=step.message, raw=step.content or "")], step.message)
        return
    via = ModelReplied(agent=step.agent, model=models.get(step.agent, "unknown"))
    if not step.calls:
        words = {"agent": step.agent, "content": step.content or ""}
        spoke = UserSpoke(**words) if step.agent == USER else AssistantSpoke(**words, reasoning=step.reasoning)
        held.add([via, spoke], step.message, step.at)
        return
    held.add([via, *_called(step)], step.message, step.at)
    for call in sorted(step.calls, key=lambda call: call.result.message if call.result else -1):
        result = call.result
        held.add(
            list(_outcome(held.state, step.agent, call, ground)), result.message if result else step.message, result.at if result else None
        )


def _called(step: Step) -> Iterator[ToolCalled]:
    for number, call in enumerate(step.calls):
        beside = {"content": step.content, "reasoning": step.reasoning} if not number else {}
        yield ToolCalled(agent=step.agent, call_id=call.call_id, tool=call.tool, arguments=call.arguments, **beside)


def _outcome(state: Conversation, agent: str, call: Called, ground: Ground | None) -> Iterator[Event]:
    """What came of a call: as it was recorded, with the effect that it has here."""
    about: dict[str, Any] = {"agent": agent, "call_id": call.call_id}
    if call.result is None:
        yield ToolFaulted(**about, kind=NEVER_EXECUTED, reason="The transcript holds no result of this call.")
        return
    recorded = call.result.text
    why = _why_live(call, ground)
    if why is not None or ground is None:
        yield ToolWasLive(**about, why=why)
        yield ToolAnswered(**about, observation=_seen(recorded))
        return
    lacking = recorded == ground.dialect.unknown.replace("{tool}", call.tool)
    environment = ground.apart if lacking else ground.environment
    outcome = decide(_clocked(state, ground.setting.clock), RunTool(call.call_id), environment, Memory())[-1]
    assert isinstance(outcome, ToolAnswered | ToolRefused | ToolFaulted)
    is_unknown = isinstance(outcome, ToolRefused) and outcome.code == "unknown-tool"
    text = recorded if is_unknown and lacking else observation_text(outcome)
    difference = _difference(call, recorded, outcome, text)
    if difference is not None:
        yield ToolDiverged(**about, cause=_cause(difference, recorded, outcome), path=difference.path, recomputed=text)
    yield _as_recorded(outcome, recorded, equal=difference is None)


def _clocked(state: Conversation, clock: str) -> Conversation:
    """The state with a time in its world: a transcript says none, but tools may ask."""
    return replace(state, started=state.started.model_copy(update={"clock": clock})) if state.started else state


def _why_live(call: Called, ground: Ground | None) -> Any:
    if ground is None:
        return "unknown-setting"
    if call.tool not in ground.dialect.toolset:
        shown = ground.dialect.unknown.replace("{tool}", call.tool)
        return None if call.result is not None and call.result.text == shown else "unknown-tool"
    return "bad-arguments" if call.is_bad else None


def _difference(call: Called, recorded: str, outcome: Outcome, text: str) -> Difference | None:
    """The first difference, by the rule that ``worldloom conform`` has; an error is a text that says so."""
    if recorded == text:
        return None
    step = RecordedStep(name=call.tool, arguments={}, content=recorded, error=recorded.startswith("Error"))
    return next(differing(step, text, not isinstance(outcome, ToolAnswered), None, None), None)


def _cause(difference: Difference, recorded: str, outcome: Outcome) -> Any:
    error = recorded.startswith("Error")
    if error and not isinstance(outcome, ToolAnswered):
        return "wording"
    if error or not isinstance(outcome, ToolAnswered):
        return "refused-there" if error else "refused-here"
    numbers = [value for value in (difference.expected, difference.found) if is_number(value)]
    return "rounding" if len(numbers) == 2 and abs(numbers[0] - numbers[1]) < _NEAR else "value"


def _as_recorded(outcome: Outcome, recorded: str, *, equal: bool) -> Outcome:
    """The outcome with what the agent saw; where ours is a no and the record agrees, it stays one."""
    if isinstance(outcome, ToolAnswered):
        return outcome.model_copy(update={"observation": _seen(recorded)})
    if equal and recorded.startswith(_ERROR):
        return outcome.model_copy(update={"reason": recorded.removeprefix(_ERROR)})
    return ToolAnswered(agent=outcome.agent, call_id=outcome.call_id, observation=_seen(recorded))


def _seen(recorded: str) -> Any:
    """An object or a list as that value, anything else as its text: then the transcript shows what was there."""
    if recorded[:1] not in ("{", "["):
        return recorded
    try:
        value = orjson.loads(recorded)
    except ValueError:
        return recorded
    return value if orjson.dumps(value).count(b'":') == recorded.count('":') else recorded  # a key that stands twice would be lost


def _end(transcript: Transcript, reading: Reading) -> str:
    """A code for how it ended: as published, else as the user's last words say."""
    known = transcript.termination
    if known in _ENDS:
        return _ENDS[known]
    last = next((step.content or "" for step in reversed(reading.steps) if step.agent == USER), "")
    if any(stop in last for stop in _STOPS):
        return "user-done"
    return known.replace("_", "-") if known else "unknown"
