"""What it means: world, tools, policy, goals and the conversation as decide / evolve / replay.

Belongs here: pure rules over events. Does not: a clock, hidden chance, the network, Ray, LiteLLM, files.
Chance and time come in as arguments, so that the same log always means the same.
"""
