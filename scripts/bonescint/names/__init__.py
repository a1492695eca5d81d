"""A person's IDs and names: their spellings, and whether a text names the person."""
