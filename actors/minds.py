"""From a model's name to a mind."""

from actors.conversation import ASSISTANT
from actors.mind import Mind
from actors.offline.assistant import OfflineAssistant
from actors.offline.user import OfflineUser
from domain.conversation import USER
from domain.errors import SettingError
from domain.goal import Goal
from domain.persona import Persona
from domain.setting import Setting


def make_mind(role: str, model: str, setting: Setting, goal: Goal, persona: Persona, seed: int) -> Mind:
    """The mind that plays a role in one conversation. Only the user's is told goal and persona.

    Raises:
        SettingError: The role cannot be played by this model.
    """
    match role, model:
        case "user", "offline/user":
            return OfflineUser(goal, persona, setting.phrases, setting.slots, seed)
        case "assistant", "offline/assistant":
            return OfflineAssistant(setting.skills, setting.slots, setting.authenticate, setting.phrases, seed)
        case _:
            raise SettingError(f"model {model!r} cannot play {role!r}; there are offline/{USER} and offline/{ASSISTANT}")
