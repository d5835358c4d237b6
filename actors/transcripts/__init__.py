"""Transcripts of conversations that were held elsewhere: read from any published format into one shape, and imported.

Belongs here: formats of files, what is odd in them, and the way into a log. What differs between benchmarks in their
tools and data is a setting's own (``OutsideData.dialects``).
"""
