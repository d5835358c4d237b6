"""``offline/tools``: plays simulated tools by convention, from the rows that a call names."""

from collections.abc import Sequence

from domain.convention import by_convention
from domain.simulated import Asked, Denial, Proposal
from events.conversation import Usage
from events.tools import Objection


class OfflineTools:
    """Proposes what the conventions say; where that cannot be, the tool declines."""

    model = "offline/tools"
    request: str | None = None
    usage: Usage | None = None

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``."""
        if objections:
            return Proposal(denial=Denial("not-possible", "This cannot be done."))
        return by_convention(asked)
