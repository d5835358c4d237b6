"""The front door: the command line and the public names. Wires everything together, has no logic of its own."""
