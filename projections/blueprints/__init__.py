"""Blueprints as files, and what can be read off them and off the runs that hold them."""
