"""Conform: recordings that agree are equal, and each way of disagreeing is found and named."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from actors.conform import FINAL, STEP, UNTOLD, Tally, conform
from actors.piecing import pieced_together
from actors.recordings import Probe, RecordingError
from domain.agents import USER, Agent
from domain.errors import Refusal, SettingError
from domain.goal import Goal
from domain.grammar import Grammar
from domain.policy import Policy, Rule
from domain.schema import Schema, Table
from domain.setting import OutsideData, Setting
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import Tables, World
from events.conversation import Limits

SHARED = Path(__file__).parents[3] / "shared" / "data" / "tau2" / "retail"


@tool(writes=True)
def pay(world: Transaction, account: str, amount: float) -> dict[str, Any]:
    """Pay into an account.

    Args:
        account: Which.
        amount: How much.
    """
    row = world.find("accounts", account)
    if row is None:
        raise Refusal("not-found", "Account not found")
    world.update("accounts", account, balance=row["balance"] + amount, paid=[*row["paid"], amount])
    return {"balance": row["balance"] + amount, "id": account}


@tool
def name_of(world: Transaction, account: str) -> str:
    """Whose account it is.

    Args:
        account: Which.
    """
    return str(world.get("accounts", account)["owner"])


SCHEMA = Schema(
    {"accounts": Table("id", {"id": {"type": "string"}, "owner": {}, "balance": {"type": "number"}, "paid": {"type": "array"}})}
)


def read(folder: Path) -> Tables:
    return json.loads((folder / "db.json").read_text())


def document(world: World) -> dict[str, Any]:
    return {"agent": world.document()}


def setting(*, tables: bool = False, data: bool = True) -> Setting:
    outside = OutsideData(read, lambda _folder, _world: [], document, (lambda doc: doc["agent"]) if tables else None)
    never = Rule("never", "Nothing is allowed.", lambda *_: False, frozenset({"pay", "name_of"}))
    return Setting(
        name="bank",
        summary="",
        toolset=Toolset([pay, name_of]),
        policy=Policy("Nothing is allowed.", (never,)),
        schema=SCHEMA,
        draw_world=lambda _rng: {},
        draw_goal=lambda _world, _rng: Goal(id="", instruction=""),
        skills={},
        slots={},
        authenticate=None,
        phrases=Grammar({}, "nowhere"),
        clock="2025-01-01T00:00:00+00:00",
        limits=Limits(),
        data=outside if data else None,
    )


def pay_step(amount: float = 5, before: int = 10, paid: int = 0, **other: Any) -> dict[str, Any]:
    """A recorded payment into A."""
    total = before + amount
    step = {
        "requestor": "assistant",
        "name": "pay",
        "arguments": {"account": "A", "amount": amount},
        "content": json.dumps({"id": "A", "balance": float(total)}),
        "error": False,
        "changed": ["agent.accounts"],
        "patch": [
            {"op": "replace", "path": "/agent/accounts/A/balance", "value": float(total)},
            {"op": "add", "path": f"/agent/accounts/A/paid/{paid}", "value": amount},
        ],
    }
    return {**step, **other}


def name_step(**other: Any) -> dict[str, Any]:
    """A recorded look-up."""
    arguments = {"account": "A"}
    return {"requestor": "assistant", "name": "name_of", "arguments": arguments, "content": "Ada/~", "error": False, "changed": []} | other


def gold(*steps: Mapping[str, Any], task: str = "t1", **other: Any) -> dict[str, Any]:
    """A recorded task."""
    return {"task_id": task, "initial_patch": [], "steps": list(steps), **other}


def probe(kind: str, after: int, step: Mapping[str, Any], task: str = "t1", **other: Any) -> dict[str, Any]:
    """A recorded single call."""
    return {"task_id": task, "after_gold_steps": after, "kind": kind, **{k: v for k, v in step.items() if k != "changed"}, **other}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    accounts = {name: {"id": name, "owner": f"{owner}", "balance": 10, "paid": []} for name, owner in (("A", "Ada/~"), ("B", "Bob"))}
    (tmp_path / "db.json").write_text(json.dumps({"accounts": accounts}))
    return tmp_path


def run(folder: Path, *lines: Any, through_log: bool = False, **how: Any) -> dict[str, Tally]:
    path = folder / "recordings.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {tally.kind: tally for tally in conform(setting(**how), folder, [path], through_log=through_log)}


def paths(tallies: Mapping[str, Tally]) -> list[str]:
    return [mismatch.path for tally in tallies.values() for mismatch in tally.mismatches]


@pytest.mark.parametrize("through_log", [False, True])
def test_equal_recordings_are_equal(folder: Path, through_log: bool) -> None:
    """25 equals 25.0, key order is free, policy does not guard, and repeats go on from where the gold steps ended."""
    final = [
        {"op": "replace", "path": "/agent/accounts/A/balance", "value": 17},
        {"op": "replace", "path": "/agent/accounts/A/paid", "value": [5, 2]},
    ]
    tallies = run(
        folder,
        probe(
            "mutate",
            1,
            {**name_step(error=True, content="Error: Account not found", name="pay"), "arguments": {"account": "Z", "amount": 1}},
        ),
        gold(pay_step(5), name_step(), pay_step(2, 15, 1), final_patch=final),
        probe("repeat", 3, pay_step(5, 17, 2), repeat_index=0),
        probe("repeat", 3, pay_step(2, 22, 3), repeat_index=2),
        probe(
            "missing",
            0,
            name_step(arguments={}, error=True, content="Error: T.name_of() missing 1 required positional argument: 'account'"),
        ),
        through_log=through_log,
    )

    assert {kind: (tally.equal, tally.total) for kind, tally in tallies.items()} == {
        "probes mutate": (1, 1),
        STEP: (3, 3),
        FINAL: (1, 1),
        "probes repeat": (2, 2),
        "probes missing": (1, 1),
    }
    assert str(tallies[STEP]) == "gold steps: 3 of 3 equal"


@pytest.mark.parametrize("through_log", [False, True])
def test_the_users_steps_are_run_with_the_users_tools(folder: Path, through_log: bool) -> None:
    """What the user is recorded to have done the assistant could not have, nor the user what the assistant did."""
    path = folder / "recordings.jsonl"
    steps = [pay_step(requestor="user"), name_step(), pay_step(2, 15, 1), name_step(requestor="user")]
    path.write_text(json.dumps(gold(*steps)))
    own = replace(setting(), user=Agent(USER, "", "", Toolset([pay])))

    tally = conform(own, folder, [path], through_log=through_log)[0]

    assert (tally.equal, tally.total) == (2, 4)
    assert [(mismatch.step, mismatch.path) for mismatch in tally.mismatches] == [("step 2 pay", "error"), ("step 3 name_of", "error")]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (pay_step(error=True), "error"),
        (pay_step(content='{"id": "A", "balance": 16}'), "content /balance"),
        (pay_step(content='{"id": "A", "balance": true}'), "content /balance"),
        (pay_step(content="15"), "content"),
        (pay_step(changed=[]), "changed"),
        (pay_step(changed=["agent.accounts", "agent.orders"]), "changed"),
        (pay_step(patch=[{"op": "replace", "path": "/agent/accounts/A/balance", "value": 15}]), "state /agent/accounts/A/paid/0"),
        (pay_step(patch=[*pay_step()["patch"], {"op": "remove", "path": "/agent/accounts/B"}]), "state /agent/accounts/B"),
        (pay_step(patch=[{"op": "remove", "path": "/agent/accounts/Z"}]), "patch"),
        (pay_step(patch=[{"op": "move", "path": "/agent/accounts/A"}]), "patch"),
        (name_step(content="Bob"), "content"),
        (name_step(content="Ada/~ "), "content"),
        (name_step(changed=["agent.accounts"]), "changed"),
        (name_step(patch=[{"op": "replace", "path": "/agent/accounts/A/owner", "value": "Eve"}]), "state /agent/accounts/A/owner"),
        (name_step(name="no_such_tool"), "error"),
    ],
)
@pytest.mark.parametrize("through_log", [False, True])
def test_each_disagreement_is_found_at_its_place(folder: Path, step: dict[str, Any], path: str, through_log: bool) -> None:
    """What differs is named by path, whichever way the calls go."""
    tallies = run(folder, gold(step), through_log=through_log)

    assert paths(tallies) == [path]
    assert tallies[STEP].equal == 0


def test_mismatch_is_one_line_with_task_and_step(folder: Path) -> None:
    """File, line, task, step, path, what was expected and what was found."""
    tallies = run(folder, gold(name_step(), pay_step(content='{"id": "A", "balance": 16}')))

    line = str(tallies[STEP].mismatches[0])

    assert line.endswith("recordings.jsonl:1: task t1, step 1 pay: content /balance: expected 16, found 15")


@pytest.mark.parametrize(
    ("content", "arg", "equal"),
    [
        ("Error: T.pay() missing 1 required positional argument: 'amount'", "amount", True),
        ("Error: T.pay() missing 2 required positional arguments: 'account' and 'amount'", "account", True),
        ("Error: T.pay() missing 1 required positional argument: 'account'", "account", False),
        ("Error: 1 validation error for Payment\namount\n  Field required [type=missing]", "account", True),
        ("Error: 1 validation error for Payment\naccount\n  Field required [type=missing]", "amount", False),
        ("Error: 'amount'", "amount[0].x", True),
        ("Error: 'float' object has no attribute 'x'", None, True),
        ("Error: You must say how much", "amount", False),
    ],
)
def test_wording_of_the_runtime_needs_the_same_argument_only(folder: Path, content: str, arg: str | None, equal: bool) -> None:
    """No port quotes Python's own words; the message must still name the argument that is wrong."""
    step = name_step(name="pay", arguments={"account": "A"}, error=True, content=content)

    tallies = run(folder, gold(), probe("mutate", 0, step, arg=arg))

    assert (tallies["probes mutate"].equal == 1) is equal


