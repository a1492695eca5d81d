"""The study's statistics: arrays in, `Estimate` records out (docs/en/statistics.md).

`confidence` is the level of the intervals; where there is only a test, it is 1 minus its level.
"""
