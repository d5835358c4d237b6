"""Tools by area: the desk itself, and what could be an agent of its own: inventory, logistics, procurement, billing.

Orders belong to inventory and customs to logistics; they have modules of their own for their size. A tool reads and
writes through its transaction; what an agent may do with it beyond that is the policy's business.
"""
