"""Scripts of the offline assistant: what it does for each kind of request."""
