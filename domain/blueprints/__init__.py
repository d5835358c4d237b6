"""Blueprints: conversations planned and not yet held, and what can be known of them before they are.

Belongs here: what a blueprint is (``blueprint.py``), its gold path gone call after call (``goldpath.py``), which tool feeds which
(``toolgraph.py``, ``feasible.py``), its instruction (``authoring.py``, ``joining.py``), rows that distract (``distracting.py``), several
made into one (``pairing.py``, ``recombining.py``), and the stages that verify one (``verifying/``). Does not: what people want
(``domain/goal.py``, ``domain/wishes.py``) and walking a path as a conversation (``domain/walking.py``), which others need too.
"""
