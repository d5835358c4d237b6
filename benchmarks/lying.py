"""A tool's model that tells the truth, and one that lies: in sixteen named ways, each of which the checks must see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from domain.directory import names_something, parts
from domain.errors import Refusal
from domain.simulated import Asked, Denial, Proposal
from domain.transaction import Transaction
from domain.values import plain, thaw
from domain.world import World
from events.conversation import Usage
from events.tools import Change, Objection

Way = Callable[[Proposal, Asked, Random], Proposal | None]
"""A lie made of a sound proposal; None where the proposal has nothing to lie about in this way."""


def truth(asked: Asked) -> Proposal:
    """What the tool's code does."""
    transaction = Transaction(asked.world, now=asked.now)
    try:
        return Proposal(plain(asked.tool.reference.run(transaction, asked.arguments)), transaction.changes)
    except Refusal as refusal:
        return Proposal(denial=Denial(refusal.code, refusal.reason))


class TruthfulTools:
    """Plays every simulated tool as its code does; keeps what it was asked."""

    model = "bench/truthful"
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    reasoning: str | None = None

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``."""
        self.asked.append(asked)
        return truth(asked)


class LyingTools(TruthfulTools):
    """Lies about a share of the calls, and tells the truth when it is asked again."""

    model = "bench/lying"

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self._share, self._seed = share, seed
        self.lies: dict[str, str] = {}
        """Call -> the way of the first lie about it."""

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``."""
        sound = await super().propose(asked, objections)
        rng = Random(f"{self._seed}/{asked.call_id}")
        if objections or rng.random() >= self._share:
            return sound
        found = lie(sound, asked, rng)
        if found is None:
            return sound
        self.lies[asked.call_id] = found[0]
        return found[1]


def lie(sound: Proposal, asked: Asked, rng: Random) -> tuple[str, Proposal] | None:
    """(way, proposal) of the first way, in a drawn order, in which one can lie about a call."""
    for way in rng.sample(list(WAYS), len(WAYS)):
        corrupted = WAYS[way](sound, asked, rng)
        if corrupted is not None:
            return way, corrupted
    return None


def alter(sound: Proposal, rng: Random) -> Proposal | None:
    """The same with one leaf of its observation, drawn anywhere, another; None where it shows no object and no list."""
    shown = thaw(sound.observation)
    places = list(_leaves(shown)) if isinstance(shown, dict | list) else []
    if not places:
        return None
    inside, step = rng.choice(places)
    inside[step] = _other(inside[step])
    return Proposal(shown, sound.changes)


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    for step, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, dict | list):
            yield from _leaves(item)
        else:
            yield value, step


