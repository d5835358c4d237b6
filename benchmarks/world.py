"""Making, forking and hashing a world after one change, against loading its JSON and hashing all of it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import orjson

from benchmarks.measure import Finding, interleaved
from domain.world import Base, World
from events.tools import Change

ROUNDS = 15
FORKS = 200
_TARGET = 200.0
_OUTSIDE = Path(__file__).parents[2] / "shared" / "data" / "tau2" / "retail" / "db.json"


def measure(folder: Path) -> Iterator[Finding]:
    """Times cheaper, for a world of the size of tau2-bench's retail data."""
    path = _OUTSIDE if _OUTSIDE.is_file() else _drawn(folder / "db.json")
    tables: dict[str, dict[str, dict[str, Any]]] = orjson.loads(path.read_bytes())
    base = Base(tables)
    assert base.total  # once a process, as in a run
    keys = list(tables["orders"])

    def fork(number: int) -> None:
        for count in range(FORKS):
            key = keys[(number * FORKS + count) % len(keys)]
            change = Change(table="orders", key=key, field="status", after=f"cancelled {number}")
            _ = World(base).with_changes([change]).digest

    def load(_: int) -> None:
        content = orjson.loads(path.read_bytes())
        sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def first(_number: int) -> None:
        assert World(Base(orjson.loads(path.read_bytes()))).digest

    taken = interleaved({"fork": fork, "load": load, "first": first}, ROUNDS)
    once = taken["fork"].cpu_s / FORKS
    times = taken["load"].cpu_s / once
    size = f"{path.stat().st_size / 1e6:.1f} MB, {sum(map(len, tables.values())):,} rows"
    yield Finding(
        f"make, change, hash a world ({size}), cpu",
        f"{once * 1e6:.0f} us",
        f"{taken['load'].cpu_s * 1e3:.0f} ms, load and hash all",
        f"{times:,.0f}x cheaper",
        f">= {_TARGET:.0f}x",
        times >= _TARGET,
    )
    yield Finding(
        "load and hash a base, once a process, cpu",
        f"{taken['first'].cpu_s * 1e3:.0f} ms",
        f"{taken['load'].cpu_s * 1e3:.0f} ms, load and hash all",
        f"{taken['first'].cpu_s / taken['load'].cpu_s:.1f}x the time",
        "",
        True,
    )


def _drawn(path: Path) -> Path:
    """A world of the same size and shape of ours: 1,000 orders, 500 users, 50 products with their items."""
    rng = Random(1)
    address = {
        "address1": "445 Maple Drive",
        "address2": "Suite 394",
        "city": "Fort Worth",
        "country": "USA",
        "state": "TX",
        "zip": "76165",
    }
    items = [
        {"name": "Lamp", "product_id": str(n), "item_id": str(10**9 + n), "price": n / 7, "options": {"colour": "black", "size": "M"}}
        for n in range(50)
    ]
    tables = {
        "products": {
            str(n): {
                "name": "Lamp",
                "product_id": str(n),
                "variants": {
                    str(v): {
                        "item_id": str(v),
                        "options": {"colour": "black", "size": "M", "power": "cable"},
                        "price": 9.5,
                        "available": True,
                    }
                    for v in range(14)
                },
            }
            for n in range(50)
        },
        "users": {
            f"user_{n}": {
                "name": {"first_name": "Ada", "last_name": "Byron"},
                "address": address,
                "email": f"ada{n}@example.com",
                "payment_methods": {
                    f"credit_card_{n}": {"source": "credit_card", "id": f"credit_card_{n}", "brand": "visa", "last_four": "4321"}
                },
                "orders": [f"#W{n * 2}", f"#W{n * 2 + 1}"],
            }
            for n in range(500)
        },
        "orders": {
            f"#W{n}": {
                "order_id": f"#W{n}",
                "user_id": f"user_{n // 2}",
                "address": address,
                "items": rng.choices(items, k=4),
                "status": "pending",
                "fulfillments": [{"tracking_id": [str(10**11 + n)], "item_ids": [str(10**9 + i) for i in range(4)]}],
                "payment_history": [{"transaction_type": "payment", "amount": 99.5, "payment_method_id": f"credit_card_{n}"}],
            }
            for n in range(1000)
        },
    }
    path.write_bytes(orjson.dumps(tables))
    return path
