"""Kinds of goals: each picks rows that it fits, or finds none. In ``declined`` are those that policy must refuse."""