def _wrong_value(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A value of the row that was asked for is another."""
    shown = thaw(sound.observation)
    row = _asked_row(asked, asked.world.with_changes(sound.changes))
    if row is None or not isinstance(shown, dict):
        return None
    keys = {table.key for table in asked.schema.tables.values()}
    fields = [name for name in shown if name in row and name not in asked.arguments and name not in keys | asked.tool.own]
    fields = [name for name in fields if isinstance(row[name], str | int | float) and shown[name] == row[name]]
    if not fields:
        return None
    field = rng.choice(fields)
    shown[field] = _other(shown[field])
    return Proposal(shown, sound.changes)


def _phantom_effect(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """The observation shows what was changed, and nothing is changed."""
    row = _asked_row(asked, asked.world)
    after = _asked_row(asked, asked.world.with_changes(sound.changes))
    shown = sound.observation
    if not sound.changes or row is None or after is None or not isinstance(shown, Mapping):
        return None
    told = [name for name in shown if name in row and row[name] != after.get(name) and name not in asked.tool.own]
    return Proposal(shown, ()) if told else None


def _hidden_effect(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A tool that only reads changes something."""
    change = _some_change(asked.world, asked, rng)
    return Proposal(sound.observation, (change,)) if change and not asked.tool.writes and sound.denial is None else None


def _stray_effect(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row that has nothing to do with the call is changed beside it."""
    if not sound.changes:
        return None
    told = {str(value) for value in asked.arguments.values()} | {change.key for change in sound.changes}
    for _ in range(20):
        change = _some_change(asked.world, asked, rng)
        if change and change.table in {"users", "contacts", "orders"} and change.key not in told and not _tied(change, sound, asked):
            return Proposal(sound.observation, (*sound.changes, change))
    return None


def _invented_identifier(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """An identifier exists nowhere."""
    shown = thaw(sound.observation)
    places = [
        (part, name) for part in parts(shown) for name, value in part.items() if names_something(name) and isinstance(value, str) and value
    ]
    if not places:
        return None
    part, name = rng.choice(places)
    part[name] = f"{part[name][:-3]}{rng.randrange(1000, 9999)}x"  # type: ignore[index]
    return Proposal(shown, sound.changes)


def _other_row(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A true answer about another row than the one that was asked for."""
    place = _asked_place(asked)
    if place is None or asked.tool.writes or not isinstance(sound.observation, Mapping):
        return None
    table, argument = place
    others = [key for key, _ in asked.world.rows(table) if key != asked.arguments[argument]]
    other = truth(Asked(**{**vars(asked), "arguments": {**asked.arguments, argument: rng.choice(others)}})) if others else None
    if other is None or other.denial is not None or asked.schema.tables[table].key not in other.observation:
        return None
    return Proposal(other.observation, ())


def _false_before(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A change says that its row was other than it is."""
    fields = [number for number, change in enumerate(sound.changes) if change.field is not None]
    if not fields:
        return None
    number = rng.choice(fields)
    return _with(sound, number, before=_other(sound.changes[number].before))


def _dangling_reference(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row points to one that is not there."""
    for number, change in enumerate(sound.changes):
        references = [path for path in asked.schema.tables[change.table].references if path in asked.schema.tables[change.table].columns]
        if references and change.field is None and isinstance(change.after, dict):
            return _with(sound, number, after={**change.after, rng.choice(references): "NOBODY-1"})
        row = asked.world.row(change.table, change.key)
        if references and row is not None:
            field = rng.choice(references)
            more = Change(table=change.table, key=change.key, field=field, before=plain(row[field]), after="NOBODY-1")
            kept = tuple(other for other in sound.changes if (other.table, other.key, other.field) != (more.table, more.key, field))
            return Proposal(sound.observation, (*kept, more))
    return None


def _wrong_type(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row gets a field that its table does not have."""
    for number, change in enumerate(sound.changes):
        if change.field is None and isinstance(change.after, dict):
            return _with(sound, number, after={**change.after, "remark": "trust me"})
        if change.field is not None:
            more = Change(table=change.table, key=change.key, field="remark", after="trust me", absent="before")
            return Proposal(sound.observation, (*sound.changes, more))
    return None


def _wrong_key(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row's key field is another than its key."""
    for change in sound.changes:
        row = asked.world.row(change.table, change.key)
        if row is not None:
            key = asked.schema.tables[change.table].key
            more = Change(table=change.table, key=change.key, field=key, before=row[key], after=f"{row[key]}0")
            return Proposal(sound.observation, (*sound.changes, more))
    return None


def _unknown_table(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row is put where there is no table."""
    if not sound.changes:
        return None
    return Proposal(sound.observation, (*sound.changes, Change(table="audit_log", key="A-1", after={"entry": "done"})))


def _deleted_owner(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """A row to which others point disappears."""
    for change in sound.changes:
        for path, target in asked.schema.tables[change.table].references.items():
            row = asked.world.row(change.table, change.key)
            owner = asked.world.row(target, str(row[path])) if row is not None and path in row else None
            if owner is not None and row is not None:
                return Proposal(sound.observation, (*sound.changes, Change(table=target, key=str(row[path]), before=plain(owner))))
    return None


def _wrong_shape(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """The observation lacks a field, or is of another kind altogether."""
    required = list(asked.tool.output.get("required", ()))
    if sound.denial is not None or not asked.tool.output:
        return None
    if required and rng.random() < 0.5:
        gone = rng.choice(required)
        return Proposal({name: value for name, value in sound.observation.items() if name != gone}, sound.changes)
    return Proposal(7, sound.changes)


def _unreadable(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """The observation holds what is no JSON."""
    return Proposal({"shown": sound.observation, "share": rng.choice([float("nan"), float("inf"), {1, (2,)}, b"x", 2**70])}, sound.changes)


def _denied(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """The tool says that something is not there which is."""
    if _asked_row(asked, asked.world) is None or sound.denial is not None:
        return None
    place = _asked_place(asked)
    return Proposal(denial=Denial("not-found", f"There is no {asked.arguments[place[1]]}.")) if place else None


def _other_answer(sound: Proposal, asked: Asked, rng: Random) -> Proposal | None:
    """The same question, and nothing has changed, but another answer."""
    still = [earlier for earlier in asked.earlier if not earlier.changes and not earlier.refused]
    if not still or asked.tool.writes or not isinstance(sound.observation, Mapping):
        return None
    shown = thaw(sound.observation)
    numbers = [name for name, value in shown.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    if not numbers:
        return None
    field = rng.choice(numbers)
    shown[field] = shown[field] + 1
    return Proposal(shown, ())


WAYS: dict[str, Way] = {
    "wrong-value": _wrong_value,
    "phantom-effect": _phantom_effect,
    "hidden-effect": _hidden_effect,
    "stray-effect": _stray_effect,
    "invented-identifier": _invented_identifier,
    "other-row": _other_row,
    "false-before": _false_before,
    "dangling-reference": _dangling_reference,
    "wrong-type": _wrong_type,
    "wrong-key": _wrong_key,
    "unknown-table": _unknown_table,
    "deleted-owner": _deleted_owner,
    "wrong-shape": _wrong_shape,
    "unreadable": _unreadable,
    "denied": _denied,
    "other-answer": _other_answer,
}


def _asked_place(asked: Asked) -> tuple[str, str] | None:
    """(table, argument) of the row that was asked for."""
    keys = {table.key: name for name, table in asked.schema.tables.items()}
    return next(((keys[name], name) for name, value in asked.arguments.items() if name in keys and isinstance(value, str)), None)


def _asked_row(asked: Asked, world: World) -> Mapping[str, Any] | None:
    place = _asked_place(asked)
    return world.row(place[0], asked.arguments[place[1]]) if place else None


def _some_change(world: World, asked: Asked, rng: Random) -> Change | None:
    """A true change of one field of one row that the schema allows."""
    table = rng.choice([name for name in asked.schema.tables if any(True for _ in world.rows(name))])
    key, row = rng.choice(list(world.rows(table)))
    fields = [name for name, value in row.items() if name in ("status", "city", "name", "email", "requested_on") and isinstance(value, str)]
    if not fields:
        return None
    field = rng.choice(fields)
    states = [state for state in asked.schema.tables[table].columns[field].get("enum", ()) if state != row[field]]
    return Change(table=table, key=key, field=field, before=row[field], after=rng.choice(states) if states else f"{row[field]}s")


def _tied(change: Change, sound: Proposal, asked: Asked) -> bool:
    """Whether a row stands in what the call or its effect names."""
    near = [str(asked.arguments), *(str(asked.world.row(other.table, other.key)) for other in sound.changes)]
    near += [str(row) for name in asked.arguments.values() for table in asked.schema.tables if (row := asked.world.row(table, str(name)))]
    row = asked.world.row(change.table, change.key)
    return (
        any(change.key in text for text in near)
        or any(other.key in str(row) for other in sound.changes)
        or any(str(name) in str(row) for name in asked.arguments.values())
    )


def _with(sound: Proposal, number: int, **fields: Any) -> Proposal:
    changed = sound.changes[number].model_copy(update=fields)
    return Proposal(sound.observation, (*sound.changes[:number], changed, *sound.changes[number + 1 :]))


def _other(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return "no longer" if value is None else not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}s" if isinstance(value, str) else [value]
