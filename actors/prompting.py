"""Prompts: templates in ``actors/prompts``, one for each role."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent / "prompts"


def render(name: str, **values: Any) -> str:
    """The prompt of a role; what a template names and nobody gives is an error, not a blank."""
    return _environment().get_template(f"{name}.md").render(**values).strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701, plain text
    )
