"""One module for each command, which imports heavy modules only when it runs."""