def test_missing_argument_that_was_no_error_is_compared_in_full(folder: Path) -> None:
    """An argument with a default may be left out; then the answer counts, word for word."""
    tallies = run(folder, gold(), probe("missing", 0, name_step(content="Bob"), arg="format"))

    assert paths(tallies) == ["content"]


def test_probe_behind_the_last_step_is_named(folder: Path) -> None:
    """There is no such state."""
    tallies = run(folder, gold(name_step()), probe("mutate", 2, name_step()))

    assert tallies["probes mutate"].mismatches[0].path == "after_gold_steps"


def test_gold_steps_are_pieced_together_from_probes() -> None:
    """Repeats quote whole gold calls, mutations all but one argument; a step that nobody quotes changes nothing."""
    call = {"name": "pay", "requestor": "assistant", "content": "", "error": True, "task_id": "t9"}
    probes = [
        Probe(**call, kind="mutate", arg="account", after_gold_steps=1, arguments={"account": "zz", "amount": 5}),
        Probe(**call, kind="missing", arg="amount", after_gold_steps=1, arguments={"account": "A"}),
        Probe(**call, kind="missing", arg="amount", after_gold_steps=2, arguments={"account": "B"}),
        Probe(**call, kind="repeat", repeat_index=0, after_gold_steps=4, arguments={"account": "C", "amount": 7}),
    ]

    calls = pieced_together(probes)["t9"].calls

    assert [call and call.arguments for call in calls] == [{"account": "C", "amount": 7}, {"account": "A", "amount": 5}, None, None]


