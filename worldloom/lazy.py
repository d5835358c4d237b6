"""Commands that are imported when they are called, so that a command takes only its own imports, and help takes next to none."""

import ast
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

_COMMANDS = Path(__file__).parent / "commands"


class LazyCommand(TyperCommand):
    """A command that is not imported yet.

    Args:
        place: Its function, as ``module:function`` below ``worldloom.commands``.
    """

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        self._module, self._function = place.split(":")

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """That of the command itself, which is imported for it."""
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(self.name)(getattr(import_module(f"worldloom.commands.{self._module}"), self._function))
        return get_command(app).make_context(info_name, args, parent, **extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        """First sentence of the function's docstring, as it stands in the file."""
        tree = ast.parse((_COMMANDS / f"{self._module}.py").read_bytes())
        functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
        self.help = next(ast.get_docstring(node) for node in functions if node.name == self._function)
        return super().get_short_help_str(limit)


def lazy(places: Mapping[str, str]) -> type[TyperGroup]:
    """A class of groups of commands; the others in such a group come after these.

    Args:
        places: Name -> place, as for ``LazyCommand``.
    """

    class LazyGroup(TyperGroup):
        def __init__(self, *, commands: Mapping[str, Any], **attrs: Any) -> None:
            super().__init__(commands={**{name: LazyCommand(name, place) for name, place in places.items()}, **commands}, **attrs)

    return LazyGroup
