"""Phrases: a small grammar that says the same thing in many ways.

A phrase file maps a key to alternatives. Inside a text ``{name}`` is a value, ``{@key}`` another phrase, and
``[one|other|]`` a choice on the spot, which may nest. An alternative may be a mapping with ``say`` and conditions
on persona traits, for users: ``{say: "hey", slang_usage: high}`` or ``[high, medium]``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from domain.errors import SettingError
from domain.persona import TRAITS, Persona

_DEEPEST = 20


@dataclass(frozen=True)
class Alternative:
    """One way to say something, and for whom it fits."""

    text: str
    when: tuple[tuple[str, frozenset[str]], ...] = ()

    def fits(self, persona: Persona | None) -> bool:
        """Whether a speaker would say it so."""
        return persona is None or all(persona.bucket(trait) in buckets for trait, buckets in self.when)

    @cached_property
    def parts(self) -> tuple[Any, ...]:
        """Parsed: text, ("value", name), ("phrase", key) or ("choice", alternatives)."""
        parts, rest = _parse(self.text, 0, "")
        if rest != len(self.text):
            raise SettingError(f"phrase {self.text!r}: the bracket at {rest} closes nothing")
        return parts


class Grammar:
    """All phrases of a setting.

    Args:
        phrases: As read from the file.
        where: The file's name, for errors.

    Raises:
        SettingError: A phrase is not a text, names an unknown phrase or trait, or has unbalanced brackets.
    """

    def __init__(self, phrases: Mapping[str, Any], where: str = "phrases.yaml") -> None:
        self._phrases = {key: tuple(_alternative(item, f"{where}: {key}") for item in items) for key, items in _lists(phrases, where)}
        for key, alternatives in self._phrases.items():
            if not alternatives:
                raise SettingError(f"{where}: {key} has no alternatives")
            for alternative in alternatives:
                for name in re.findall(r"\{@([\w.]+)\}", alternative.text):
                    if name not in self._phrases:
                        raise SettingError(f"{where}: {key} names the phrase {name!r}, which is not there")
                _ = alternative.parts

    def __contains__(self, key: object) -> bool:
        return key in self._phrases

    def keys(self) -> list[str]:
        """All keys, in the file's order."""
        return list(self._phrases)

    def say(self, key: str, values: Mapping[str, Any], rng: Random, persona: Persona | None = None) -> str:
        """One way to say it.

        Raises:
            SettingError: There is no such phrase, or it needs a value that is not given.
        """
        text = self._expand(key, values, rng, persona, 0)
        return re.sub(r"\s+([,.!?;])", r"\1", re.sub(r"[ \t]+", " ", text)).strip()

    def _expand(self, key: str, values: Mapping[str, Any], rng: Random, persona: Persona | None, depth: int) -> str:
        if key not in self._phrases:
            raise SettingError(f"there is no phrase {key!r}")
        if depth > _DEEPEST:
            raise SettingError(f"phrase {key!r} contains itself")
        fitting = [item for item in self._phrases[key] if item.fits(persona)] or self._phrases[key]
        return self._join(rng.choice(fitting).parts, values, rng, persona, depth)

    def _join(self, parts: Sequence[Any], values: Mapping[str, Any], rng: Random, persona: Persona | None, depth: int) -> str:
        said = []
        for part in parts:
            if isinstance(part, str):
                said.append(part)
            elif part[0] == "value":
                if part[1] not in values:
                    raise SettingError(f"a phrase needs the value {part[1]!r}; there are {', '.join(values) or 'none'}")
                said.append(str(values[part[1]]))
            elif part[0] == "phrase":
                said.append(self._expand(part[1], values, rng, persona, depth + 1))
            else:
                said.append(self._join(rng.choice(part[1]), values, rng, persona, depth))
        return "".join(said)


def _lists(phrases: Mapping[str, Any], where: str) -> list[tuple[str, list[Any]]]:
    for key, items in phrases.items():
        if not isinstance(items, list):
            raise SettingError(f"{where}: {key} must be a list of alternatives, not {type(items).__name__}")
    return list(phrases.items())


def _alternative(item: Any, where: str) -> Alternative:
    if isinstance(item, str):
        return Alternative(item)
    if not isinstance(item, Mapping) or not isinstance(item.get("say"), str):
        raise SettingError(f"{where}: an alternative is a text, or a mapping with 'say'; found {item!r}")
    when = []
    for trait, buckets in item.items():
        if trait == "say":
            continue
        wanted = frozenset([buckets] if isinstance(buckets, str) else buckets)
        if trait not in TRAITS or not wanted <= {"low", "medium", "high"}:
            raise SettingError(f"{where}: {trait}: {buckets!r} is not a persona trait with low, medium or high")
        when.append((trait, wanted))
    return Alternative(item["say"], tuple(when))


def _parse(text: str, at: int, closing: str) -> tuple[tuple[Any, ...], int]:
    """Parts of a text from ``at`` up to one of ``closing``, and where that stands."""
    parts: list[Any] = []
    plain = ""
    while at < len(text) and text[at] not in closing:
        if text[at] == "[":
            choices, at = _choices(text, at + 1)
            parts += [plain, ("choice", choices)]
            plain = ""
        elif text[at] == "]":
            break
        elif match := re.compile(r"\{(@?)([\w.]+)\}").match(text, at):
            parts += [plain, ("phrase" if match[1] else "value", match[2])]
            plain, at = "", match.end()
        else:
            plain, at = plain + text[at], at + 1
    return tuple(part for part in [*parts, plain] if part != ""), at


def _choices(text: str, at: int) -> tuple[tuple[tuple[Any, ...], ...], int]:
    choices = []
    while True:
        parts, at = _parse(text, at, "|]")
        choices.append(parts)
        if at >= len(text):
            raise SettingError(f"phrase {text!r}: a bracket is never closed")
        at += 1
        if text[at - 1] == "]":
            return tuple(choices), at