def test_what_comes_after_a_step_that_nobody_quotes_is_judged_apart(folder: Path) -> None:
    """Equal or not: where a probe is counted depends on what is known before it, never on how it comes out."""
    elsewhere = name_step(content="Somebody else")

    tallies = run(folder, probe("mutate", 2, name_step()), probe("mutate", 2, elsewhere))

    assert [(kind.endswith(UNTOLD), tally.equal, tally.total) for kind, tally in tallies.items()] == [(True, 1, 2)]


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
def test_tasks_that_the_folder_lacks_are_looked_up_where_they_are_published(folder: Path, kind: str) -> None:
    """In the version that the probes quote; the folder stays as it is."""
    files = sorted(path.name for path in folder.iterdir())
    calls = [{"name": "pay", "arguments": {"account": "A", "amount": amount}} for amount in (7, 5)]
    about = {"domain": setting().name, "task_id": "t1", "user": {"instructions": "Pay."}}
    rows = [{**about, "gold_actions": [call, call]} for call in calls]
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    packed = {"plain": body, "gzip": gzip.compress(body), "zstd": pa.Codec("zstd").compress(body, asbytes=True)}
    tasks = folder.parent / "published"
    tasks.write_bytes(packed[kind])
    probes = [probe("repeat", 2, pay_step(5, 20, 2), repeat_index=0), probe("mutate", 2, pay_step(2, 20, 2))]
    path = folder.parent / "probes.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in probes))

    tallies = conform(setting(), folder, [path], tasks=tasks)

    assert [(tally.kind, tally.equal, tally.total) for tally in tallies] == [("probes repeat", 1, 1), ("probes mutate", 1, 1)]
    assert sorted(path.name for path in folder.iterdir()) == files


