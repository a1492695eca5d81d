"""The `bonescint` command."""
