"""A message as units: sentences and list entries, each with the lines that it stands under."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property

from domain.claims.values import amounts_in, identifiers_in

_THINK = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'*)]*\s+(?=[\"'*(\w#$€])|;\s+|(?<=[.!?])\*\*\s+")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|Mr|Mrs|Ms|Dr|St)\.|(?:^|\s)\d{1,2}\.)[\"'*)]*$", re.IGNORECASE)
_MARK = re.compile(r"^\s*(?:[-*•–]|\d+[.)]|\|)\s+|^\s*#+\s+")
_LEAD = re.compile(r":\W*$")

_HYPOTHETICAL = re.compile(
    r"\b(?:if|once|whether|would|could|should|unless|may|might|in case|shall i|do you|can you|please|let me know|to proceed|"
    r"after (?:you|we|i|your)|"
    r"when you|until|before i|eligible|like to|want to|want me|wish)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:no|not|cannot|can't|couldn't|can’t|never|without|unable|isn't|aren't|wasn't|weren't|won't|don't|doesn't|didn't|hasn't|"
    r"haven't|isn’t|"
    r"don’t|doesn’t|wasn’t|hasn’t|haven’t|won’t|neither|nor|none|unfortunately|failed|instead of|rather than)\b",
    re.IGNORECASE,
)


@dataclass
class Unit:
    """One sentence or list entry."""

    text: str
    start: int
    indent: int
    listed: bool
    parents: tuple["Unit", ...] = ()
    """Lines that it stands under, the nearest last."""
    before: tuple["Unit", ...] = field(default=(), repr=False)
    """The sentence before it in its line."""
    joined: bool = False
    """Whether a semicolon joins it to the sentence before it."""

    @property
    def span(self) -> tuple[int, int]:
        """Of the whole unit."""
        return self.start, self.start + len(self.text)

    def at(self, match: "re.Match[str]", group: int = 0) -> tuple[int, int]:
        """Span of a match in the unit."""
        return self.start + match.start(group), self.start + match.end(group)

    @cached_property
    def lower(self) -> str:
        """Without markdown, in small letters; not as long as the text."""
        return self.text.replace("*", "").replace("`", "").replace("’", "'").lower()

    @cached_property
    def question(self) -> bool:
        """Whether it asks."""
        return self.text.rstrip(" *\"')").endswith("?")

    @cached_property
    def hypothetical(self) -> bool:
        """Whether it speaks of what may be."""
        goes_on = self.joined and self.before[-1].hypothetical
        return self.question or goes_on or bool(_HYPOTHETICAL.search(self.text))

    @cached_property
    def negated(self) -> bool:
        """Whether it says no of something."""
        return bool(_NEGATED.search(self.text))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Identifiers in it."""
        return tuple(found for found, _, _ in identifiers_in(self.text))

    @cached_property
    def amounts(self) -> tuple[tuple[int, int, int], ...]:
        """(cents, start, end) in it."""
        return tuple(amounts_in(self.text))

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """Identifiers that it is about: its own, else those of the nearest line above that has any."""
        for unit in (self, *self.before[::-1], *self.parents[::-1]):
            if unit.ids:
                return unit.ids
        return ()

    @property
    def context(self) -> str:
        """With the lines that it stands under."""
        return " ".join([*(parent.lower for parent in self.parents), self.lower])


def plain_content(content: str) -> str:
    """What the user reads: without thinking aloud, and without the JSON that some models put a message into."""
    text = _THINK.sub("", content) if "<think>" in content else content
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        try:
            found = json.loads(stripped)
        except ValueError:
            return text
        inner = found.get("arguments") if isinstance(found.get("arguments"), dict) else found
        for name in ("message", "content", "response", "text"):
            if isinstance(inner.get(name), str):
                return str(inner[name])
    return text


def units_of(text: str) -> list[Unit]:
    """The units of a message, in order; spans count in the text as given."""
    found: list[Unit] = []
    open_lines: list[Unit] = []
    at = 0
    for line in text.split("\n"):
        begin, at = at, at + len(line) + 1
        if not line.strip():
            open_lines = [unit for unit in open_lines if unit.listed or _LEAD.search(unit.text) or "#" in unit.text[:4]]
            continue
        mark = _MARK.match(line)
        indent = len(line) - len(line.lstrip()) + (1 if mark else 0)
        listed = bool(mark) and not line.lstrip().startswith("#")
        open_lines = [unit for unit in open_lines if unit.indent < indent or (unit.indent <= indent and _opens(unit) and listed)]
        skip = mark.end() if mark else len(line) - len(line.lstrip())
        pieces = list(_sentences(line[skip:]))
        parents = tuple(open_lines)
        before: tuple[Unit, ...] = ()
        for offset, piece in pieces:
            joined = bool(before) and line[: skip + offset].rstrip().endswith(";")
            unit = Unit(piece, begin + skip + offset, indent, listed, parents, before, joined)
            before = (unit,)
            found.append(unit)
        if pieces:
            open_lines.append(found[-len(pieces)] if listed else found[-1])
    return found


def _opens(unit: Unit) -> bool:
    return not unit.listed and bool(_LEAD.search(unit.text) or unit.text.lstrip().startswith(("**", "#")) or unit.indent == 0)


def _sentences(line: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    last = 0
    for match in _SENTENCE.finditer(line):
        if _ABBREVIATED.search(line, last, match.start()) or match.start() == last:
            continue
        found.append((last, line[last : match.start()]))
        last = match.end()
    if line[last:].strip():
        found.append((last, line[last:]))
    return found
