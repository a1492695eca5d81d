"""Drafts for a paper: methods, results with their numbers' rows, lists of reporting items."""
