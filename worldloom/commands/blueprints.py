"""``worldloom blueprints``: conversations that are planned before they are held."""

import typer

from worldloom.commands.blueprints_draw import draw
from worldloom.commands.blueprints_recombine import recombine
from worldloom.commands.blueprints_report import report
from worldloom.commands.blueprints_show import show
from worldloom.commands.blueprints_verify import verify_blueprints

group = typer.Typer(help="Plan conversations, verify the plans, and look at them.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group.command("draw")(draw)
    group.command("verify")(verify_blueprints)
    group.command("recombine")(recombine)
    group.command("show")(show)
    group.command("report")(report)
    app.add_typer(group, name="blueprints")
