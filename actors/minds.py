"""From a model's name to a mind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from actors import llm
from actors.conversation import MindFactory
from actors.flawed.assistant import FAMILY, FlawedAssistant, flawed_models
from actors.gateway.cache import REPLIES, ReplyCache
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Reach, for_role
from actors.mind import Mind, ToolMind
from actors.offline.assistant import OfflineAssistant
from actors.offline.toolsim import OfflineTools
from actors.offline.user import OfflineUser
from actors.offline.worker import OfflineWorker
from actors.plan import Planned, RunSettings
from actors.playing import UserMind
from actors.recorded import RecordedMind, RecordedTools, kept_proposals, kept_replies
from actors.simulating import ModelTools
from actors.thinking import ModelMind
from domain.agents import ASSISTANT, USER
from domain.errors import SettingError
from domain.goal import Goal
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.simulated import TOOLS
from domain.slips import Slip
from events.subagents import SubagentStarted
from projections.folder import RunFolder
from projections.transcript import assistant_is_told, subagent_is_told

OFFLINE = {USER: "offline/user", ASSISTANT: "offline/assistant", TOOLS: "offline/tools"}


MindMaker = Callable[[Planned], MindFactory]
"""For one conversation: what makes its minds."""
ToolMaker = Callable[[Planned], ToolMind | None]
"""For one conversation: what plays its simulated tools; None where no model is named for them."""


def is_ours(model: str) -> bool:
    """Whether a model is one of the embedded ones, which need no gateway."""
    return model.partition("/")[0] in ("offline", FAMILY.rstrip("/"))


def check_models(models: Mapping[str, str]) -> None:
    """Make sure that every role can be played, before anything is made.

    Raises:
        SettingError: A role cannot be played by its model.
    """
    for path, model in models.items():
        role = path.partition("/")[0]
        if role not in OFFLINE:
            raise SettingError(f"there is no role {role!r}; there are {', '.join(OFFLINE)}, and sub-agents such as assistant/billing")
        offered = [OFFLINE[role], *(flawed_models() if role == ASSISTANT else ())]
        if is_ours(model) and model not in offered:
            raise SettingError(f"model {model!r} cannot play the {path}; there is {', '.join(offered)}")
        if not is_ours(model):
            try:
                llm.check_model(model)
            except SettingError as error:
                raise SettingError(f"{error}; without any provider, {offered[0]} can play the {path}") from error


def make_mind(role: str, model: str, setting: Setting, goal: Goal, persona: Persona, seed: int, slip: Slip | None = None) -> Mind:
    """The mind that plays a role, or a sub-agent by its path, in one conversation. Only the user's is told goal, persona and slip.

    Raises:
        SettingError: The role cannot be played by this model.
    """
    if not is_ours(model):
        raise SettingError(f"model {model!r} cannot play the {role} without a gateway")
    check_models({role: model})
    if role == USER:
        return OfflineUser(goal, persona, setting.phrases, setting.slots, seed, setting.user, setting.errands, slip)
    if role != ASSISTANT:
        return OfflineWorker(model, role, setting.assistant.at(role), setting.phrases, seed)
    if model.startswith(FAMILY):
        return FlawedAssistant(model, setting, seed)
    return OfflineAssistant(setting.skills, setting.slots, setting.authenticate, setting.phrases, seed, setting.team)


def minds_here(planned: Planned) -> MindFactory:
    """Embedded minds in this process."""
    started = planned.started

    def mind(path: str, begun: SubagentStarted | None) -> Mind:
        model = started.models[path] if begun is None else begun.model
        return make_mind(path, model, planned.place.setting, planned.goal, planned.persona, started.seed, planned.slip)

    return mind


def tools_here(planned: Planned) -> ToolMind | None:
    """The embedded simulator, where the run names it.

    Raises:
        SettingError: It names another one.
    """
    model = planned.started.models.get(TOOLS)
    if model is not None and not is_ours(model):
        raise SettingError(f"model {model!r} cannot play the tools without a gateway")
    check_models({TOOLS: model} if model else {})
    return OfflineTools() if model else None


class Cast(NamedTuple):
    """Who plays in a run."""

    agents: MindMaker
    tools: ToolMaker


def minds_for(settings: RunSettings, reach: Reach, folder: Path, own: int = 0) -> Cast:
    """Minds of a run as its models want them; a gateway is made only where one is needed.

    Args:
        folder: Of the run; replies that were paid for are kept in it.
        own: Number of the host.
    """
    played = [role for role, model in settings.models.items() if reach.recording(role) is None and not is_ours(model)]
    gateway = Gateway(reach, ReplyCache(folder / REPLIES / f"{own}.sqlite")) if played else None
    logs = {path: RunFolder.find(path).open_log() for path in reach.recorded.values()}

    def maker(planned: Planned) -> MindFactory:
        here = minds_here(planned)
        through = minds_through(gateway, settings)(planned) if gateway else here
        kept = {path: kept_replies(log, planned.stream) for path, log in logs.items()}

        def mind(path: str, begun: SubagentStarted | None) -> Mind:
            model = planned.started.models[path] if begun is None else begun.model
            recording = reach.recording(path)
            if recording is not None:
                return RecordedMind(path, kept[recording].get(path, ()), model)
            return here(path, begun) if is_ours(model) else through(path, begun)

        return mind

    def tools(planned: Planned) -> ToolMind | None:
        model, recording = planned.started.models.get(TOOLS), reach.recording(TOOLS)
        if model is not None and recording is not None:
            return RecordedTools(kept_proposals(logs[recording], planned.stream), model)
        if model is None or gateway is None or is_ours(model):
            return tools_here(planned)
        return ModelTools(gateway, model, for_role(TOOLS, settings.roles), planned.stream)

    return Cast(maker, tools)


def minds_through(gateway: Gateway, settings: RunSettings) -> MindMaker:
    """Minds of models behind the gateway."""

    def maker(planned: Planned) -> MindFactory:
        started, setting = planned.started, planned.place.setting

        def mind(path: str, begun: SubagentStarted | None) -> Mind:
            model, role = started.models[path] if begun is None else begun.model, for_role(path, settings.roles)
            if path == USER:
                return UserMind(gateway, model, planned.goal, planned.persona, role, planned.stream, setting.user)
            agent = setting.assistant.at(path)
            if begun is None:
                system = assistant_is_told(setting.summary, setting.policy.prose, started.clock)
            else:
                system = subagent_is_told(agent.prompt, started.clock)
            return ModelMind(gateway, model, path, system, agent, role, planned.stream)

        return mind

    return maker
