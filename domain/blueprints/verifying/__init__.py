"""Verifying: whether a blueprint leads where it says, stage by stage, before anything is held by it (APIGen-MT, section 3.1).

Belongs here: what a stage looks at (``ground.py``), and the stages themselves, each a pure function from there to its reasons. Their
order, who holds a conversation and who asks a model for an opinion, is the actors'.
"""
