"""A person's IDs and names: their spellings, and the test whether a text names the person."""
