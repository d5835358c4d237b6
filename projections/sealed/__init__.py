"""Finished logs as Parquet files, on any file system that pyarrow knows: how they are written, and how they are read as a log.

Belongs here: the files' layout, sealing, reading back. Does not: logs that still grow, which are in ``events``.
"""
