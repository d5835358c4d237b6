"""Judging: asks each judge for each conversation, takes only what names its evidence, and records it beside the conversation.

The same judges on the same log go on where they stopped. A conversation that has ended is history: judgements stand in
a stream of their own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from actors.mind import BudgetSpent, JudgeMind, MindBroke, MindLost, Opinion
from domain.judgement import objections
from domain.values import clean_text
from events.judgement import Judged, JudgementRejected
from events.log import Recorded, WritableLog
from projections.case import Case, case_of
from projections.contents import Contents
from projections.errors import RecordError
from projections.judged import judgements, stream_of
from projections.runs import RunView, mismatch, read_run

ATTEMPTS = 3
"""How often a judge is asked for one conversation, before it is left unjudged."""
_AT_ONCE = 16


class Judging:
    """Judges the finished conversations of a run.

    Args:
        again: Also ask judges who have judged before; their last judgement counts.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self, log: WritableLog, judges: Sequence[JudgeMind], *, again: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._log, self._judges, self._again, self._clock = log, judges, again, clock
        self._contents = Contents(log)
        self.run: RunView = read_run(log)
        self.failed: list[tuple[str, str, str]] = []
        """(conversation, judge, last objection) where a judge gave no judgement that could be taken."""
        self.stopped: str | None = None
        """Why nobody is asked any more, where money is why."""

    @property
    def conversations(self) -> list[str]:
        """Those that can be judged, sorted."""
        return sorted(self.run.finished)

    async def judge(self, conversations: Sequence[str]) -> AsyncIterator[str]:
        """Judge conversations; yields each when all judges are through with it."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(conversation: str) -> str:
            async with room:
                await asyncio.sleep(0)  # rules never wait, but whoever watches or interrupts must get a turn
                await self._judge(conversation)
                return conversation

        tasks = [asyncio.ensure_future(one(conversation)) for conversation in conversations]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()

    async def _judge(self, conversation: str) -> None:
        before = list(self._log.read(stream_of(conversation)))
        done = judgements(before)
        judges = [judge for judge in self._judges if self._again or judge.model not in done]
        if not judges or self.stopped:
            return
        records = list(self._log.read(conversation))
        wrong = mismatch(records, self.run.finished[conversation])
        if wrong:
            raise RecordError(f"stream {conversation}: {wrong}; restore the log from a copy")
        case = case_of(self._contents, records)
        for judge in judges:
            await self._ask(judge, case, *_standing(before, judge.model))
        self._log.forget(stream_of(conversation))

    async def _ask(self, judge: JudgeMind, case: Case, sample: int, attempts: int, rejected: list[str]) -> None:
        for _ in range(attempts):
            began = self._clock()
            try:
                opinion = await judge.judge(case, rejected, sample)
            except BudgetSpent as error:
                self.stopped = str(error)
                return
            except MindLost as error:  # nothing was said, so nothing is recorded
                self.failed.append((case.conversation, judge.model, str(error)))
                return
            except MindBroke as error:
                opinion = Opinion(None, (str(error),))
            wrong = tuple(map(clean_text, opinion.objections))
            if opinion.judgement is not None:
                wrong += tuple(objections(opinion.judgement, case.axes, case.turns))
            elif not wrong:
                wrong = ("there is no judgement in the answer",)
            self._record(judge.model, case, opinion, wrong, began)
            if not wrong:
                return
            rejected += wrong
        self.failed.append((case.conversation, judge.model, rejected[-1]))

    def _record(self, model: str, case: Case, opinion: Opinion, wrong: tuple[str, ...], began: float) -> None:
        about: dict[str, Any] = {"judge": model, "conversation": case.conversation, "request": opinion.request, "usage": opinion.usage}
        judgement = opinion.judgement
        if wrong or judgement is None:
            raw = opinion.raw or (judgement.model_dump_json() if judgement else "")
            event: Judged | JudgementRejected = JudgementRejected(**about, reasons=wrong, raw=clean_text(raw) or None)
        else:
            about["reasoning"] = opinion.reasoning and clean_text(opinion.reasoning)
            event = Judged(**about, events=case.events, digest=case.digest, axes=judgement.axes, turns=judgement.turns)
        now = self._clock()
        circumstances: dict[str, Any] = {"at": round(now, 3)}
        if now - began >= 0.001:
            circumstances["latency_s"] = round(now - began, 3)
        if opinion.cost_usd is not None:
            circumstances["cost_usd"] = opinion.cost_usd
        if opinion.incidents:
            circumstances["incidents"] = list(opinion.incidents)
        stream = stream_of(case.conversation)
        self._log.append(stream, [event], self._log.head(stream), circumstances)


def _standing(records: Sequence[Recorded], judge: str) -> tuple[int, int, list[str]]:
    """How often a judge was through with a case, how often it may be asked now, and what was wrong where it was stopped in between."""
    through, rejected = 0, list[JudgementRejected]()
    for record in records:
        event = record.event
        if isinstance(event, JudgementRejected) and event.judge == judge:
            rejected.append(event)
        if (isinstance(event, Judged) and event.judge == judge) or len(rejected) == ATTEMPTS:
            through, rejected = through + 1, []
    return through, ATTEMPTS - len(rejected), [reason for event in rejected for reason in event.reasons]
