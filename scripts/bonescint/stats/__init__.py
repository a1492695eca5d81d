"""The study's statistics: arrays in, `Estimate` records out (docs/en/statistics.md)."""
