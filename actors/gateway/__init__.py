"""The one way to models behind a network: what is asked, how often, at what price, and what came back.

Belongs here: limits, retries, fallbacks, budget, the cache of replies, redaction, and reading a reply. Does not: what a
role is told (``actors/thinking.py``), and the library that speaks to providers (``actors/llm.py`` alone imports it).
"""
