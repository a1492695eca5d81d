"""The synthetic patients of the demonstration: anatomy, projections, scans, exports, readings."""
