"""The synthetic women of the demonstration: anatomy, projections, scans, exports and readings."""
