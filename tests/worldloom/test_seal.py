"""``worldloom seal``: the run's other commands go on as before, without the log that was sealed."""
