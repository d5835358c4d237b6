"""``offline/tools``: plays simulated tools by convention, from the rows that a call names."""

from collections.abc import Sequence

from domain.convention import CANNOT, by_convention
from domain.simulated import Asked, Proposal
from events.conversation import Usage
from events.tools import Objection


class OfflineTools:
    """Proposes what the conventions say; asked again, it declines."""

    model = "offline/tools"
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    reasoning: str | None = None

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``."""
        return Proposal(denial=CANNOT) if objections else by_convention(asked)
