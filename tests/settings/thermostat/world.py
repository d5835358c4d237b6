"""Thermostats, as the server and their own displays show them."""

from random import Random

from domain.schema import Schema, Table
from domain.world import Tables

TEXT = {"type": "string"}
SCHEMA = Schema(
    {
        "thermostats": Table(
            "serial", {"serial": TEXT, "mode": {"enum": ["off", "heating"]}, "locked": {"type": "boolean"}, "batch": TEXT, "note": TEXT}
        )
    }
)


def draw_world(rng: Random) -> Tables:
    """Cold thermostats, half of them locked; ``batch`` stands on the display, ``note`` on the server."""
    serials = [f"TH-{number}" for number in range(100, 140)]
    return {
        "thermostats": {
            serial: {
                "serial": serial,
                "mode": "off",
                "locked": rng.random() < 0.5,
                "batch": f"shown-{serial[3:]}",
                "note": f"filed-{serial[3:]}",
            }
            for serial in serials
        }
    }
