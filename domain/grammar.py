"""Phrases: a small grammar that says the same thing in many ways.

A phrase file maps a key to alternatives. Inside a text ``{name}`` is a value, ``{@key}`` another phrase, and
``[one|other|]`` a choice on the spot, which may nest. An alternative may be a mapping with ``say`` and conditions
on persona traits, for users: ``{say: "hey", slang_usage: high}``, or several facets, as in ``[high, medium]``. Only alternatives whose
values are given are chosen from, and among those the ones that fit the speaker, if any do. Sentence starts are
capitalised, doubled spaces and punctuation removed; values stay as they are, lists are said as ``a, b and c``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from domain.errors import SettingError
from domain.persona.traits import CONDITIONS, Persona

_DEEPEST = 20
_HELD = 0xE000
"""Values wait behind characters of Unicode's private use area while the text around them is put in order."""
_MOST_HELD = 0x1900
_UNTIDY = re.compile(r" [,.!?;:']|[,.!?;:] ?[,.!?;:]")
_SPACE_BEFORE = re.compile(r" (?=[,.!?;:]+(?:\s|$)|'(?:d|m|ve|re|ll)\b)")
_DOUBLED = re.compile(r"([,;:]) ?(?=[,.!?;])|(?<=[!?])\.|(?<![.])\.(?=[.!?](?![.]))|(?<=[.!?]),")
_CAPITAL = re.compile(r"[A-Z](?:[a-z']|(?<=A) )(?!(?<=I'))")
_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")


@dataclass(frozen=True)
class Phrase:
    """A value that is itself a phrase, said where the value stands; with ``most``, in a way that uses most values."""

    key: str
    most: bool = False


