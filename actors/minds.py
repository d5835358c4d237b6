"""From a model's name to a mind."""

from collections.abc import Mapping

from actors.flawed.assistant import FAMILY, FlawedAssistant, flawed_models
from actors.mind import Mind, ToolMind
from actors.offline.assistant import OfflineAssistant
from actors.offline.toolsim import OfflineTools
from actors.offline.user import OfflineUser
from actors.offline.worker import OfflineWorker
from domain.agents import ASSISTANT
from domain.conversation import USER
from domain.errors import SettingError
from domain.goal import Goal
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.simulated import TOOLS

OFFLINE = {USER: "offline/user", ASSISTANT: "offline/assistant", TOOLS: "offline/tools"}


def check_models(models: Mapping[str, str]) -> None:
    """Make sure that every role can be played, before anything is made.

    Raises:
        SettingError: A role cannot be played by its model.
    """
    for role, model in models.items():
        offered = [OFFLINE[role.partition("/")[0]]] if role.partition("/")[0] in OFFLINE else []
        if role.partition("/")[0] == ASSISTANT:
            offered += flawed_models()
        if model not in offered:
            raise SettingError(f"model {model!r} cannot play the {role}; there is {', '.join(offered) or 'none'}")


def make_mind(role: str, model: str, setting: Setting, goal: Goal, persona: Persona, seed: int) -> Mind:
    """The mind that plays a role, or a sub-agent by its path, in one conversation. Only the user's is told goal and persona.

    Raises:
        SettingError: The role cannot be played by this model.
    """
    check_models({role: model})
    if role == USER:
        return OfflineUser(goal, persona, setting.phrases, setting.slots, seed)
    if role != ASSISTANT:
        return OfflineWorker(model, role, setting.assistant.at(role), setting.phrases, seed)
    if model.startswith(FAMILY):
        return FlawedAssistant(model, setting, seed)
    return OfflineAssistant(setting.skills, setting.slots, setting.authenticate, setting.phrases, seed, setting.team)


def make_tool_mind(models: Mapping[str, str]) -> ToolMind | None:
    """The mind that plays a conversation's simulated tools; None where no model is named for them.

    Raises:
        SettingError: The tools cannot be played by this model.
    """
    model = models.get(TOOLS)
    if model is None:
        return None
    check_models({TOOLS: model})
    return OfflineTools()
