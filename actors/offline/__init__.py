"""The embedded default models: a user, an assistant and a judge made of rules and phrases, which need no network.

Belongs here: ``offline/user``, ``offline/assistant`` and ``offline/judge``, and how they hear and speak. They exchange text and
nothing else: the assistant never sees goal or persona, the user never sees a tool. Does not: anything that knows one
setting; words and skills come from the setting's folder, words that all settings share from ``scenarios/phrases.yaml``.

Each mind folds what it observes, plans its next step from the fold alone, and moves on only when it observes that
the step was taken. So a mind that is made anew and shown the same events says the same, and a step costs the same
at the end of a long conversation as at its beginning.
"""
