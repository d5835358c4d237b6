"""Claims: what an agent's message asserts, checked against what that agent had observed when it wrote it.

Pure: texts and JSON values in, findings out. What cannot be decided is left alone, never guessed at.
"""
