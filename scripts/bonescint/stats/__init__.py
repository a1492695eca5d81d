"""The study's statistics: arrays in, `Estimate` records out (docs/statistics.md)."""

METRICS = ("bsi", "hotspots")  # R9
