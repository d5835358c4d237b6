"""What models are told, one template a role. Belongs here: prose. Does not: code."""
