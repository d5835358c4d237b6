"""Two tools of the desk, two of whoever stands before the thermostat."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction


@tool
def show_thermostat(world: Transaction, serial: str) -> dict[str, Any]:
    """
    Show what the server knows of a thermostat.

    Args:
        serial: Such as TH-100.
    """
    row = world.get("thermostats", serial)
    return {"serial": serial, "locked": row["locked"], "note": row["note"]}


@tool(writes=True)
def unlock(world: Transaction, serial: str) -> dict[str, Any]:
    """
    Unlock the buttons of a thermostat.

    Args:
        serial: Such as TH-100.
    """
    world.update("thermostats", serial, locked=False)
    return {"serial": serial, "locked": False}


@tool
def read_display(world: Transaction, serial: str) -> dict[str, Any]:
    """
    Read the display.

    Args:
        serial: As printed on the thermostat, such as TH-100.
    """
    return _display(world, serial)


@tool(writes=True)
def press_heat(world: Transaction, serial: str) -> dict[str, Any]:
    """
    Press the heat button.

    Args:
        serial: As printed on the thermostat, such as TH-100.
    """
    if world.get("thermostats", serial)["locked"]:
        raise Refusal("locked", "The button does not give way.")
    world.update("thermostats", serial, mode="heating")
    return _display(world, serial)


def _display(world: Transaction, serial: str) -> dict[str, Any]:
    row = world.get("thermostats", serial)
    return {"serial": serial, "display": "locked" if row["locked"] else row["mode"], "batch": row["batch"]}


TOOLS = [show_thermostat, unlock, read_display, press_heat]
