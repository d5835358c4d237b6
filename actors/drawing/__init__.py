"""Drawing blueprints: what is to be wanted is planned, rehearsed between the offline models, and written down with its gold path.

Belongs here: the rehearsal (``rehearsal.py``), the five samplers and what they make of it (``drawer.py``), and the drawing of many,
as events in a log (``drawings.py``). What a form of path is, ``domain/blueprints/toolgraph.py`` says; what people can want, each setting.
"""
