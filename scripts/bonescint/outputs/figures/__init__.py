"""One module per figure; each has one function `draw(...)` that returns its panels.

Its arguments are rows of the tables of these names in results/ or results/metrics, `version_pairs`
(software keys [old, new] of the same cases), `first_cutoffs` (metric to the cut-off from which a
value is positive) and `labels`, the figures' words, whose software gives panels or lines in their
order.
"""
