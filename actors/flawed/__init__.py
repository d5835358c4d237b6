"""Assistants that go wrong on purpose: the offline assistant with one labelled flaw a conversation, to try judges and audits.

Belongs here: ``flawed/KIND`` and ``flawed/all``, which draws a kind for each conversation. Does not: judges. A flaw is
made of the conversation at hand, without knowing by what rules it may be found.
"""
