"""Format: a blueprint is well-formed, speaks of what its setting has, and gives nothing of the machinery away to its user."""

import re
from collections.abc import Iterator, Mapping

from domain.blueprints.verifying.ground import Ground, at
from domain.errors import ReferenceError_, Refusal, WorldError
from domain.provenance.reading import leaves
from domain.world import World
from events.blueprints import Reason

_SYNTAX = re.compile(r"\b\w+\(\s*\w+\s*=|[{\[]\s*\"|\"\s*:\s*[\"{\[\d]|</?\w*(?:tool|function)_?call\w*>|```", re.IGNORECASE)
"""What no person writes: ``name(argument=``, JSON, tags of tool calls."""
_PLACEHOLDER = re.compile(
    r"<[a-z_ ]+>|\{\{?[a-z_ .]+\}?\}|\[(?:your|the|insert)[a-z_ ]*\]|\bTODO\b|\bXXX+\b|\bTBD\b|\bN/A\b", re.IGNORECASE
)
_MOST_ERRORS = 12


def malformed(ground: Ground) -> list[Reason]:
    """What is malformed, unknown to the setting, or leaked."""
    elsewhere = list(_elsewhere(ground))
    return elsewhere or [*_fields(ground), *_setup(ground), *_calls(ground), *_leaks(ground)][:_MOST_ERRORS]


def _elsewhere(ground: Ground) -> Iterator[Reason]:
    """A blueprint of another setting or world, of which nothing else can be said."""
    blueprint, setting, world = ground.blueprint, ground.setting.name, World(ground.base).digest
    if blueprint.setting != setting:
        yield _reason("other-setting", "setting", f"It is of {blueprint.setting!r}, and looked at in {setting!r}; look at it in its own")
    if blueprint.world != world:
        found = f"It begins in world {blueprint.world[:12]}, and is looked at in {world[:12]}; look at it in its own"
        yield _reason("other-world", "world", found)


def _setup(ground: Ground) -> Iterator[Reason]:
    """What is different as the conversation begins must be rows that the setting's schema takes."""
    schema, wrong, made = ground.setting.schema, False, dict[tuple[str, str], None]()
    for number, change in enumerate(ground.goal.setup):
        row = (change.table, change.key)
        if change.table not in schema.tables:
            found = f"There is no table {change.table!r}; there are {', '.join(schema.tables)}"
        elif change.field is None and not isinstance(change.after, Mapping | None):
            found = f"{'.'.join(row)} becomes {change.after!r}; a whole row is an object, or null where it goes"
        elif change.field is not None and row not in made and World(ground.base).row(*row) is None:
            found = f"There is no row {'.'.join(row)} whose {change.field!r} could be different; name one of the world"
        else:
            made[row] = None
            continue
        wrong = True
        yield _reason("malformed", f"setup.{number}", found)
    for table, key in () if wrong else made:
        begun = ground.start.row(table, key)
        try:
            if begun is not None:
                schema.check_row(ground.start, table, key, begun)
        except ReferenceError_:  # a row that is gone: the path shows whether it is needed
            continue
        except WorldError as error:
            yield _reason("malformed", "setup", f"The world cannot begin so: {error}")


def _fields(ground: Ground) -> Iterator[Reason]:
    blueprint, goal, setting = ground.blueprint, ground.goal, ground.setting
    texts = {"instruction": goal.instruction, **{f"identity.{slot}": value for slot, value in goal.identity.items()}}
    for number, task in enumerate(goal.tasks):
        texts |= {f"tasks.{number}.known.{slot}": value for slot, value in task.known.items()}
        if setting.skills and task.skill not in setting.skills:
            yield _reason("unknown-skill", f"tasks.{number}", f"There is no skill {task.skill!r}; there are {', '.join(setting.skills)}")
    for place, text in texts.items():
        if not text.strip():
            yield _reason("empty", place, "It is empty; write what the user knows, or leave it out")
        elif found := _PLACEHOLDER.search(text):
            yield _reason("placeholder", place, f"{found[0]!r} stands for a value; write the value")
    rules = {rule.id for rule in setting.policy.rules}
    for rule in blueprint.policies:
        if rule not in rules:
            yield _reason("unknown-policy", "policies", f"There is no rule {rule!r}; there are {', '.join(sorted(rules))}")
    for number, check in enumerate(goal.checks):
        if check.name not in setting.checks:
            known = ", ".join(setting.checks) or "none"
            yield _reason("unknown-check", f"checks.{number}", f"There is no check {check.name!r}; there are {known}")


def _calls(ground: Ground) -> Iterator[Reason]:
    for number, action in enumerate(ground.goal.actions):
        tool = ground.tool(action.tool)
        if tool is None:
            known = ", ".join(ground.setting.toolset)
            yield _reason("unknown-tool", at(number), f"There is no tool {action.tool!r}; there are {known}")
            continue
        try:
            tool.check(action.arguments)
        except Refusal as refusal:
            yield _reason("invalid-arguments", at(number), f"{refusal.reason}; give what the tool's schema asks for")
        for path, value in leaves(action.arguments):
            if isinstance(value, str) and (found := _PLACEHOLDER.fullmatch(value.strip())):
                place = at(number, *path.strip("/").split("/"))
                yield _reason("placeholder", place, f"{found[0]!r} stands for a value; write the value")


def _leaks(ground: Ground) -> Iterator[Reason]:
    """Users know the tools that are their own, and no others."""
    text, tools = ground.goal.instruction, ground.setting.service_tools
    for name in (name for name, tool in tools.items() if _is_named(tool.name, text)):
        yield _reason("tool-leaked", "instruction", f"It names the tool {name!r}, which users do not know; say what they want instead")
    shapes = [tool.spec["function"]["parameters"].get("properties", {}) for tool in tools.values()]
    for name in dict.fromkeys(name for shape in shapes for name in shape if "_" in name):
        if _is_named(name, text):
            yield _reason("parameter-leaked", "instruction", f"It names the parameter {name!r}; say it in a person's words")
    if found := _SYNTAX.search(text):
        yield _reason("syntax-leaked", "instruction", f"{found[0]!r} is no way in which people write; say it in words")


def _is_named(name: str, text: str) -> bool:
    """Whether a name of a program stands in a text; a name that is a plain word only where it is called."""
    call = rf"(?<![\w]){re.escape(name)}"
    return re.search(call + (r"(?!\w)" if "_" in name else r"\s*\("), text, re.IGNORECASE) is not None


def _reason(code: str, place: str, sentence: str) -> Reason:
    return Reason(code=code, place=place, sentence=f"{sentence}.")
