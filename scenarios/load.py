"""From a folder to a setting: reads, checks and assembles. The only code that knows the folder's shape."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import SettingError
from domain.grammar import Grammar
from domain.judgement import AXES, Axis
from domain.persona.guidance import Wording
from domain.policy import Policy, Rule
from domain.setting import Setting
from domain.tools import Toolset
from events.conversation import Limits
from events.judgement import BESIDE
from scenarios.simulation import SimulatedFile
from scenarios.team import AgentFile, Team, UserFile, pick

HERE = Path(__file__).parent
SHARED_PHRASES = HERE / "phrases.yaml"
"""What all settings say alike."""
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That of libyaml where there is one: it reads the same, and tens of times faster."""


class AxisFile(BaseModel):
    """An axis of judgement of the setting's own."""

    model_config = ConfigDict(extra="forbid")

    asks: str
    """What a judge is asked."""
    rules: list[str] = []
    """Policy rules whose breach counts against it."""


class ScenarioFile(BaseModel):
    """``scenario.yaml``, reviewable without reading Python."""

    model_config = ConfigDict(extra="forbid")

    name: str
    summary: str
    clock: str
    tools: list[str]
    """Those of the assistant itself; sub-agents have others of their own."""
    simulated: dict[str, SimulatedFile] = {}
    """Tools without code."""
    subagents: dict[str, AgentFile] = {}
    user: UserFile | None = None
    """What the user can do without the assistant; left out, they can only speak."""
    rules: list[str]
    skills: list[str]
    limits: Limits = Limits()
    axes: dict[str, AxisFile] = {}


def names() -> list[str]:
    """Names of all settings, sorted."""
    return sorted(path.parent.name for path in HERE.glob("*/scenario.yaml"))


@cache
def load(name: str) -> Setting:
    """A setting by its name.

    Raises:
        SettingError: There is no such setting, or its folder contradicts itself.
    """
    folder = HERE / name
    if name not in names():
        raise SettingError(f"there is no setting {name!r}; there are {', '.join(names())}")
    file = _read_scenario(folder)
    where = f"{folder / 'scenario.yaml'}"
    prose = (folder / "policy.md").read_text("utf-8")
    schema = _offered(name, "world", "SCHEMA")
    coded = {tool.name: tool for tool in _offered(name, "tools", "TOOLS")}
    both = sorted(coded.keys() & file.simulated.keys())
    if both:
        raise SettingError(f"{where}: simulated: {both[0]!r} has code in tools.py already")
    specified = {tool: specification.tool(tool, schema) for tool, specification in file.simulated.items()}
    team = Team({**coded, **specified}, file.limits.depth, where)
    assistant = team.assistant(file.summary, prose, file.tools, file.subagents)
    user = team.user(file.user) if file.user else None
    agents = [*(agent for _, agent in assistant.walk()), *([user] if user else ())]
    tools = {name: tool for agent in agents for name, tool in agent.tools.items()}
    rules = pick(file.rules, {rule.id: rule for rule in _offered(name, "policy", "RULES")}, f"{where}: rules")
    skills = pick(file.skills, {skill.name: skill for skill in _offered(name, "skills", "SKILLS")}, f"{where}: skills")
    for rule in rules.values():
        pick(sorted(rule.tools), tools, f"{where}: rule {rule.id} guards")
    axes = _axes(file, rules, where)
    sources = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".md", ".py")]
    return Setting(
        name=file.name,
        summary=file.summary,
        toolset=Toolset(tools.values()),
        policy=Policy(prose, tuple(rules.values())),
        schema=schema,
        draw_world=_offered(name, "world", "draw_world"),
        draw_goal=_offered(name, "goals", "draw_goal"),
        skills=skills,
        slots={slot.name: slot for slot in _offered(name, "skills", "SLOTS")},
        authenticate=getattr(_module(name, "skills"), "authenticate", None),
        phrases=Grammar({**_read_yaml(SHARED_PHRASES), **_read_yaml(folder / "phrases.yaml")}, f"{folder / 'phrases.yaml'}"),
        clock=file.clock,
        limits=file.limits,
        source={path.relative_to(folder).as_posix(): path.read_bytes() for path in sources},
        data=_offered(name, "data", "DATA") if (folder / "data.py").is_file() else None,
        team=assistant if assistant.subagents else None,
        user=user,
        errands=team.errands(file.user, user) if file.user and user else (),
        checks=_offered(name, "checks", "CHECKS") if (folder / "checks.py").is_file() else {},
        axes=axes,
        wishes=getattr(_module(name, "goals"), "WISHES", None),
    )


@cache
def persona_wording() -> Wording:
    """What a model that plays the user is told of each trait; ``domain.persona.guidance`` puts it together.

    Raises:
        SettingError: The file lacks a sentence or has one too many.
    """
    path = Path(__file__).with_name("personas.yaml")
    content = _read_yaml(path)
    traits, rules, complexities, moves = (content.get(part, {}) for part in ("traits", "rules", "complexities", "moves"))
    return Wording(traits, rules, complexities, moves, str(path))


def _axes(file: ScenarioFile, rules: Mapping[str, Rule], where: str) -> tuple[Axis, ...]:
    for name, axis in file.axes.items():
        pick(axis.rules, rules, f"{where}: axis {name}")
        if name in (known.name for known in AXES):
            raise SettingError(f"{where}: axes: {name!r} is one of the eight that every conversation is judged on; choose another name")
    return tuple(Axis(name, axis.asks, rules=tuple(axis.rules)) for name, axis in file.axes.items())


def _module(name: str, part: str) -> ModuleType:
    try:
        return import_module(f"scenarios.{name}.{part}")
    except Exception as error:  # whatever its author's code raises while it is read
        text = " ".join(str(error).split())
        raise SettingError(f"{HERE / name / part}.py cannot be loaded: {type(error).__name__}: {text}") from error


def _offered(name: str, part: str, attribute: str) -> Any:
    """What a module of the setting has to offer under a given name."""
    module = _module(name, part)
    if not hasattr(module, attribute):
        raise SettingError(f"{HERE / name / part}.py: {attribute} is missing; docs/settings.md says what it is")
    return getattr(module, attribute)


def _read_scenario(folder: Path) -> ScenarioFile:
    path = folder / "scenario.yaml"
    try:
        file = ScenarioFile.model_validate(_read_yaml(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if file.name != folder.name:
        raise SettingError(f"{path}: name is {file.name!r}, but the folder is called {folder.name!r}")
    if f"{file.name}/" == BESIDE:
        raise SettingError(f"{path}: name {file.name!r} is kept for judgements; choose another")
    for part in ("policy.md", "phrases.yaml", "world.py", "tools.py", "policy.py", "goals.py", "skills.py"):
        if not (folder / part).is_file():
            raise SettingError(f"{folder}: {part} is missing; scenarios/__init__.py says what a folder holds")
    return file


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text("utf-8"), _YAML)  # noqa: S506, it is one of the safe ones
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise SettingError(f"{path}: a mapping is expected, not {type(content).__name__}")
    return content
