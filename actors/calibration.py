"""Calibration: holds clean and flawed twins, lets judges judge them, and gathers what they gave.

Twins have the same seed, goal and persona; up to the flaw they are the same conversation.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from actors.flawed.assistant import FAMILY
from actors.flawed.kinds import KINDS
from actors.inline import hold_inline
from actors.judging import Judging
from actors.mind import JudgeMind
from actors.plan import Place, RunSettings
from actors.run import Ledger
from domain.agents import ASSISTANT, USER
from events.judgement import FlawPlanted
from events.log import Log
from projections.agreement import alpha
from projections.calibration import Labelled
from projections.comparison import Scored, scored
from projections.folder import RunFolder
from projections.judged import Spent

CLEAN, LOG = "clean", "log"


class Study:
    """Twins to be held and judged.

    Args:
        places: By name of setting; conversations take turns.
        count: Conversations of each kind, and as many clean ones.
        out: Folder; each kind has a run folder of its own in it.
    """

    def __init__(
        self,
        places: Mapping[str, Place],
        count: int,
        seed: int,
        out: Path,
        judges: Sequence[JudgeMind],
        kinds: Sequence[str] = tuple(KINDS),
    ) -> None:
        self._places, self._count, self._seed, self._out, self._judges = places, count, seed, out, judges
        self.kinds = kinds
        self.failed: list[tuple[str, str, str]] = []
        """See ``Judging.failed``."""
        self.stopped: str | None = None
        """See ``Judging.stopped``."""
        self._scored: dict[str, Scored] = {}

    async def hold(self) -> AsyncIterator[str]:
        """Hold and judge what is missing; yields each kind when it is done."""
        for kind in (CLEAN, *self.kinds):
            settings = self._settings(kind)
            log = RunFolder.start(self._out / kind, settings.model_dump(mode="json")).write_log()
            try:
                await hold_inline(Ledger(settings, log), self._places, log)
                judging = Judging(log, self._judges)
                wanted = [name for name in judging.conversations if kind == CLEAN or _planted(log, name)]
                async for _ in judging.judge(wanted):
                    pass
                self.failed += judging.failed
                self.stopped = self.stopped or judging.stopped
                self._scored[kind] = scored(log, judging.run, [judge.model for judge in self._judges])
            finally:
                log.close()
            yield kind

    @property
    def spent(self) -> Spent:
        """What all judging took."""
        total = Spent()
        for found in self._scored.values():
            total = total.plus(found.spent)
        return total

    def labelled(self) -> dict[str, list[Labelled]]:
        """Who scored -> what they gave: each judge, the committee where there are several, and the log itself."""
        found = {judge.model: self._pairs(self._given(judge.model)) for judge in self._judges}
        if len(self._judges) > 1:
            found["committee"] = self._pairs({kind: self._scored[kind].committee for kind in (CLEAN, *self.kinds)})
        return {**found, LOG: self._pairs({kind: self._scored[kind].log for kind in (CLEAN, *self.kinds)})}

    def agreement(self, axis: str) -> float | None:
        """Krippendorff's alpha among the judges, over all that was judged."""
        judges = [judge.model for judge in self._judges]
        given = [by for found in self._scored.values() for by in found.judged.values()]
        return alpha([[by.get(judge, {}).get(axis) for judge in judges] for by in given])

    def _given(self, judge: str) -> dict[str, dict[str, dict[str, int]]]:
        return {kind: {name: by[judge] for name, by in found.judged.items() if judge in by} for kind, found in self._scored.items()}

    def _pairs(
        self, tables: Mapping[str, Mapping[str, Mapping[str, int]]] | Mapping[str, Mapping[str, Mapping[str, float]]]
    ) -> list[Labelled]:
        clean = tables[CLEAN]
        found = [Labelled(name, "", "", scores, scores) for name, scores in clean.items()]
        for kind in self.kinds:
            axis = KINDS[kind].axis
            found += [Labelled(name, kind, axis, scores, clean[name]) for name, scores in tables[kind].items() if name in clean]
        return found

    def _settings(self, kind: str) -> RunSettings:
        model = "offline/assistant" if kind == CLEAN else FAMILY + kind
        return RunSettings(
            settings=tuple(self._places), count=self._count, seed=self._seed, models={USER: "offline/user", ASSISTANT: model}
        )


def _planted(log: Log, conversation: str) -> bool:
    return any(isinstance(record.event, FlawPlanted) for record in log.read(conversation))