@pytest.mark.parametrize("name", ["gold_replay.jsonl", "gold_replay.jsonl.gz", "tasks.jsonl", "tasks.jsonl.gz"])
def test_gold_steps_are_looked_up_in_the_data_folder(folder: Path, name: str) -> None:
    """A file of probes alone finds the steps before them where the data lies."""
    action = {"name": "pay", "arguments": {"account": "A", "amount": 5}}
    task = gold(pay_step()) if "gold" in name else {"id": "t1", "evaluation_criteria": {"actions": [action]}}
    body = json.dumps(task).encode() + b"\n"
    (folder / name).write_bytes(gzip.compress(body) if name.endswith("gz") else body)

    tallies = run(folder, probe("mutate", 1, pay_step(2, 15, 1)))

    assert tallies["probes mutate"].equal == 1


def test_initial_patch_needs_the_way_back(folder: Path) -> None:
    """A task that begins elsewhere runs where outside data can be read from a document, and is an error where not."""
    patch = [{"op": "replace", "path": "/agent/accounts/A/balance", "value": 100}]
    lines = (gold(pay_step(5, 100), initial_patch=patch), probe("mutate", 1, pay_step(1, 105, 1)))

    assert paths(run(folder, *lines)) == ["initial patch"] * 2
    assert paths(run(folder, *lines, tables=True)) == []
    assert paths(run(folder, *lines, tables=True, through_log=True)) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"task_id": "1", "steps": []}\n{"task_id": \n', r"recordings\.jsonl:2: not JSON"),
        (b"[]\n", r"recordings\.jsonl:1: a JSON object is expected, not list"),
        (b'\n{"task_id": "1"}\n', r"recordings\.jsonl:2: neither a gold replay"),
        (b'{"task_id": "1", "steps": [{"name": "x", "arguments": []}]}\n', r"recordings\.jsonl:1: steps\.0\.arguments"),
        (b'{"task_id": "1", "kind": "mutate", "name": "x"}\n', r"recordings\.jsonl:1: \w+: Field required"),
        (b"", "there are no recordings"),
        (gzip.compress(b'{"task_id": "1", "steps": []}\n' * 500, mtime=0)[:-20], r"recordings\.jsonl: cannot be read after line"),
        (b"\x1f\x8bnot gzip", r"recordings\.jsonl: cannot be read"),
        (b'{"task_id": "\xff"}\n', r"recordings\.jsonl:1: not JSON"),
    ],
)
def test_malformed_recordings_are_named(folder: Path, body: bytes, message: str) -> None:
    """One line that says which file and which line of it."""
    path = folder / "recordings.jsonl"
    path.write_bytes(body)

    with pytest.raises(RecordingError, match=message) as caught:
        conform(setting(), folder, [path])
    assert "\n" not in str(caught.value)


def test_missing_file_and_setting_without_data_are_named(folder: Path) -> None:
    """Nothing to run, or nothing to run it on."""
    with pytest.raises(RecordingError, match="there is no such file"):
        conform(setting(), folder, [folder / "nowhere.jsonl"])
    (folder / "one.jsonl").write_text(json.dumps(gold()))
    with pytest.raises(SettingError, match="runs on a world of its own only"):
        conform(setting(data=False), folder, [folder / "one.jsonl"])


@pytest.mark.parametrize("through_log", [False, True])
def test_retail_answers_as_tau2_bench_does(through_log: bool, tmp_path: Path) -> None:
    """All gold steps, final states and probes are equal; a changed recording is not."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: recordings of tau2-bench are not part of this repository")
    from scenarios.load import load, names

    if "retail" not in names():
        pytest.skip("the setting retail is not here")
    tallies = conform(load("retail"), SHARED, [SHARED / "gold_replay.jsonl.gz", SHARED / "probes.jsonl.gz"], through_log=through_log)

    for tally in tallies:
        print(tally)
    assert [str(mismatch) for tally in tallies for mismatch in tally.mismatches] == []
    assert sum(tally.total for tally in tallies if tally.kind.startswith("probes ")) > 1000
    assert spoiled(tmp_path) == 20


def spoiled(folder: Path) -> int:
    """How many of 20 recordings with one digit changed are found to differ."""
    from scenarios.load import load

    with gzip.open(SHARED / "probes.jsonl.gz", "rt") as file:
        probes = [line for line in map(json.loads, file) if not line["error"] and line["task_id"] in tasks()]
    changed = [line | {"content": line["content"].replace("1", "2", 1)} for line in probes if "1" in line["content"]]
    lines = Random(1).sample(changed, 20)
    path = folder / "spoiled.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return sum(tally.total - tally.equal for tally in conform(load("retail"), SHARED, [path]))


def tasks() -> set[str]:
    with gzip.open(SHARED / "tasks.jsonl.gz", "rt") as file:
        return {json.loads(line)["id"] for line in file}
