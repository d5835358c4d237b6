"""What the desk may do."""

from domain.policy import Rule

RULES = [Rule("confirm-first", "Get a yes before changing anything on the server.", lambda memory, _call, _world: memory.confirmed)]
