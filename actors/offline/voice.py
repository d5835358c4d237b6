"""How one user writes: lower case, short forms, slips and emoji. What a value says is never touched."""

import re
from dataclasses import dataclass
from random import Random

from domain.grammar import hold, tidy
from domain.persona.traits import Persona

_SHORT = {
    "you": "u", "your": "ur", "please": "pls", "thanks": "thx", "because": "bc", "though": "tho", "probably": "prob", "really": "rly",
    "okay": "ok", "to be honest": "tbh", "right now": "rn", "by the way": "btw", "as soon as possible": "asap", "i don't know": "idk",
    "going to": "gonna", "want to": "wanna", "kind of": "kinda", "got to": "gotta", "about": "abt", "tomorrow": "tmrw", "something": "smth",
}  # fmt: skip
_SLIPS = {
    "the": "teh", "definitely": "definately", "with": "wiht", "just": "jsut", "really": "realy", "which": "wich", "until": "untill",
    "immediately": "immediatly", "a lot": "alot", "thing": "thign", "because": "becuase", "today": "todya", "looking": "lookign",
    "from": "form", "would": "woudl", "could": "coudl", "there": "thier", "their": "thier", "people": "poeple", "their own": "thier own",
}  # fmt: skip
_SHORT_WORDS = re.compile(rf"\b({'|'.join(sorted(_SHORT, key=len, reverse=True))})\b", re.IGNORECASE)
_SLIP_WORDS = re.compile(rf"\b({'|'.join(sorted(_SLIPS, key=len, reverse=True))})\b")
_EMOJI = {
    "good": ("🙏", "😊", "🙂", "👍", "✨", "😄", "🙌", "❤️"),
    "bad": ("😩", "😬", "😅", "🙃", "😕", "😤", "🥲", "🤷"),
}

_CARE = {"web_chat": 1.0, "mobile_app": 1.1, "email": 0.6, "phone_ivr": 0.0, "sms": 1.3}
"""Channel -> how careless people write there."""


@dataclass(frozen=True)
class Voice:
    """Drawn once for a conversation."""

    lower: bool
    """Starts sentences in lower case."""
    apostrophes: bool
    stops: bool
    """Ends the last sentence with a full stop."""
    short: float
    """Share of words that are shortened where a short form exists."""
    slips: float
    """Chance of a slip in a message."""
    emoji: float
    """Chance of an emoji at a message's end."""

    def write(self, draft: str, held: list[str], rng: Random, mood: str = "good") -> str:
        """Draft, as ``Grammar.draft`` gives it, to the text as this user types it."""
        text = tidy(draft)
        if self.short:
            text = _SHORT_WORDS.sub(lambda match: _SHORT[match[0].lower()] if rng.random() < self.short else match[0], text)
        if self.slips and rng.random() < self.slips:
            text = _SLIP_WORDS.sub(lambda match: _SLIPS[match[0]], text, count=1)
        if self.lower:
            text = text.lower()
        if not self.apostrophes:
            text = text.replace("'", "")
        if not self.stops and text.endswith("."):
            text = text[:-1]
        if self.emoji and rng.random() < self.emoji:
            faces = _EMOJI[mood]
            text = f"{text} {hold(faces[int(rng.random() * len(faces))], held)}"
        return text


def draw_voice(persona: Persona, rng: Random) -> Voice:
    """How somebody with these traits writes in one conversation."""
    slang, literacy, emoji = persona["slang_usage"], persona["digital_literacy"], persona["emoji_usage"]
    facets = persona.facets
    spoken = facets["channel"] == "phone_ivr"  # somebody else writes it down
    careless = ((1 - literacy) * 0.5 + slang * 0.5) * _CARE[facets["channel"]]
    slips = 0.35 if facets["digital_literacy"] == "low" else 0.08
    slips += 0.15 * (facets["language_proficiency"] in ("intermediate", "basic"))
    slips += 0.05 * (facets["device_type"] in ("smartphone", "tablet"))
    return Voice(
        lower=rng.random() < careless * 0.8,
        apostrophes=rng.random() >= careless * 0.6,
        stops=rng.random() >= careless,
        short=0.0 if spoken else slang if facets["slang_usage"] == "high" else slang * 0.5 if slang >= 0.5 else 0.0,
        slips=0.0 if spoken else slips,
        emoji=0.0 if spoken or facets["emoji_usage"] == "low" else emoji * 0.6,
    )
