"""What happened: frozen facts under stored names of their own, and the store that keeps them.

Belongs here: event classes, the catalogue that reads old versions, the log and its digests.
Does not: rules, prompts, tools, anything that decides. This package imports none of ours, so that
a log can be read by anything that can import pydantic.
"""
