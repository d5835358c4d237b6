"""What ``offline/judge`` objects to, found in the case alone: rules over calls, over words, and over what was agreed.

Each rule reads a ``Reading`` and gives findings; each finding counts against one axis and names the events that show it.
"""
