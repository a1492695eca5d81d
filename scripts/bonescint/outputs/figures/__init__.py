"""One module per figure; each has one function `draw(...)` that returns a matplotlib Figure."""
