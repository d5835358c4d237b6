"""``offline/judge``: reads what a model would be shown, and takes points off for what it can object to."""

from collections.abc import Callable, Iterator, Sequence

from actors.mind import Opinion
from actors.offline.judging import calls, goal, words
from actors.offline.judging.reading import Finding, Reading
from domain.agents import ASSISTANT
from domain.judgement import AXES, Axis, Judgement
from events.judgement import Score, TurnScores
from projections.case import Case, Seen

RULES: tuple[Callable[[Reading], Iterator[Finding]], ...] = (
    calls.refused,
    calls.unfitting,
    calls.repeated,
    calls.ungrounded,
    calls.ignored,
    words.sums,
    words.invented,
    words.against,
    words.tone,
    words.denials,
    words.stale,
    goal.agreed,
    goal.ending,
)
SEVERITY = {"offline/judge": 1.0, "offline/lenient": 0.5, "offline/strict": 1.5}
"""Model -> by how much each objection counts more; the three read alike."""
_MOST_EVIDENCE = 6


class OfflineJudge:
    """A judge made of rules.

    Args:
        model: One of ``SEVERITY``.
    """

    def __init__(self, model: str = "offline/judge") -> None:
        self.model = model
        self._severity = SEVERITY[model]

    async def judge(self, case: Case, rejected: Sequence[str] = (), sample: int = 0) -> Opinion:  # noqa: ARG002
        """Score each axis from 10 downwards; an axis of a setting's own counts breaches of the rules that it names."""
        reading = Reading(case)
        findings = [finding for rule in RULES for finding in rule(reading)]
        findings += [finding for axis in case.axes[len(AXES) :] for finding in _breaches(reading, axis)]
        axes = [axis for axis in case.axes if axis in AXES or axis.rules]
        whole = tuple(self._score(axis.name, findings, case.seen) for axis in axes)
        return Opinion(Judgement(axes=whole, turns=tuple(self._turns(case, findings))))

    def _turns(self, case: Case, findings: Sequence[Finding]) -> Iterator[TurnScores]:
        for turn, positions in case.turns.items():
            here = [finding for finding in findings if finding.evidence[0] in positions]
            seen = [item for item in case.seen if item.turn == turn]
            axes = dict.fromkeys(
                ["communication_quality", *(["tool_usage"] if _shows(seen, "tool_usage") else []), *(f.axis for f in here)]
            )
            within = [finding._replace(evidence=tuple(p for p in finding.evidence if p in positions)) for finding in here]
            yield TurnScores(turn=turn, scores=tuple(self._score(axis, within, seen) for axis in axes))

    def _score(self, axis: str, findings: Sequence[Finding], seen: Sequence[Seen]) -> Score:
        mine = [finding for finding in findings if finding.axis == axis]
        if not mine:
            shown = _shows(seen, axis) or [seen[0].position]
            return Score(axis=axis, score=10, reason="Nothing to object to.", evidence=tuple(shown[:_MOST_EVIDENCE]))
        points = 10 - round(sum(finding.weight for finding in mine) * self._severity)
        evidence = dict.fromkeys(position for finding in mine for position in finding.evidence)
        reason = "; ".join(dict.fromkeys(finding.reason for finding in mine))
        return Score(
            axis=axis, score=max(1, points), reason=f"{reason[:1].upper()}{reason[1:]}.", evidence=tuple(evidence)[:_MOST_EVIDENCE]
        )


def _breaches(reading: Reading, axis: Axis) -> Iterator[Finding]:
    for made in reading.made:
        if made.failed and made.outcome is not None and made.outcome.code.removeprefix("policy:") in axis.rules:
            yield Finding(axis.name, 4, f"{made.call.tool} was called against the policy: {made.outcome.text}", made.positions)


def _shows(seen: Sequence[Seen], axis: str) -> list[int]:
    """Positions that an axis is about."""
    if axis in ("tool_usage", "tool_call_hallucination"):
        return [item.position for item in seen if item.kind == "calls"]
    if axis in ("reasoning_quality", "reasoning_hallucination"):
        return [item.position for item in seen if item.reasoning]
    if axis == "error_handling":
        return [item.position for item in seen if item.kind in ("refusal", "fault")]
    if axis == "goal_achievement":
        return [item.position for item in seen if item.effects or item.kind == "ended"]
    return [item.position for item in seen if item.kind == "says" and item.agent == ASSISTANT]
