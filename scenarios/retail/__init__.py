"""An online shop: customers, their orders, and products with variants.

Belongs here: what is sold and to whom, what the shop's tools do, the rules of its help desk and the words of the
people who call it. The tables and tools have the shape of tau2-bench's retail domain, so that its data folder can
stand in for the world that is drawn here; the code and all content are our own.
"""
