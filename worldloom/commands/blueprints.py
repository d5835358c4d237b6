"""``worldloom blueprints``: conversations planned before they are held."""

import typer

from worldloom.commands.recombine import recombine
from worldloom.commands.report import report


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Conversations planned before they are held.", no_args_is_help=True, rich_markup_mode=None)
    group.command()(recombine)
    group.command()(report)
    app.add_typer(group, name="blueprints")
