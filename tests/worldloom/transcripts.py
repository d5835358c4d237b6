"""Small transcripts of each format, made on a shop's world that is drawn here."""

import json
from pathlib import Path
from random import Random
from typing import Any

from domain.world import Base, World
from scenarios.load import load

RETAIL = load("retail")
TABLES = RETAIL.draw_world(Random("transcripts"))
ORDER = next(order for order in TABLES["orders"].values() if order["status"] == "pending")
USER = TABLES["users"][ORDER["user_id"]]
CANCEL = {"order_id": ORDER["order_id"], "reason": "no longer needed"}
TASK = "You want to cancel your order."


def data(folder: Path) -> Path:
    """A data folder with the shop's database, as tau2-bench has it."""
    folder.mkdir()
    (folder / "db.json").write_text(json.dumps(TABLES, default=dict))
    return folder


def shown(benchmark: str, name: str, arguments: dict[str, Any], *before: tuple[str, dict[str, Any]]) -> str:
    """What a tool of a benchmark shows after some calls, in the notation of Python's json."""
    dialect = RETAIL.data.dialects[benchmark]
    from domain.transaction import Transaction

    world = World(Base(dialect.tables({"agent": TABLES})))
    observation: Any = None
    for tool, given in (*before, (name, arguments)):
        transaction = Transaction(world)
        observation = dialect.toolset[tool].run(transaction, given)
        world = world.with_changes(transaction.changes)
    return observation if isinstance(observation, str) else json.dumps(observation)


def called(call_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A call as OpenAI writes it."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def talk(benchmark: str = "tau2", **edits: Any) -> list[dict[str, Any]]:
    """Somebody has an order cancelled; ``edits`` are contents by place."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Please cancel my order."},
        {"role": "assistant", "content": None, "tool_calls": [called("c1", "get_order_details", {"order_id": ORDER["order_id"]})]},
        {"role": "tool", "tool_call_id": "c1", "content": shown(benchmark, "get_order_details", {"order_id": ORDER["order_id"]})},
        {"role": "assistant", "content": "I will.", "tool_calls": [called("c2", "cancel_pending_order", CANCEL)]},
        {"role": "tool", "tool_call_id": "c2", "content": shown(benchmark, "cancel_pending_order", CANCEL)},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "###STOP###"},
    ]
    for place, content in edits.items():
        messages[int(place[1:])]["content"] = content
    return messages


def openai(path: Path, messages: list[Any]) -> Path:
    """A list of messages."""
    path.write_text(json.dumps(messages))
    return path


def tau1(path: Path, *talks: list[Any], reward: float = 1.0) -> Path:
    """Results of tau-bench."""
    task = {"user_id": "u", "instruction": TASK, "actions": [{"name": "cancel_pending_order", "kwargs": CANCEL}], "outputs": []}
    about = {"reward": reward, "info": {"task": task, "source": "user", "reward_info": {"reward": reward, "info": {"r_actions": reward}}}}
    path.write_text(json.dumps([{"task_id": place, "trial": 0, "traj": traj, **about} for place, traj in enumerate(talks)]))
    return path


def tau2(path: Path, *talks: list[Any], basis: tuple[str, ...] = ("DB", "COMMUNICATE")) -> Path:
    """A result file of tau2-bench."""
    gold = [{"action_id": "0_0", "name": "cancel_pending_order", "arguments": CANCEL, "requestor": "assistant"}]
    criteria = {"actions": gold, "communicate_info": [], "reward_basis": list(basis)}
    task = {"id": "0", "user_scenario": {"instructions": {"reason_for_call": TASK}}, "evaluation_criteria": criteria, "initial_state": None}
    info = {"environment_info": {"domain_name": "retail", "policy": "Be kind."}, "agent_info": {"llm": "m1"}, "user_info": {"llm": "m2"}}
    about = {"task_id": "0", "termination_reason": "user_stop", "reward_info": {"reward": 1.0, "reward_breakdown": {"DB": 1.0}}}
    held = [{"id": f"s{place}", "trial": place, "messages": messages[1:], **about} for place, messages in enumerate(talks)]
    path.write_text(json.dumps({"info": info, "tasks": [task], "simulations": held}))
    return path


def telecom(folder: Path) -> tuple[Path, Path]:
    """A result file of tau2-bench in which a user switches mobile data on again, and in which they do not; and its data folder."""
    setting = load("telecom")
    assert setting.data is not None
    world = World(setting.base(setting.draw_world(Random("transcripts"))))
    customer = next(row for _, row in world.rows("customers") if row["line_ids"])
    begins = [
        {"env_type": "user", "func_name": "set_user_info", "arguments": {"name": customer["full_name"], "phone_number": "000"}},
        {"env_type": "user", "func_name": "turn_data_off", "arguments": {}},
    ]
    asked = {"func_name": "assert_mobile_data_status", "arguments": {"expected_status": True}, "assert_value": True}
    criteria = {"actions": [], "env_assertions": [asked], "reward_basis": ["ENV_ASSERTION"]}
    task = {"id": "0", "initial_state": {"initialization_actions": begins}, "evaluation_criteria": criteria}
    talks = [_telecom_talk(world, customer["customer_id"], begins, act) for act in ("toggle_data", "check_network_status")]
    about = {"task_id": "0", "termination_reason": "user_stop", "reward_info": {"reward": 1.0}}
    held = [{"id": f"s{place}", "messages": messages, **about} for place, messages in enumerate(talks)]
    path, data = folder / "file.json", folder / "telecom"
    path.write_text(json.dumps({"info": {"environment_info": {"domain_name": "telecom"}}, "tasks": [task], "simulations": held}))
    data.mkdir()
    for name, side in {"db.json": "agent", "user_db.json": "user"}.items():
        (data / name).write_text(json.dumps(setting.data.document(world)[side], default=dict))
    return path, data


def _telecom_talk(world: World, customer_id: str, begins: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """The desk looks the customer up, asks for a tool that only the user has, and the user acts."""
    from domain.transaction import Transaction

    setting = load("telecom")
    dialect = setting.data.dialects["tau2"]
    now = dialect.begin(world, {"initialization_actions": begins})

    def shown(name: str, **arguments: Any) -> str:
        seen = dialect.toolset[name].run(Transaction(now, now=setting.clock), arguments)
        return seen if isinstance(seen, str) else json.dumps(seen)

    calls = [
        ("assistant", "get_customer_by_id", {"customer_id": customer_id}, shown("get_customer_by_id", customer_id=customer_id)),
        ("assistant", "toggle_data", {}, "Error: Tool 'toggle_data' not found."),
        ("user", act, {}, shown(act)),
    ]
    messages: list[dict[str, Any]] = [{"role": "user", "content": "My data does not work."}]
    for number, (role, name, arguments, content) in enumerate(calls):
        messages.append({"role": role, "content": None, "tool_calls": [called(f"c{number}", name, arguments)]})
        messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": content, "requestor": role})
    return [*messages, {"role": "user", "content": "###STOP###"}]
