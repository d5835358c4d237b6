"""Single things that a user may want, drawn so that the desk can do them, or must not."""
