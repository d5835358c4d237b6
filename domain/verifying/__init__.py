"""Verifying: whether a blueprint leads where it says, stage by stage, before anything is held by it (APIGen-MT, section 3.1).

Belongs here: what a stage looks at (``ground.py``), the stages themselves, each a pure function from there to its reasons, and
their order (``stages.py``). Who holds a conversation or asks a model for an opinion is an actor.
"""
