"""Draws the world: seeded, consistent, and with every status present. ``everything.py`` puts it together."""
