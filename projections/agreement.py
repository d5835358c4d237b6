"""Agreement among judges: Krippendorff's alpha."""

from collections.abc import Sequence


def alpha(units: Sequence[Sequence[float | None]]) -> float | None:
    """
    Krippendorff's alpha for interval data (Krippendorff 2011, "Computing Krippendorff's alpha-reliability").

    Args:
        units: What each judge gave to each thing judged; None where a judge gave nothing.

    Returns:
        1 for full agreement, 0 for what chance would give, below for less; None where fewer than two values can be paired.
    """
    paired = [[value for value in unit if value is not None] for unit in units]
    paired = [values for values in paired if len(values) > 1]
    everything = [value for values in paired for value in values]
    if not everything:
        return None
    observed = sum(_squares(values) / (len(values) - 1) for values in paired) / len(everything)
    expected = _squares(everything) / (len(everything) * (len(everything) - 1))
    return 1 - observed / expected if expected else 1.0


def _squares(values: Sequence[float]) -> float:
    """Sum of squared differences over all ordered pairs."""
    return 2 * (len(values) * sum(value * value for value in values) - sum(values) ** 2)
