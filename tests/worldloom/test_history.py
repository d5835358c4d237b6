"""``worldloom rules``, ``regress`` and ``recall``: what they print, and how they end."""

import json

import pytest

NEVER = "- {id: no-lookups, sentence: Nothing is looked up., never: {kind: called, tool: 'get_*'}}\n"


def test_rules_of_today_hold(worldloom, made):
    """Nothing is broken in a run that was guarded; events are counted."""
    result = worldloom("rules", made)

    assert result.code == 0, result.err
    assert "6 conversations" in result.out
    assert "no violation(s)" in result.out
    assert "events/s" in result.out


def test_a_rule_that_is_broken_is_named(worldloom, made, tmp_path):
    """With its places, as a table and as JSON; the exit code says so."""
    file = tmp_path / "rules.yaml"
    file.write_text(NEVER)

    shown, told = worldloom("rules", made, "--rules", file), worldloom("rules", made, "--rules", file, "--json")

    assert (shown.code, told.code) == (1, 1)
    assert "no-lookups" in shown.out
    assert "look next: worldloom show" in shown.out
    rule = next(rule for rule in json.loads(told.out)["rules"] if rule["rule"] == "no-lookups")
    assert rule["violations"]
    assert all({"conversation", "event"} == set(place) for place in rule["violations"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: [", "is not YAML"),
        ("a: &a [1]\nb: *a\n", "has an alias"),
        (NEVER.replace("never", "ever"), "0.never: Field required"),
        ("[" * 1000, "is not YAML"),
        ("\x00", "is not YAML"),
    ],
)
def test_a_bad_file_of_rules_is_said(worldloom, made, tmp_path, text, says):
    """In one line."""
    file = tmp_path / "rules.yaml"
    file.write_text(text)

    worldloom("rules", made, "--rules", file).fails_with("rules.yaml", says)


def test_a_file_that_is_not_there_is_said(worldloom, made, tmp_path):
    """By name."""
    worldloom("rules", made, "--rules", tmp_path / "none.yaml").fails_with("none.yaml")


def test_unchanged_tools_do_not_diverge(worldloom, made):
    """And what was skipped is counted."""
    shown, told = worldloom("regress", made), worldloom("regress", made, "--json")

    assert (shown.code, told.code) == (0, 0)
    assert "no divergence(s)" in shown.out
    assert "sub-agents" in shown.out
    assert json.loads(told.out)["divergences"] == []


def test_rows_are_recalled(worldloom, made):
    """By a tool, an event or a model."""
    told = json.loads(worldloom("recall", made, "--tool", "find_contact", "--json").out)
    shown = worldloom("recall", made, "--event", "1:20")

    assert told["bad_events"] == 3
    assert {row["agent"] for row in told["touched"] if row["how"] == "saw"} == {"assistant"}
    assert shown.code == 0, shown.err
    assert "1 bad event(s) touched" in shown.out
    assert json.loads(worldloom("recall", made, "--mended", "--json").out)["touched"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "nothing is named that was bad"),
        (("--event", "1"), "write CONVERSATION:N"),
        (("--event", "1:9999"), "has no event 9999; it has 1 to"),
        (("--event", "77:1"), "there is no conversation '77'"),
    ],
)
def test_what_cannot_be_recalled_is_said(worldloom, made, words, says):
    """In one line."""
    worldloom("recall", made, *words).fails_with(says)
