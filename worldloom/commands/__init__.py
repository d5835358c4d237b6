"""One module for each group of commands; each parses, calls the layers below, and prints."""
