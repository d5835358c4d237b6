"""Who makes it happen: conversations, users, assistants, the run. Alone has clock, chance and network.

An actor is a plain class; where and how it runs is somebody else's business. All that an actor knows is a cache of
its stream.
"""
