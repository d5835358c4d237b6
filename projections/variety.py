"""Variety: how many texts of a corpus say again what an earlier one said.

Two texts are near duplicates where difflib's ``SequenceMatcher(None, earlier, later).ratio()`` (gestalt similarity)
reaches a threshold. Bounds that difflib's ratio cannot exceed spare nearly all of the comparisons.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher


def near_duplicates(texts: Sequence[str], threshold: float = 0.85) -> float:
    """
    Share of texts that are a near duplicate of an earlier one.

    Args:
        texts: In order; the first of several that resemble each other does not count.
        threshold: Similarity from which on texts count, above 0 and up to 1.

    Returns:
        0 to 1; exactly what comparing every pair with difflib gives. 0 where there are no texts.

    Raises:
        ValueError: The threshold is not above 0 and up to 1.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"the threshold is {threshold}; it must be above 0 and at most 1")
    seen: set[str] = set()
    earlier: list[_Profile] = []
    repeated = 0
    for text in texts:
        if text in seen:
            repeated += 1
            continue
        seen.add(text)
        profile = _Profile(text)
        repeated += _resembles_any(profile, earlier, threshold)
        earlier.append(profile)
    return repeated / len(texts) if texts else 0.0


class _Profile:
    """A text with what bounds its similarity to others."""

    __slots__ = ("length", "letters", "text")

    def __init__(self, text: str) -> None:
        self.text, self.length = text, len(text)
        self.letters = _numbered(text)


def _numbered(text: str) -> frozenset[str]:
    """Each character with its how-manieth occurrence, so that a set's intersection counts what a multiset's would."""
    count: Counter[str] = Counter()
    items = []
    for character in text:
        count[character] += 1
        items.append(f"{character}{count[character]}")
    return frozenset(items)


def _resembles_any(text: _Profile, earlier: Sequence[_Profile], threshold: float) -> bool:
    """Compare with each, cheapest bound first: by length, by letters, by longest common subsequence, then by difflib."""
    matcher: SequenceMatcher[str] = SequenceMatcher(None)
    matcher.set_seq2(text.text)  # the second sequence is the one that difflib prepares and keeps
    places = _places(text.text)
    for other in earlier:
        needed = threshold * (text.length + other.length) / 2
        if min(text.length, other.length) < needed or len(text.letters & other.letters) < needed:
            continue
        if _common(places, text.length, other.text) < needed:
            continue
        matcher.set_seq1(other.text)
        if matcher.ratio() >= threshold:
            return True
    return False


def _places(text: str) -> dict[str, int]:
    """Character -> bits set where it stands."""
    places: dict[str, int] = {}
    for position, character in enumerate(text):
        places[character] = places.get(character, 0) | 1 << position
    return places


def _common(places: dict[str, int], length: int, other: str) -> int:
    """Length of the longest common subsequence, bit-parallel (Hyyrö 2004); difflib's blocks are one, so never longer."""
    every = (1 << length) - 1
    row = every
    for character in other:
        hits = row & places.get(character, 0)
        row = ((row + hits) | (row - hits)) & every
    return length - row.bit_count()
