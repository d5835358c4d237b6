"""What is told of blueprints, as tables: yield, coverage, and how runs held them."""

from typing import Any

from rich.table import Table

from projections.blueprints.corpus import APIGEN_MT, Profile
from projections.blueprints.coverage import Coverage
from projections.blueprints.passes import Passes
from projections.blueprints.yields import STAGES, Yield

_MOST_MISSING = 12
"""Things not covered that a table names."""
_PUBLISHED = ("28 %", "70 %")
"""Of APIGen-MT (arXiv 2504.03601), without and with reflection; it prints none for each stage."""
_ROWS = {
    "conversations": "{conversations}",
    "tool calls, mean": "{calls:.1f}",
    "user turns, mean": "{turns:.1f}",
    "user turns, fewest and most": "{fewest_turns} / {most_turns}",
    "messages, fewest, median, most": "{fewest_messages} / {median_messages:.0f} / {most_messages}",
    "tokens of a user turn, median": "{median_tokens:.0f}",
    "conversations that succeed": "{success:.0%}",
}


def yield_table(name: str, found: Yield) -> Table:
    """How many pass each stage, and why others do not; beside that, where any was written again, how many pass then."""
    ways = {"without reflection": False, "with reflection": True} if found.rewritten else {"passed": False}
    table = Table("stage", *ways, "reasons, over all rounds" if found.rewritten else "reasons", title=f"{name}: {found.drawn} blueprints")
    stages = [{one.stage: one for one in found.stages(reflected=reflected)} for reflected in ways.values()]
    for stage in (stage for stage in STAGES if any(stage in one for one in stages)):
        passed = [f"{one[stage].reached - one[stage].stopped} of {one[stage].reached}" if stage in one else "" for one in stages]
        codes = ", ".join(f"{code} {count}" for (at, code), count in found.reasons.most_common() if at == stage)
        table.add_row(stage, *passed, codes)
    accepted = (found.accepted(reflected=reflected) for reflected in ways.values())
    table.add_row(
        "accepted", *(f"{count} ({share(count, found.drawn)})" if found.drawn else "0" for count in accepted), "", end_section=True
    )
    if found.rewritten:
        table.add_row("APIGen-MT", *_PUBLISHED, "", style="dim")
    return table


def yield_figures(found: Yield) -> dict[str, Any]:
    """The same as JSON."""
    ways = {"without reflection": False, "with reflection": True}
    return {
        "drawn": found.drawn,
        "accepted": {way: found.accepted(reflected=reflected) for way, reflected in ways.items()},
        "stages": {way: [{**one._asdict(), "share": one.share} for one in found.stages(reflected=on)] for way, on in ways.items()},
        "reasons": {f"{stage}: {code}": count for (stage, code), count in found.reasons.most_common()},
    }


def coverage_table(name: str, coverage: Coverage) -> Table:
    """What is led through, of what there is, and what is not."""
    table = Table("covered", "of", "share", "not covered", title=f"{name}: {coverage.blueprints} blueprints")
    for found in coverage.shares():
        if found.of is None:
            table.add_row(f"{found.covered} {found.what}", "", "", "")
            continue
        missing = [*found.missing[:_MOST_MISSING], *(["..."] if len(found.missing) > _MOST_MISSING else [])]
        table.add_row(f"{found.covered} {found.what}", str(len(found.of)), share(found.covered, len(found.of)), ", ".join(missing))
    return table


def coverage_figures(coverage: Coverage) -> dict[str, Any]:
    """The same as JSON."""
    shares = {
        found.what: {
            "covered": found.covered,
            "of": None if found.of is None else len(found.of),
            "missing": found.missing,
            "seen": dict(sorted(found.seen.items())),
        }
        for found in coverage.shares()
    }
    return {"blueprints": coverage.blueprints, "shapes": dict(sorted(coverage.shapes.items())), **shares}


def outcomes_table(found: dict[str, Any]) -> Table:
    """How conversations from blueprints came out."""
    counts, held = found["conversations"], found["conversations"]["held"]
    table = Table("conversations", "number", "share", title=f"{found['blueprints']} blueprints, {held} conversations")
    table.add_row("accepted", str(counts["accepted"]), share(counts["accepted"], held))
    table.add_row("accepted and kept: no two alike", str(counts["distinct"]), share(counts["distinct"], held))
    for code, count in found["rejected"].items():
        table.add_row(f"rejected: {code}", str(count), share(count, held))
    table.add_row("abandoned", str(counts["abandoned"]), "")
    return table


def passes_table(found: list[Passes]) -> Table:
    """pass@k and pass^k."""
    table = Table("k", "pass@k", "pass^k", "blueprints", title="of k attempts one at least, and all")
    for one in found:
        table.add_row(str(one.k), f"{one.any_of:.3f}", f"{one.all_of:.3f}", str(one.blueprints))
    return table


def corpus_table(this: Profile) -> Table:
    """A corpus beside APIGen-MT's."""
    table = Table("accepted conversations", "this run", "APIGen-MT", title="the corpus in numbers")
    for name, write in _ROWS.items():
        table.add_row(name, *(write.format(**one._asdict()) for one in (this, APIGEN_MT)))
    return table


def share(count: int, whole: int) -> str:
    """Of a whole, in percent; empty where there is none."""
    return f"{count / whole:.1%}" if whole else ""
