"""Slow proofs on real Ray, run by `make chaos`: processes killed at every append and at random, and equal bytes everywhere."""
