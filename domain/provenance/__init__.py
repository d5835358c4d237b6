"""Origin of every argument: where each value of each tool call comes from, by the log alone.

Belongs here: reading values out of what an agent was told and shown (``reading.py``), finding a value there (``known.py``),
deriving it from there (``deriving.py``), and the fold over a conversation (``origins.py``). Nothing here asks a model.
"""
