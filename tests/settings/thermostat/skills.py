"""How the offline assistant helps, step by step."""

from typing import NoReturn

from domain.skill import Script, Skill, Slot


def warm_up(s: Script) -> NoReturn:
    """The display first, then the server, then the button, and the display again."""
    serial = s.need("serial")
    s.need("display")
    if s.look("show_thermostat", serial=serial)["locked"]:
        s.confirm("warm_up.confirm", serial=serial)
        s.act("unlock", serial=serial)
    s.need("pressed")
    s.tell("warm_up.done", serial=serial)


SLOTS = [
    Slot("serial", r"\bTH-\d+\b", r"\bserial\b"),
    Slot("display", r"\b(locked|off|heating)\b", r"\bdisplay\b", when_asked=True),
    Slot("pressed", r"\b(heating)\b", r"\bheat button\b", when_asked=True),
]
SKILLS = [Skill("warm_up", r"\b(?:cold|freezing|heat(?:ing)?)\b", warm_up, ("serial", "display", "pressed"))]
