"""How well the audit finds what was labelled by hand: per kind, and every mistake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projections.audit import Checked, Finding

_BAD = ("contradicted", "unsupported", "stale")
_SKIPPED = "unsure"


class Label(NamedTuple):
    """A claim as it was labelled."""

    key: str
    at: int
    """Index of the message."""
    text: str
    kind: str
    verdict: str
    evidence: str

    @property
    def bad(self) -> bool:
        """Whether it is labelled as wrong."""
        return self.verdict in _BAD


class Mistake(NamedTuple):
    """A label that the audit does not share."""

    label: Label
    said: str
    """What the audit said: findings with their codes, or nothing."""


@dataclass
class Scored:
    """Counts of one kind, or of all."""

    caught: int = 0
    missed: int = 0
    false: int = 0
    sound: int = 0
    """Claims that are labelled as supported, and not objected to."""
    confirmed: int = 0
    """Of these, those that the audit found supported by itself."""
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Share of the objections that are right, 0 to 1."""
        return self.caught / (self.caught + self.false) if self.caught + self.false else None

    @property
    def recall(self) -> float | None:
        """Share of the bad claims that were objected to, 0 to 1."""
        return self.caught / (self.caught + self.missed) if self.caught + self.missed else None


def label_of(row: Mapping[str, Any]) -> Label:
    """A line of a file of labels; raises KeyError where a field is missing."""
    verdict, evidence = str(row["verdict"]), str(row.get("evidence", ""))
    return Label(str(row["trajectory_key"]), int(row["message_index"]), str(row["claim_text"]), str(row["kind"]), verdict, evidence)


def compare(labels: Iterable[Label], found: Mapping[str, tuple[Sequence[Checked], Sequence[Finding]]]) -> dict[str, Scored]:
    """Kind -> how it came out, ``all`` last; labels without a verdict are left out."""
    by_kind: dict[str, Scored] = {}
    for label in labels:
        if label.verdict == _SKIPPED or label.key not in found:
            continue
        objections, confirmed = _about(label, *found[label.key])
        for scored in (by_kind.setdefault(label.kind, Scored()), by_kind.setdefault("all", Scored())):
            _count(scored, label, objections, confirmed)
    return {kind: by_kind[kind] for kind in sorted(by_kind, key=lambda kind: (kind == "all", kind))}


def _count(scored: Scored, label: Label, objections: Sequence[str], confirmed: bool) -> None:
    if label.bad:
        scored.caught += bool(objections)
        scored.missed += not objections
    else:
        scored.false += bool(objections)
        scored.sound += not objections
        scored.confirmed += confirmed and not objections
    if label.bad != bool(objections):
        scored.mistakes.append(Mistake(label, "; ".join(objections) or "nothing"))


def _about(label: Label, checked: Sequence[Checked], findings: Sequence[Finding]) -> tuple[list[str], bool]:
    """What the audit objects to in a labelled claim, and whether it confirms it."""
    objections = [f"{one.code}: {one.detail}" for one in findings if one.at == label.at and one.text and one.text in label.text]
    confirmed = False
    for each in checked:
        if each.at != label.at:
            continue
        if any(each.claim.start < end and start < each.claim.end for start, end in places(label.text, each.text)):
            if each.claim.bad:
                objections.append(f"{each.claim.code}: {each.claim.detail}")
            else:
                confirmed = True
    return objections, confirmed


def places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a text stands in another, whatever the markdown and the spaces."""
    at = text.find(wanted)
    if at >= 0:
        yield at, at + len(wanted)
        return
    kept = [place for place, character in enumerate(text) if not (character in '*`_"“”' or character.isspace())]
    bare = "".join(text[place] for place in kept).lower()
    inner = "".join(character for character in wanted if not (character in '*`_"“”' or character.isspace())).lower()
    at = bare.find(inner) if inner else -1
    if at >= 0:
        yield kept[at], kept[at + len(inner) - 1] + 1
