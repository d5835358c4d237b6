"""A mobile phone company: its customers, lines and bills, a desk that looks after them, and the phone in the customer's hand.

Belongs here: what the company sells and to whom, what the desk's tools and the customer's phone do, the rules of the desk and
the words of those who write to it. The tools have the shape of tau2-bench's telecom domain, so that its data folder can stand
in for the world that is drawn here; the code and all content are our own.
"""
