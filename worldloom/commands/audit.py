"""``worldloom audit``: each checkable claim of each message, against what its author had observed at that moment."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from domain.claims.claim import KINDS
from projections.audit import Audited, Checked, Finding, audit_log, audit_stream
from projections.branches import finished_forks
from projections.contents import Contents
from projections.errors import RecordError
from projections.folder import RunFolder
from projections.labels import Label, Scored, compare, label_of
from projections.runs import read_run
from projections.trajectories import audit_file_row, audit_row, files_of, is_trajectories, policies_of, rows_of
from worldloom.bar import watching

console = Console(highlight=False, soft_wrap=True)
_UNREAD = 1
_VERDICTS = ("supported", "contradicted", "unsupported", "stale")
_WORST = {"error": 0, "warning": 1, "info": 2}


def audit(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run, or a file or folder of transcripts (.jsonl, .jsonl.zst).")],
    labels: Annotated[Path | None, typer.Option("--labels", help="Claims labelled by hand; says how many of them the audit finds.")] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="Findings to show, the worst first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
    findings: Annotated[Path | None, typer.Option("--findings", help="Write all findings to a Parquet file.")] = None,
) -> None:
    """Check what assistants said and called against what they had observed; exit code 1 where something cannot be read."""
    if labels is not None:
        _score(place, labels, as_json)
        return
    found = _audit(place)
    found.findings.sort(key=lambda one: (_WORST[one.severity], one.conversation, one.at, one.text))
    if findings is not None:
        _write(found.findings, findings)
    if as_json:
        print(orjson.dumps(_report(found)).decode())
    else:
        _print(found, show)
    if found.failed:
        raise typer.Exit(_UNREAD)


def _audit(place: Path) -> Audited:
    if is_trajectories(place):
        return _audit_files(place)
    folder = RunFolder.find(place)
    log = folder.open_log()
    run = read_run(log)
    streams = sorted([*run.finished, *finished_forks(log)])
    with watching(console, "auditing", len(streams)) as watch:
        return audit_log(Contents(log), streams, folder.path, watch)


def _audit_files(place: Path) -> Audited:
    total, policies = Audited(), policies_of(place)
    with watching(console, "auditing", 1_000_000) as watch:
        for file in files_of(place):
            for where, row in rows_of(file):
                total.take(audit_file_row(where, row, policies))
                watch(1)
    return total


def _report(found: Audited) -> dict[str, Any]:
    """All of it, as JSON."""
    return {
        "conversations": found.conversations,
        "score": fmean(found.scores) if found.scores else None,
        "claims": {kind: {verdict: found.claims[kind, verdict] for verdict in _VERDICTS} for kind in KINDS},
        "findings": [finding._asdict() for finding in found.findings],
        "failed": found.failed,
    }


def _print(found: Audited, show: int) -> None:
    table = Table("kind", *_VERDICTS, "bad", title=f"{sum(found.claims.values())} claims in {found.conversations} conversations")
    for kind in KINDS:
        counts = [found.claims[kind, verdict] for verdict in _VERDICTS]
        if any(counts):
            table.add_row(kind, *map(str, counts), f"{sum(counts[1:]) / sum(counts):.1%}")
    console.print(table)
    if found.scores:
        clean = sum(score == 10 for score in found.scores) / len(found.scores)
        console.print(
            f"tool-call hallucination {fmean(found.scores):.2f} of 10 (10 is none), mean; {clean:.1%} of the conversations are without"
        )
    for finding in found.findings[:show]:
        where = f"{finding.conversation} [{finding.at}] {finding.agent}"
        said = f" {finding.text[:160]!r}" if finding.text else ""
        console.print(f"{finding.severity}: {where}: {finding.kind}, {finding.code}:{said}: {finding.detail[:300]}", markup=False)
    codes = Counter(finding.severity for finding in found.findings)
    if codes:
        console.print(", ".join(f"{number} {severity}" for severity, number in sorted(codes.items(), key=lambda item: _WORST[item[0]])))
    for what in found.failed:
        console.print(f"not audited: {what}", markup=False)


def _write(findings: Sequence[Finding], path: Path) -> None:
    columns = {name: [getattr(finding, name) for finding in findings] for name in Finding._fields}
    schema = pa.schema([(name, pa.int64() if name == "at" else pa.string()) for name in Finding._fields])
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns, schema=schema), path)


def _score(place: Path, file: Path, as_json: bool) -> None:
    labels = _labels(file)
    found = _labelled(place, {label.key for label in labels})
    scored = compare(labels, found)
    missing = sorted({label.key for label in labels} - set(found))
    if as_json:
        print(orjson.dumps({"kinds": {kind: _figures(one) for kind, one in scored.items()}, "missing": missing}).decode())
    else:
        _print_scored(scored)
    if missing:
        if not as_json:
            console.print(f"{len(missing)} conversation(s) with labels are not in {place}, such as {missing[0]}", markup=False)
        raise typer.Exit(_UNREAD)


def _labels(file: Path) -> list[Label]:
    found = []
    for where, row in rows_of(file):
        try:
            found.append(label_of(row))
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(
                f"{where} is no label ({error!r}); it needs trajectory_key, message_index, claim_text, kind and verdict"
            ) from error
    return found


def _labelled(place: Path, keys: set[str]) -> dict[str, tuple[Sequence[Checked], Sequence[Finding]]]:
    """Key -> claims and findings of the conversations that have labels."""
    if is_trajectories(place):
        policies = policies_of(place)
        rows = (row for file in files_of(place) for _, row in rows_of(file) if isinstance(row, dict) and row.get("key") in keys)
        return {row["key"]: audit_row(row, policies) for row in rows}
    log = RunFolder.find(place).open_log()
    contents = Contents(log)
    return {key: _joined(audit_stream(contents, key)) for key in sorted(keys & set(log.streams()))}


def _joined(parts: Iterator[tuple[list[Checked], list[Finding]]]) -> tuple[Sequence[Checked], Sequence[Finding]]:
    every = list(parts)
    return [each for checked, _ in every for each in checked], [each for _, findings in every for each in findings]


def _figures(scored: Scored) -> dict[str, Any]:
    counts = {name: getattr(scored, name) for name in ("caught", "missed", "false", "sound", "confirmed", "precision", "recall")}
    mistakes = [{**mistake.label._asdict(), "audit": mistake.said} for mistake in scored.mistakes]
    return {**counts, "mistakes": mistakes}


def _print_scored(scored: Mapping[str, Scored]) -> None:
    table = Table("kind", "bad, found", "bad, missed", "sound, objected to", "sound, let be", "of it confirmed", "precision", "recall")
    for kind, one in scored.items():
        counts = (one.caught, one.missed, one.false, one.sound, one.confirmed)
        table.add_row(kind, *map(str, counts), *("-" if share is None else f"{share:.2f}" for share in (one.precision, one.recall)))
    console.print(table)
    for mistake in scored["all"].mistakes if "all" in scored else ():
        label = mistake.label
        what = "missed" if label.bad else "objected to, but sound"
        console.print(f"{what}: {label.kind}, {label.key} [{label.at}]: {' '.join(label.text.split())[:160]!r}", markup=False)
        console.print(f"    labelled {label.verdict}: {label.evidence}; the audit says: {mistake.said[:200]}", markup=False)