@dataclass(frozen=True)
class Alternative:
    """One way to say something, and for whom it fits."""

    text: str
    when: tuple[tuple[str, frozenset[str]], ...] = ()

    def fits(self, persona: Persona | None) -> bool:
        """Whether a speaker would say it so."""
        return persona is None or not self.when or all(persona.facets[trait] in facets for trait, facets in self.when)

    @cached_property
    def parts(self) -> tuple[Any, ...]:
        """Parsed: text, ("value", name), ("phrase", key) or ("choice", alternatives)."""
        parts, rest = _parse(self.text, 0, "")
        if rest != len(self.text):
            raise SettingError(f"phrase {self.text!r}: the bracket at {rest} closes nothing")
        return parts

    @cached_property
    def needs(self) -> frozenset[str]:
        """Names of the values without which it cannot be said."""
        return _needs(self.parts)


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
                _ = alternative.needs
        self._traits = {key: sorted({trait for item in items for trait, _ in item.when}) for key, items in self._phrases.items()}
        self._needy = {key for key, items in self._phrases.items() if any(item.needs for item in items)}
        self._fitting: dict[tuple[str, tuple[str, ...]], list[Alternative]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._phrases

    def keys(self) -> list[str]:
        """All keys, in the file's order."""
        return list(self._phrases)

    def alternatives(self, key: str) -> Sequence[Alternative]:
        """All ways to say it; none where there is no such phrase."""
        return self._phrases.get(key, ())

    def say(self, key: str, values: Mapping[str, Any], rng: Random, persona: Persona | None = None) -> str:
        """One way to say it.

        Raises:
            SettingError: There is no such phrase, or it needs a value that is not given.
        """
        held: list[str] = []
        return release(tidy(self.draft(key, values, rng, persona, held)), held)

    def draft(self, key: str, values: Mapping[str, Any], rng: Random, persona: Persona | None, held: list[str]) -> str:
        """One way to say it, in which single characters stand for the values, so that the words around them can
        still be changed; ``held`` takes up the values, and ``release`` puts them in.

        Raises:
            SettingError: As for ``say``.
        """
        return self._expand(key, values, rng, persona, held, 0)

    def _expand(
        self,
        key: str,
        values: Mapping[str, Any],
        rng: Random,
        persona: Persona | None,
        held: list[str],
        depth: int,
        *,
        most: bool = False,
    ) -> str:
        if key not in self._phrases:
            raise SettingError(f"there is no phrase {key!r}")
        if depth > _DEEPEST:
            raise SettingError(f"phrase {key!r} contains itself")
        fitting: Sequence[Alternative] = self._fit(key, persona)
        if key in self._needy:
            fitting = [item for item in fitting if not item.needs or item.needs <= values.keys()]
        fitting = fitting or [item for item in self._phrases[key] if item.needs <= values.keys()]
        if not fitting:
            needed = ", ".join(sorted(self._phrases[key][0].needs))
            raise SettingError(f"phrase {key!r} needs {needed}; there are {', '.join(values) or 'no values'}")
        if most:
            needed_most = max(len(item.needs) for item in fitting)
            fitting = [item for item in fitting if len(item.needs) == needed_most]
        return self._join(_pick(fitting, rng).parts, values, rng, persona, held, depth)

    def _fit(self, key: str, persona: Persona | None) -> Sequence[Alternative]:
        """Alternatives that fit a speaker; remembered for all speakers who are alike in what matters here."""
        traits = self._traits[key]
        if persona is None or not traits:
            return self._phrases[key]
        alike = (key, tuple([persona.facets[trait] for trait in traits]))
        if alike not in self._fitting:
            self._fitting[alike] = [item for item in self._phrases[key] if item.fits(persona)]
        return self._fitting[alike]

    def _join(
        self, parts: Sequence[Any], values: Mapping[str, Any], rng: Random, persona: Persona | None, held: list[str], depth: int
    ) -> str:
        said: list[str] = []
        for part in parts:
            if type(part) is str:
                said.append(part)
            elif part[0] == "choice":
                options = [option for option, needs in part[1] if not needs or needs <= values.keys()]
                chosen: tuple[Any, ...] = _pick(options, rng) if options else ()
                said += chosen if len(chosen) == 1 and type(chosen[0]) is str else [self._join(chosen, values, rng, persona, held, depth)]
            elif part[0] == "value":
                value = values[part[1]]
                if isinstance(value, Phrase):
                    said.append(_ended(_after(said, self._expand(value.key, values, rng, persona, held, depth + 1, most=value.most))))
                else:
                    said.append(hold(value, held))
            else:
                said.append(_after(said, self._expand(part[1], values, rng, persona, held, depth + 1)))
        return "".join(said)


def _after(said: list[str], more: str) -> str:
    """A phrase as it goes on after what was said: with a small letter after a comma or a colon."""
    before = next((text.rstrip() for text in reversed(said) if text.strip()), "")
    if before.endswith((",", ":")) and _CAPITAL.match(more):
        return more[0].lower() + more[1:]
    return more


def _ended(sentence: str) -> str:
    """A sentence with a full stop, where it has no end yet."""
    sentence = sentence.rstrip()
    return sentence if sentence.endswith((".", "!", "?", "…")) or not sentence else f"{sentence}."


def hold(value: Any, held: list[str]) -> str:
    """The character that stands for a value until ``release``."""
    held.append(spoken(value))
    if len(held) > _MOST_HELD:
        raise SettingError(f"a phrase holds more than {_MOST_HELD} values")
    return chr(_HELD + len(held) - 1)


def release(text: str, held: Sequence[str]) -> str:
    """Put the values in; one that brings its own full stop does not get a second."""
    for number, value in enumerate(held):
        place = chr(_HELD + number)
        if value.endswith((".", "!", "?")):
            text = text.replace(place + ".", place)
        text = text.replace(place, value)
    return text


def tidy(text: str) -> str:
    """Single spaces, single punctuation, and a capital at each sentence's start."""
    text = " ".join(text.split()).strip(" ,;")
    if _UNTIDY.search(text):
        text = _DOUBLED.sub("", _SPACE_BEFORE.sub("", text))
    return _START.sub(lambda match: match[0].upper(), text)


def spoken(value: Any) -> str:
    """A value as it is said: a list as ``a, b and c``, a sum of money with its cents."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.2f}" if round(value, 2) == value else str(value)
    if isinstance(value, list | tuple):
        items = [spoken(item) for item in value]
        return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
    return str(value)


def _pick(items: Sequence[Any], rng: Random) -> Any:
    """One of them; ``Random.choice`` costs twice as much."""
    return items[int(rng.random() * len(items))] if len(items) > 1 else items[0]


def _needs(parts: Sequence[Any]) -> frozenset[str]:
    """What all ways through the parts need; of a choice, what each of its options needs."""
    needed: Collection[str] = {part[1] for part in parts if not isinstance(part, str) and part[0] == "value"}
    for part in parts:
        if not isinstance(part, str) and part[0] == "choice":
            needed = set(needed) | frozenset.intersection(*(needs for _, needs in part[1]))
    return frozenset(needed)


def _lists(phrases: Mapping[str, Any], where: str) -> list[tuple[str, list[Any]]]:
    for key, items in phrases.items():
        if not isinstance(key, str):
            raise SettingError(f"{where}: {key!r} is not a text; put quotes around it")
        if not isinstance(items, list):
            raise SettingError(f"{where}: {key} must be a list of alternatives, not {type(items).__name__}")
    return list(phrases.items())


def _alternative(item: Any, where: str) -> Alternative:
    if isinstance(item, str):
        return Alternative(item)
    if not isinstance(item, Mapping) or not isinstance(item.get("say"), str):
        raise SettingError(f"{where}: an alternative is a text, or a mapping with 'say'; found {item!r}")
    when = []
    for trait, facets in item.items():
        if trait == "say":
            continue
        wanted = frozenset([facets] if isinstance(facets, str) else facets)
        if not wanted <= set(CONDITIONS.get(trait, ())) or not wanted:
            known = f"it has {', '.join(CONDITIONS[trait])}" if trait in CONDITIONS else f"there are {', '.join(CONDITIONS)}"
            raise SettingError(f"{where}: {trait}: {facets!r} is not a persona trait with its facets; {known}")
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


def _choices(text: str, at: int) -> tuple[tuple[tuple[tuple[Any, ...], frozenset[str]], ...], int]:
    choices = []
    while True:
        parts, at = _parse(text, at, "|]")
        choices.append((parts, _needs(parts)))
        if at >= len(text):
            raise SettingError(f"phrase {text!r}: a bracket is never closed")
        at += 1
        if text[at - 1] == "]":
            return tuple(choices), at
