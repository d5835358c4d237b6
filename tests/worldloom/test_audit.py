"""Audit, as a person runs it."""

import orjson
import pyarrow.parquet as pq


def transcript(path, **changes):
    messages = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Order #W123456 is $5.25."}]
    path.write_bytes(orjson.dumps({"key": "talk/1", "messages": messages, **changes}) + b"\n")
    return path


def test_a_run_is_audited(worldloom, made, tmp_path):
    """A table of kinds and verdicts, a score, JSON and Parquet on request; the run stays as it was."""
    before = sorted(path.name for path in (made / "dataset").iterdir())

    done = worldloom("audit", made, "--findings", tmp_path / "found.parquet")

    assert done.code == 0, done.err
    assert "identifier" in done.out
    assert "tool-call hallucination" in done.out
    assert sorted(path.name for path in (made / "dataset").iterdir()) == before
    report = orjson.loads(worldloom("audit", made, "--json").out)
    assert report["conversations"] == 6
    assert 9 <= report["score"] <= 10
    assert pq.read_table(tmp_path / "found.parquet").num_rows == len(report["findings"])


def test_transcripts_are_audited(worldloom, tmp_path):
    """Findings name the conversation, the message and what was said; what is found is no failure."""
    done = worldloom("audit", transcript(tmp_path / "talks.jsonl"))

    assert done.code == 0, done.err
    assert "talk/1 [1] assistant: identifier, unknown-identifier: 'W123456'" in done.out.replace("#", "")
    assert "$5.25" in done.out


def test_what_cannot_be_read_is_named(worldloom, tmp_path):
    """Exit code 1 for a line among others, 2 for a file or folder that is none."""
    done = worldloom("audit", transcript(tmp_path / "talks.jsonl", messages=7))
    assert done.code == 1
    assert "not audited" in done.out

    (tmp_path / "bad.jsonl").write_text("{")
    assert worldloom("audit", tmp_path / "bad.jsonl").code == 2
    assert worldloom("audit", tmp_path / "missing").code == 2


def test_labels_score_the_audit(worldloom, tmp_path):
    """Per kind, with every mistake; labels of conversations that are not there are named."""
    talks = transcript(tmp_path / "talks.jsonl")
    label = {"trajectory_key": "talk/1", "message_index": 1, "claim_text": "#W123456", "kind": "identifier", "verdict": "supported"}
    labels = tmp_path / "labels.jsonl"
    labels.write_bytes(b"\n".join(orjson.dumps({**label, **more}) for more in ({}, {"claim_text": "$5.25", "verdict": "unsupported"})))

    done = worldloom("audit", talks, "--labels", labels)

    assert done.code == 0, done.err
    assert "objected to, but sound: identifier, talk/1 [1]: '#W123456'" in done.out
    figures = orjson.loads(worldloom("audit", talks, "--labels", labels, "--json").out)["kinds"]["all"]
    assert (figures["caught"], figures["false"], figures["precision"]) == (1, 1, 0.5)

    labels.write_bytes(orjson.dumps({**label, "trajectory_key": "talk/9"}))
    done = worldloom("audit", talks, "--labels", labels)
    assert done.code == 1
    assert "talk/9" in done.out
