"""Where it happens: one folder per setting. Content only; a new setting is a new folder and touches no other.

A folder holds ``scenario.yaml``, ``policy.md``, ``phrases.yaml`` and the modules ``world``, ``tools``, ``policy``,
``goals`` and ``skills``; with ``data`` it also runs on somebody else's data. ``load.py`` checks and assembles them.
"""
