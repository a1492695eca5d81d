"""The coded tables for a statistician: CSV for R, a dictionary, an R script, REDCap's two files."""
