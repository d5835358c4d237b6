"""What is promised, each figure beside its limit: raw SQLite, bare pydantic, loading and hashing it all.

``python -m benchmarks`` measures everything in one run and prints one table; docs/benchmarks.md keeps the last one.
Each file measures one promise. A figure is a median over interleaved rounds, in CPU time of this process, so that
a busy machine changes it little; wall time stands beside it.
"""
