"""An airline: its flights day by day, its passengers' reservations, and the desk that books, changes and cancels them.

Belongs here: where the airline flies and who flies with it, what the desk's tools do, its rules and the words of the
people who write to it. The tools have the shape of tau2-bench's airline domain, so that its data folder can stand in
for the world that is drawn here; the code and all content are our own.
"""
