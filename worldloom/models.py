"""Which model plays whom and how it is reached, from the words of a command."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from actors.gateway.settings import ModelsFile, Reach, Role, read_models_file
from actors.judges import JUDGE, Committee, make_judges
from actors.sourcing import SOURCE, Sourcer
from domain.agents import ASSISTANT, USER
from domain.errors import SettingError
from domain.setting import Setting
from domain.simulated import TOOLS
from projections.folder import RunFolder

RECORDED = "recorded/"
"""Before the folder of a run: its replies are said again, under the names of the models that gave them."""


class Chosen(NamedTuple):
    """What decides bytes, and what does not."""

    models: dict[str, str]
    roles: dict[str, Role]
    reach: Reach


def choose(
    user: str,
    assistant: str,
    others: Sequence[str],
    file: Path | None,
    fallbacks: Sequence[str],
    most_usd: float | None,
    candidates: int,
) -> Chosen:
    """Read the flags of ``worldloom generate``.

    Args:
        others: ``assistant/billing=MODEL`` each.
        file: The YAML file of ``--models``.

    Raises:
        SettingError: One of them is not what it should be.
    """
    given = read_models_file(file) if file else ModelsFile()
    roles = {role: how for role, how in given.roles.items() if role != JUDGE}  # judges decide nothing of a run
    if candidates > 1:
        roles[USER] = roles.get(USER, Role()).model_copy(update={"candidates": candidates})
    models = {USER: user, ASSISTANT: assistant, **dict(map(_pair, others))}
    recorded = {role: Path(model.removeprefix(RECORDED)) for role, model in models.items() if model.startswith(RECORDED)}
    for role, path in recorded.items():
        was = RunFolder.find(path).settings()
        models |= _below(role, was.get("models", {}))
        roles |= {agent: Role.model_validate(how) for agent, how in _below(role, was.get("roles", {})).items()}
        recorded[role] = path.resolve()
    reach = Reach(providers=given.providers, fallbacks=tuple(fallbacks), most_usd=most_usd, recorded=recorded)
    return Chosen(models, roles, reach)


def choose_judges(judges: Sequence[str], file: Path | None, most_usd: float | None, out: Path) -> Committee:
    """Read the flags of ``worldloom judge`` and ``worldloom calibrate``.

    Args:
        out: Folder in which replies are kept that were paid for.

    Raises:
        SettingError: One of them is not what it should be.
    """
    given = read_models_file(file) if file else ModelsFile()
    return make_judges(judges, out, Reach(providers=given.providers, most_usd=most_usd), given.roles.get(JUDGE))


def choose_sourcer(model: str, file: Path | None, most_usd: float | None, out: Path) -> Sourcer:
    """Read the flags of ``worldloom origins``; see ``choose_judges``."""
    given = read_models_file(file) if file else ModelsFile()
    return Sourcer(model, out, Reach(providers=given.providers, most_usd=most_usd), given.roles.get(SOURCE, Role()))


def _below(role: str, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """What a run has for a role and for those below it."""
    return {agent: what for agent, what in recorded.items() if agent == role or agent.startswith(f"{role}/")}


def check_agents(agents: Sequence[str], settings: Mapping[str, Setting]) -> None:
    """Make sure that somebody in one of the settings is meant.

    Raises:
        SettingError: Nobody has such a path.
    """
    known = {USER, TOOLS, *(path for setting in settings.values() for path, _ in setting.assistant.walk())}
    for agent in agents:
        if agent not in known:
            raise SettingError(f"there is no agent {agent!r} in {', '.join(settings)}; there are {', '.join(sorted(known))}")


def _pair(text: str) -> tuple[str, str]:
    agent, equals, model = text.partition("=")
    if not equals or not agent or not model:
        raise SettingError(f"--model {text!r}: write AGENT=MODEL, such as assistant/billing=openai/gpt-4o-mini")
    return agent, model
