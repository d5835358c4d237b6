"""What replies took, as it is recorded with what came of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from actors.gateway.calls import Answer
from events.conversation import Usage

_NANO = 10**9


class Receipt(NamedTuple):
    """Of one reply, or of several that came to one."""

    model: str
    """Who replied: of several, to the first."""
    request: str
    """Digest of all that the model was shown."""
    usage: Usage
    cost_usd: float | None
    """None where no price is known."""
    incidents: tuple[str, ...]

    @property
    def beside(self) -> Mapping[str, Any]:
        """What is recorded beside the reply, and never hashed."""
        return {"incidents": list(self.incidents)} if self.incidents else {}


def receipt(answers: Sequence[Answer], request: str) -> Receipt:
    """What answers took; the first is the one that counts.

    Args:
        request: Digest of what was asked.
    """
    prompt, completion = sum(answer.prompt_tokens for answer in answers), sum(answer.completion_tokens for answer in answers)
    costs = [answer.cost_nano for answer in answers if answer.cost_nano is not None]
    incidents = tuple(incident for answer in answers for incident in answer.incidents)
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    return Receipt(answers[0].model, request, usage, sum(costs) / _NANO if costs else None, incidents)
