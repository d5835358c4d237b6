"""Rehearsing: a blueprint is held by the offline user and assistant, with nothing recorded, to see where its text leads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actors.conversation import ConversationActor
from actors.mind import Mind
from actors.minds import OFFLINE, make_mind
from domain.agents import ASSISTANT, USER
from domain.verifying.ground import Ground
from domain.verifying.rehearsal import Rehearsal, as_said, unsaid
from events.base import Event
from events.conversation import ConversationStarted
from events.digests import Head, stream_head
from events.errors import CorruptLog
from events.log import LAST, Recorded, Row
from events.subagents import SubagentStarted

_STREAM = "rehearsal/000000"


class Unkept:
    """A log that keeps nothing."""

    place = "nowhere"

    def __init__(self) -> None:
        self._length = 0

    def streams(self) -> list[str]:
        """None."""
        return []

    def read(self, stream: str) -> Iterator[Recorded]:  # noqa: ARG002
        """Nothing."""
        return iter(())

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> Sequence[Row]:  # noqa: ARG002
        """Nothing."""
        return ()

    def head(self, stream: str) -> Head:
        """Where it would end."""
        return stream_head(stream)._replace(position=self._length)

    def get(self, digest: str) -> bytes:
        """Never anything."""
        raise CorruptLog(f"content {digest} is in no log; a rehearsal keeps none")

    def contents(self) -> list[str]:
        """None."""
        return []

    def check(self) -> None:
        """Nothing can be wrong with it."""

    def close(self) -> None:
        """Nothing is open."""

    def append(self, stream: str, events: Sequence[Event], head: Head, circumstances: Mapping[str, Any] | None = None) -> Head:  # noqa: ARG002
        """Count."""
        self._length += len(events)
        return self.head(stream)

    def put(self, body: bytes) -> str:  # noqa: ARG002
        """Drop content."""
        return ""

    def forget(self, stream: str) -> None:
        """Nothing is remembered."""


async def rehearse(ground: Ground) -> Rehearsal:
    """Hold a blueprint with rules, its user knowing no more than its text says."""
    setting, blueprint = ground.setting, ground.blueprint
    missing = unsaid(blueprint, setting.clock)
    goal = as_said(blueprint.goal, missing)

    def mind(path: str, begun: SubagentStarted | None) -> Mind:
        model = OFFLINE[path] if begun is None else begun.model
        return make_mind(path, model, setting, goal, blueprint.persona, blueprint.seed)

    started = ConversationStarted(
        setting=setting.name,
        index=0,
        seed=blueprint.seed,
        models={USER: OFFLINE[USER], ASSISTANT: OFFLINE[ASSISTANT]},
        clock=setting.clock,
        limits=setting.limits,
        setup=goal.setup,
        **dict.fromkeys(("run", "scenario", "policy", "toolset", "persona", "goal", "world"), ""),
    )
    actor = ConversationActor(_STREAM, Unkept(), started, ground.base, setting.environment, mind, lambda: 0.0)
    return Rehearsal(await actor.run(), missing)
