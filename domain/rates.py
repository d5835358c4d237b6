"""Rates: how often things of some kinds happen, of which one at most happens at a time."""

from collections.abc import Mapping, Sequence

from domain.errors import SettingError


def check_rates(what: str, rates: Mapping[str, float], kinds: Sequence[str]) -> None:
    """Make sure that they are rates of kinds that there are.

    Args:
        what: They are the rates of, for errors.

    Raises:
        SettingError: There is no such kind, a rate is not one, or together they come to more than 1.
    """
    for kind, rate in rates.items():
        if kind not in kinds:
            raise SettingError(f"{what}: there is no kind {kind!r}; there are {', '.join(kinds)}")
        if not 0 <= rate <= 1:
            raise SettingError(f"{what}: {kind}={rate} is no rate; it lies between 0 and 1")
    if sum(rates.values()) > 1:
        raise SettingError(f"{what}: the rates come to {sum(rates.values()):g}; together they can be 1 at most")


def kind_at(rates: Mapping[str, float], kinds: Sequence[str], drawn: float) -> str | None:
    """The kind that a number drawn from 0 to 1 falls on; None where it falls on none."""
    for kind in kinds:
        drawn -= rates.get(kind, 0.0)
        if drawn < 0:
            return kind
    return None
