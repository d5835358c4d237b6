"""Errands: what the user can be asked to do with a tool of their own, and how the offline user hears that they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from domain.tools import Tool

_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Errand:
    """One thing that can be asked for.

    Args:
        tool: The user's, with which it is done.
        cues: Regular expression that finds it in what the assistant says; its named groups are arguments.
        arguments: Those that the cues imply.
    """

    tool: str
    cues: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The cues, compiled."""
        return re.compile(self.cues, re.IGNORECASE)

    def call(self, match: re.Match[str], tool: Tool, known: Mapping[str, str]) -> dict[str, Any] | None:
        """
        The arguments of the call that is asked for; None where one is missing.

        Args:
            match: Of the pattern.
            known: What the user knows, by name: taken for a parameter of that name of which nothing was said.
        """
        parameters = tool.spec["function"]["parameters"]
        told = {name: value for name, value in match.groupdict().items() if value is not None}
        texts = {**{name: known[name] for name in parameters.get("properties", {}) if name in known}, **told}
        shapes = parameters.get("properties", {})
        found = {name: _read(text, shapes.get(name, {})) for name, text in texts.items()}
        whole = {**found, **self.arguments}
        return whole if whole.keys() >= set(parameters.get("required", ())) else None


def _read(text: str, shape: Mapping[str, Any]) -> Any:
    """A text as a value of a parameter: the choice that reads like it, or a number; else itself."""
    for choice in shape.get("enum", ()):
        if _PLAIN.sub("", str(choice).lower()) == _PLAIN.sub("", text.lower()):
            return choice
    kind = shape.get("type")
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text
